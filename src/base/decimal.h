// Decimal text of binary floating point, exact both ways. The C library's printf and strtod do the
// same in 20 KB of wasm, most of it for a long double of 128 bits.
#pragma once

#include <string>
#include <string_view>

namespace leafsum {

// [-]digits[.digits][e[±]digits], the whole of it, as the nearest double, ties to even: what strtod
// gives. Beyond the largest: infinity. Nothing else is looked at: the caller knows that it is a
// number.
double ParseDecimal(std::string_view text);
// The same as the nearest float, rounded once.
float ParseDecimalFloat(std::string_view text);

struct Decimal {
  std::string digits;  // as many as were asked for, the first is not 0 unless the number is
  int exponent = 0;    // the number is d.ddd × 10^exponent
};

// |value| to `digits` significant digits (1 to 17), nearest, ties to even: as printf's %.*e has it.
// `value` is finite.
Decimal ToDecimal(double value, int digits);

// As printf's %.17g: reads back as the same double; or with fewer digits. `value` is finite.
std::string DoubleText(double value, int digits = 17);

}  // namespace leafsum
