// Arithmetic on numbers that come from a file: every result is checked before it is used.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>

namespace leafsum {

inline std::optional<uint64_t> CheckedAdd(uint64_t a, uint64_t b) {
  if (b > std::numeric_limits<uint64_t>::max() - a) return std::nullopt;
  return a + b;
}
inline std::optional<uint64_t> CheckedMul(uint64_t a, uint64_t b) {
  if (a != 0 && b > std::numeric_limits<uint64_t>::max() / a) return std::nullopt;
  return a * b;
}
// 1 for an empty list; 0 wherever a factor is 0, even if the other factors would overflow.
inline std::optional<uint64_t> CheckedProduct(std::span<const uint64_t> factors) {
  for (uint64_t f : factors)
    if (f == 0) return 0;
  std::optional<uint64_t> product = 1;
  for (uint64_t f : factors) {
    product = CheckedMul(*product, f);
    if (!product) break;
  }
  return product;
}
// Whether [offset, offset + length) lies within [0, size). Never adds, so it cannot overflow.
inline bool RangeFits(uint64_t offset, uint64_t length, uint64_t size) {
  return offset <= size && length <= size - offset;
}
inline uint64_t CeilDiv(uint64_t a, uint64_t b) { return a / b + (a % b != 0); }

}  // namespace leafsum
