// Decimal text of binary floating point, exact both ways. The C library's printf and strtod do the
// same in 20 KB of wasm, most of it for a long double of 128 bits.
#pragma once

#include <string>
#include <string_view>

namespace leafsum {

// The nearest double, ties to even, of a whole text [-]digits[.digits][e[±]digits]: what strtod
// gives. A number too large is infinity. The syntax is not checked: the caller knows that the text
// is a number.
double ParseDecimal(std::string_view text);
// The nearest float of the same text, rounded once.
float ParseDecimalFloat(std::string_view text);

struct Decimal {
  std::string digits;  // as many as were asked for; the first is 0 only if the number is 0
  int exponent = 0;    // the number is d.ddd × 10^exponent
};

// |value| to `digits` significant digits (1 to 17), rounded to nearest, ties to even, as printf's
// %.*e does. `value` is finite.
Decimal ToDecimal(double value, int digits);

// As printf's %.17g, which reads back as the same double, or with fewer digits. `value` is finite.
std::string DoubleText(double value, int digits = 17);

}  // namespace leafsum
