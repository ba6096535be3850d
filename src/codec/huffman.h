// Huffman-coded literals of zstd (RFC 8878 §4.2), one symbol per look-up: most of the work of
// decoding a checkpoint. Weights hardly ever have matches, and their codes are too long for two
// symbols in one look-up.
//
// In C, in place of zstd's own huf_decompress.c, which reads 32 bits at a time where size_t has 32
// bits. The same code runs natively, so wasm and native builds refuse the same damaged streams: all
// that do not end exactly at their end.
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

// Lies in the place of zstd's own table, which is larger and begins with the same four bytes.
typedef struct {
  uint8_t capacity[2];  // zstd's
  uint8_t log;          // bits that a look-up uses
  uint8_t reserved;
  uint16_t entry[1 << kHuffmanMaxLog];  // low byte: symbol; high byte: length of its code in bits
} HuffmanTable;

// Fills the table from a complete code of `log` <= kHuffmanMaxLog bits: the `weight` of every
// symbol below `symbols`, and the number of symbols of each weight (`count[w]`).
void HuffmanFill(HuffmanTable* table, const uint8_t* weight, unsigned symbols,
                 const uint32_t* count, unsigned log);

// Writes exactly `out_size` bytes. If `in` is corrupt it returns false and has written at most that
// many, of no defined value.
bool HuffmanDecode1(const HuffmanTable* table, uint8_t* out, size_t out_size, const uint8_t* in,
                    size_t in_size);
// The same from four streams behind a jump table: each gives a quarter, rounded up, and the last
// one the rest.
bool HuffmanDecode4(const HuffmanTable* table, uint8_t* out, size_t out_size, const uint8_t* in,
                    size_t in_size);

#ifdef __cplusplus
}
#endif
