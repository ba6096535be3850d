#include "zarr/float_format.h"

#include <cstring>

namespace leafsum::zarr {
namespace {

constexpr int kDoubleMantissa = 52;
constexpr int kDoubleBias = 1023;

uint64_t BitsOf(double value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

double ThroughFloat32(double value) {
  // Not a cast, which is undefined outside the range of float.
  const uint32_t bits = static_cast<uint32_t>(EncodeFloat(value, kFloat32));
  float narrow = 0;
  std::memcpy(&narrow, &bits, sizeof narrow);
  return narrow;
}

// `m` without its last `shift` bits (1 or more), rounded to nearest, ties to even.
uint64_t RoundedShift(uint64_t m, int shift) {
  if (shift > 63) return 0;
  const uint64_t rest = m & ((uint64_t{1} << shift) - 1);
  const uint64_t half = uint64_t{1} << (shift - 1);
  const uint64_t kept = m >> shift;
  return kept + (rest > half || (rest == half && (kept & 1)));
}

}  // namespace

uint64_t EncodeFloat(double value, const FloatFormat& format) {
  if (value != value) return format.nan;
  if (format.width == 64) return BitsOf(value);
  if (format.through_float32) value = ThroughFloat32(value);

  const uint64_t bits = BitsOf(value);
  const uint64_t sign = bits >> 63 << (format.width - 1);
  const int exponent = static_cast<int>(bits >> kDoubleMantissa & 0x7ff) - kDoubleBias;
  const uint64_t overflow = format.no_negative_zero ? format.overflow : sign | format.overflow;
  if (exponent == kDoubleBias + 1) return overflow;

  // The number is m * 2^(exponent - 52). The leading one is wrong for doubles below 2^-1022, but
  // those round to zero in all these formats.
  const uint64_t m = (bits & ((uint64_t{1} << kDoubleMantissa) - 1)) | uint64_t{1}
                                                                           << kDoubleMantissa;
  const int min_exponent = 1 - format.bias;
  int shift = kDoubleMantissa - format.mantissa_bits;
  uint64_t code = 0;
  if (exponent >= min_exponent) {
    // The leading one adds itself to the exponent field, and so does a carry.
    code = (static_cast<uint64_t>(exponent - min_exponent) << format.mantissa_bits) +
           RoundedShift(m, shift);
  } else {
    shift += min_exponent - exponent;
    code = RoundedShift(m, shift);
  }
  if (code > format.max_finite) return overflow;
  if (code == 0 && format.no_negative_zero) return 0;
  return sign | code;
}

}  // namespace leafsum::zarr
