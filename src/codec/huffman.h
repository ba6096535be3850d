// Huffman-coded literals of zstd (RFC 8878 §4.2), one symbol per look-up: most of the work where a
// checkpoint is decoded. Weights have hardly a match, and their codes are too long for two symbols
// in one look-up.
//
// In C, in place of zstd's own huf_decompress.c, which reads 32 bits at a time where a size_t
// has 32. The same code runs natively, so that both accept the same damaged streams: those alone
// that end where they must.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  kHuffmanUsualLog = 11,  // longest code that RFC 8878 allows; shorter tables are spread to it
  kHuffmanMaxLog = 12     // longest that zstd reads
};

// Lies where zstd keeps its own table, which is larger and begins with the same four bytes.
typedef struct {
  uint8_t capacity[2];  // zstd's
  uint8_t log;          // bits that a look-up takes
  uint8_t reserved;
  uint16_t entry[1 << kHuffmanMaxLog];  // symbol, and above it the length of its code in bits
} HuffmanTable;

// `weight` of every symbol < `symbols`, and how many of them have each (`count[w]`), of a complete
// code of `log` <= kHuffmanMaxLog bits.
void HuffmanFill(HuffmanTable* table, const uint8_t* weight, unsigned symbols,
                 const uint32_t* count, unsigned log);

// Writes exactly `out_size` bytes, or less where `in` is corrupt: then the result is false and
// their value open.
bool HuffmanDecode1(const HuffmanTable* table, uint8_t* out, size_t out_size, const uint8_t* in,
                    size_t in_size);
// The same from four streams behind a jump table; each gives a quarter, rounded up, and the last
// the rest.
bool HuffmanDecode4(const HuffmanTable* table, uint8_t* out, size_t out_size, const uint8_t* in,
                    size_t in_size);

#ifdef __cplusplus
}
#endif
