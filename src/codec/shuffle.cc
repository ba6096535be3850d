#include "codec/shuffle.h"

#include <algorithm>

namespace leafsum::codec {

void Unshuffle(size_t size, Bytes in, MutableBytes out) {
  const size_t elements = in.size() / size;
  // Goes by stretches of elements, so that the bytes written stay in the nearest cache.
  constexpr size_t kStretch = 1024;
  for (size_t begin = 0; begin < elements; begin += kStretch) {
    const size_t end = std::min(elements, begin + kStretch);
    for (size_t i = 0; i < size; ++i) {
      const uint8_t* from = in.data() + i * elements;
      uint8_t* to = out.data() + i;
      for (size_t e = begin; e < end; ++e) to[e * size] = from[e];
    }
  }
  std::copy(in.begin() + static_cast<ptrdiff_t>(elements * size), in.end(),
            out.begin() + static_cast<ptrdiff_t>(elements * size));
}

void BitUnshuffle(size_t size, Bytes in, MutableBytes out) {
  size_t elements = in.size() / size;
  if (elements % 8 != 0) elements = 0;
  const size_t rows = elements / 8;  // bytes of one row of bits
  for (size_t i = 0; i < size; ++i) {
    for (size_t r = 0; r < rows; ++r) {
      uint64_t x = 0;  // byte k: bit k of eight elements
      for (size_t k = 0; k < 8; ++k) x |= uint64_t{in[(i * 8 + k) * rows + r]} << (8 * k);
      // Transpose the 8 x 8 matrix of bits, by blocks of 1, 2 and 4.
      uint64_t t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aa;
      x ^= t ^ (t << 7);
      t = (x ^ (x >> 14)) & 0x0000cccc0000cccc;
      x ^= t ^ (t << 14);
      t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0;
      x ^= t ^ (t << 28);
      for (size_t n = 0; n < 8; ++n)
        out[(r * 8 + n) * size + i] = static_cast<uint8_t>(x >> (8 * n));
    }
  }
  std::copy(in.begin() + static_cast<ptrdiff_t>(elements * size), in.end(),
            out.begin() + static_cast<ptrdiff_t>(elements * size));
}

}  // namespace leafsum::codec
