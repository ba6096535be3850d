// Decimal text of floating point against the C library's.
#include "base/decimal.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fuzz/fuzz.h"

namespace leafsum::fuzz {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// [-]digits[.digits][e[±]digits], all of it.
bool IsNumber(std::string_view text) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t from = i;
    while (i < text.size() && IsDigit(text[i])) ++i;
    return i > from;
  };
  if (i < text.size() && text[i] == '-') ++i;
  if (!digits()) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == text.size();
}

template <class Float>
bool SameBits(Float a, Float b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

void CheckText(const std::string& text) {
  FUZZ_CHECK(SameBits(ParseDecimal(text), std::strtod(text.c_str(), nullptr)));
  FUZZ_CHECK(SameBits(ParseDecimalFloat(text), std::strtof(text.c_str(), nullptr)));
}

}  // namespace

void Run(Bytes input) {
  const std::string text(AsText(input));
  if (IsNumber(text)) CheckText(text);
  Choices choices(input);
  const int digits = 1 + static_cast<int>(choices.Below(17));
  double value = 0;
  const Bytes bits = choices.Take(sizeof value);
  if (bits.size() < sizeof value) return;
  std::memcpy(&value, bits.data(), sizeof value);
  if (!std::isfinite(value)) return;
  FUZZ_CHECK(SameBits(ParseDecimal(DoubleText(value)), value));
  CheckText(DoubleText(value, digits));
  char theirs[64];
  std::snprintf(theirs, sizeof theirs, "%.*g", digits, value);
  FUZZ_CHECK_SAYING(DoubleText(value, digits) == theirs, DoubleText(value, digits) + " " + theirs);
  const Decimal decimal = ToDecimal(value, digits);
  FUZZ_CHECK(decimal.digits.size() == static_cast<size_t>(digits));
}

}  // namespace leafsum::fuzz
