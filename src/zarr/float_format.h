// Floating-point formats narrower than a double, as far as fill values need them: from a number to
// its bits.
#pragma once

#include <cstdint>

namespace leafsum::zarr {

// One bit of sign, then exponent, then mantissa. Exponent 0 means subnormal.
struct FloatFormat {
  uint8_t width;  // bits in all
  uint8_t mantissa_bits;
  int16_t bias;
  uint64_t max_finite;    // code of the largest number
  uint64_t overflow;      // code of what lies beyond it, infinity itself included: inf, NaN or the
                          // largest number
  uint64_t nan;           // the quiet NaN that "NaN" means
  bool no_negative_zero;  // "fnuz": the code of -0 is the only NaN, so there is one zero and
                          // overflow has no sign
  bool through_float32;   // TensorStore rounds twice: to float32 first, then to this format
};

inline constexpr FloatFormat kFloat64{
    64, 52, 1023, 0x7fefffffffffffff, 0x7ff0000000000000, 0x7ff8000000000000, false, false};
inline constexpr FloatFormat kFloat32{32,         23,         127,   0x7f7fffff,
                                      0x7f800000, 0x7fc00000, false, false};
inline constexpr FloatFormat kFloat16{16, 10, 15, 0x7bff, 0x7c00, 0x7e00, false, true};
inline constexpr FloatFormat kBfloat16{16, 7, 127, 0x7f7f, 0x7f80, 0x7fc0, false, true};
inline constexpr FloatFormat kFloat8E3m4{8, 4, 3, 0x6f, 0x70, 0x78, false, false};
inline constexpr FloatFormat kFloat8E4m3{8, 3, 7, 0x77, 0x78, 0x7c, false, false};
inline constexpr FloatFormat kFloat8E4m3fn{8, 3, 7, 0x7e, 0x7f, 0x7f, false, false};
inline constexpr FloatFormat kFloat8E4m3fnuz{8, 3, 8, 0x7f, 0x80, 0x80, true, false};
inline constexpr FloatFormat kFloat8E4m3b11fnuz{8, 3, 11, 0x7f, 0x80, 0x80, true, false};
inline constexpr FloatFormat kFloat8E5m2{8, 2, 15, 0x7b, 0x7c, 0x7e, false, false};
inline constexpr FloatFormat kFloat8E5m2fnuz{8, 2, 16, 0x7f, 0x80, 0x80, true, false};
inline constexpr FloatFormat kFloat4E2m1fn{4, 1, 1, 0x7, 0x7, 0x8, false, false};

// The bits of `value` rounded to nearest, ties to even.
uint64_t EncodeFloat(double value, const FloatFormat& format);

}  // namespace leafsum::zarr
