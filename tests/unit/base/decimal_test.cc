// Against the C library's printf and strtod, which are exact too.
#include "base/decimal.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "support/catch.h"

using namespace leafsum;

namespace {

template <class T>
bool SameBits(T a, T b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

void CheckParse(const std::string& text) {
  INFO(text);
  CHECK(SameBits(ParseDecimal(text), std::strtod(text.c_str(), nullptr)));
  CHECK(SameBits(ParseDecimalFloat(text), std::strtof(text.c_str(), nullptr)));
}

std::string Printed(const char* format, int precision, double v) {
  char text[64];
  std::snprintf(text, sizeof text, format, precision, v);
  return text;
}

// As %.*e prints it.
std::string Scientific(double v, int digits) {
  const Decimal d = ToDecimal(v, digits);
  std::string text = d.digits;
  if (text.size() > 1) text.insert(1, ".");
  const std::string magnitude = std::to_string(std::abs(d.exponent));
  return text + (d.exponent < 0 ? "e-" : "e+") + (magnitude.size() < 2 ? "0" : "") + magnitude;
}

void CheckPrint(double v) {
  INFO(Printed("%.*e", 17, v));
  CHECK(DoubleText(v) == Printed("%.*g", 17, v));
  CHECK(SameBits(ParseDecimal(DoubleText(v)), v));
  for (int digits = 1; digits <= 17; ++digits)
    CHECK(DoubleText(v, digits) == Printed("%.*g", digits, v));
  for (int digits = 1; digits <= 17; ++digits)
    CHECK(Scientific(v, digits) == Printed("%.*e", digits - 1, std::fabs(v)));
}

// Powers of two and ten with their neighbours, subnormals, both ends, ties.
std::vector<double> Special() {
  std::vector<double> out = {0, -0.0, 0.5, 1.5, 2.5, 0.125, 9.5, 99.5, 999.5, 9007199254740993.0};
  auto with_neighbours = [&](double v) {
    const double up = std::nextafter(v, std::numeric_limits<double>::infinity());
    for (double w : {std::nextafter(v, 0.0), v, up})
      if (std::isfinite(w)) out.push_back(w), out.push_back(-w);
  };
  for (int e = -1074; e <= 1023; e += 7) with_neighbours(std::ldexp(1.0, e));
  for (int e = -320; e <= 308; e += 3)
    with_neighbours(std::strtod(("1e" + std::to_string(e)).c_str(), nullptr));
  with_neighbours(std::numeric_limits<double>::min());
  with_neighbours(std::numeric_limits<double>::max());
  with_neighbours(std::numeric_limits<float>::min());
  with_neighbours(std::numeric_limits<float>::max());
  return out;
}

}  // namespace

TEST_CASE("numbers print as printf has them") {
  for (double v : Special()) CheckPrint(v);
  std::mt19937_64 random(1);
  for (int i = 0; i < 300; ++i) {
    const uint64_t bits = random();
    double v = 0;
    std::memcpy(&v, &bits, sizeof v);
    if (std::isfinite(v)) CheckPrint(v);
  }
}

TEST_CASE("texts read as strtod has them") {
  for (double v : Special()) {
    CheckParse(Printed("%.*e", 17, v));
    CheckParse(Printed("%.*e", 3, v));
  }
  for (const char* text :
       {"0", "-0", "0.0", "0e5", "-0.0e-5", "1", "12", "1e0", "1E5", "1e+5", "1e-5", "0.1", "-0.1",
        "123.456", "0.000000000000000000000000000000000001",
        "100000000000000000000000000000000000000000", "1e308", "1.8e308", "1e309", "-1e309",
        "1e310", "1e311", "1e99999999999999999999", "1e-323", "2.4703282292062327208e-324",
        "2.4703282292062328e-324", "1e-324", "1e-99999999999999999999", "0e99999999999",
        // half-way between two doubles: to even, and one digit beyond
        "9007199254740993", "9007199254740993.0000000000000000000000000000001", "9007199254740995",
        "3.4028235677973366e38", "3.4028235677973365e38", "7.006492321624085e-46",
        "7.006492321624086e-46"})
    CheckParse(text);
  std::mt19937_64 random(2);
  for (int i = 0; i < 2000; ++i) {
    std::string text = random() % 2 ? "-" : "";
    const size_t before = 1 + random() % 20, after = random() % 25;
    for (size_t k = 0; k < before; ++k) text += static_cast<char>('0' + random() % 10);
    if (after > 0) text += ".";
    for (size_t k = 0; k < after; ++k) text += static_cast<char>('0' + random() % 10);
    if (random() % 2) text += "e" + std::to_string(static_cast<int>(random() % 700) - 350);
    CheckParse(text);
  }
}

TEST_CASE("a tie of the longest kind is decided by its last digit, however far away that is") {
  char tie[1200];
  std::snprintf(tie, sizeof tie, "%.1080f", std::ldexp(1.0, -1074));
  std::string text = tie;  // 2^-1074, all its digits
  CHECK(ParseDecimal(text) == std::numeric_limits<double>::denorm_min());
  CHECK(ParseDecimal(text + std::string(3000, '0')) == std::numeric_limits<double>::denorm_min());
  // Half-way between two doubles: the even one, unless a digit follows.
  text = "9007199254740993." + std::string(2000, '0');
  CHECK(ParseDecimal(text) == 9007199254740992.0);
  CHECK(ParseDecimal(text + "1") == 9007199254740994.0);
  CHECK(ParseDecimal("9007199254740991" + std::string(2000, '0') + "e-2000") == 9007199254740991.0);
}
