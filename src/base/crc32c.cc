#include "base/crc32c.h"

namespace leafsum {
namespace {

// Slicing by eight: row k advances a byte by k more zero bytes. The tables are computed on first
// use, in microseconds: stored, they would be 8 KiB of core.wasm that do not compress.
struct Tables {
  uint32_t row[8][256];

  Tables() {
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t c = i;
      for (int k = 0; k < 8; ++k) c = c & 1 ? c >> 1 ^ 0x82f63b78u : c >> 1;
      row[0][i] = c;
    }
    for (int k = 1; k < 8; ++k)
      for (uint32_t i = 0; i < 256; ++i)
        row[k][i] = row[k - 1][i] >> 8 ^ row[0][row[k - 1][i] & 0xff];
  }
};

}  // namespace

uint32_t Crc32c(Bytes bytes, uint32_t crc) {
  static const Tables tables;
  const auto& t = tables.row;
  crc = ~crc;
  size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    const uint8_t* p = bytes.data() + i;
    const uint32_t low =
        crc ^ (uint32_t{p[0]} | uint32_t{p[1]} << 8 | uint32_t{p[2]} << 16 | uint32_t{p[3]} << 24);
    crc = t[7][low & 0xff] ^ t[6][low >> 8 & 0xff] ^ t[5][low >> 16 & 0xff] ^ t[4][low >> 24] ^
          t[3][p[4]] ^ t[2][p[5]] ^ t[1][p[6]] ^ t[0][p[7]];
  }
  for (; i < bytes.size(); ++i) crc = crc >> 8 ^ t[0][(crc ^ bytes[i]) & 0xff];
  return ~crc;
}

}  // namespace leafsum
