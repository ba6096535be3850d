#include <string.h>

#include "codec/huffman.h"

void HuffmanFill(HuffmanTable* table, const uint8_t* weight, unsigned symbols,
                 const uint32_t* count, unsigned log) {
  table->log = (uint8_t)(log < kHuffmanUsualLog ? kHuffmanUsualLog : log);
  const unsigned spread = table->log - log;

  // Codes of one length lie side by side, the longest (weight 1) first.
  uint32_t next[kHuffmanMaxLog + 1];
  uint32_t end = 0;
  for (unsigned w = 1; w <= log; ++w) {
    next[w] = end;
    end += count[w] << (w - 1 + spread);
  }

  for (unsigned symbol = 0; symbol < symbols; ++symbol) {
    const unsigned w = weight[symbol];
    if (w == 0) continue;
    uint16_t* entry = table->entry + next[w];
    const uint32_t entries = 1u << (w - 1 + spread);
    const uint64_t one = symbol | (log + 1 - w) << 8;
    const uint64_t four = one * 0x0001000100010001u;
    if (entries < 4) {
      for (uint32_t i = 0; i < entries; ++i) entry[i] = (uint16_t)one;
    } else {
      for (uint32_t i = 0; i < entries; i += 4) memcpy(entry + i, &four, sizeof four);
    }
    next[w] += entries;
  }
}
