#include "base/decimal.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "base/text.h"

namespace leafsum {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kMaxDigits = 800;  // 768 tell any two neighbouring doubles apart

// A natural number, little-endian, without leading zeros.
class Big {
 public:
  explicit Big(uint64_t v = 0) {
    for (; v != 0; v >>= 32) words_.push_back(static_cast<uint32_t>(v));
  }

  void MultiplyAdd(uint32_t factor, uint32_t summand) {
    uint64_t carry = summand;
    for (uint32_t& word : words_) {
      carry += uint64_t{word} * factor;
      word = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) words_.push_back(static_cast<uint32_t>(carry));
  }
  void MultiplyPowerOfTen(int n) {
    for (; n >= 9; n -= 9) MultiplyAdd(1000000000, 0);
    for (; n > 0; --n) MultiplyAdd(10, 0);
  }
  void ShiftLeft(int bits) {
    if (words_.empty()) return;
    words_.insert(words_.begin(), static_cast<size_t>(bits / 32), 0);
    MultiplyAdd(uint32_t{1} << (bits % 32), 0);
  }
  int BitLength() const {
    int bits = static_cast<int>(words_.size()) * 32;
    if (bits == 0) return 0;
    for (uint32_t top = words_.back(); !(top >> 31); top <<= 1) --bits;
    return bits;
  }
  // Negative, zero or positive, like memcmp.
  int Compare(const Big& other) const {
    if (words_.size() != other.words_.size()) return words_.size() < other.words_.size() ? -1 : 1;
    for (size_t i = words_.size(); i-- > 0;)
      if (words_[i] != other.words_[i]) return words_[i] < other.words_[i] ? -1 : 1;
    return 0;
  }
  // `other` must not be larger.
  void Subtract(const Big& other) {
    uint64_t borrow = 0;
    for (size_t i = 0; i < words_.size(); ++i) {
      const uint64_t sum = borrow + (i < other.words_.size() ? other.words_[i] : 0);
      borrow = words_[i] < sum;
      words_[i] = static_cast<uint32_t>(words_[i] - sum);
    }
    while (!words_.empty() && words_.back() == 0) words_.pop_back();
  }

 private:
  std::vector<uint32_t> words_;
};

// The quotient, which has fewer than 64 bits, rounded to nearest, ties to even.
uint64_t RoundedQuotient(Big numerator, Big denominator) {
  const int length = std::max(0, numerator.BitLength() - denominator.BitLength() + 1);
  denominator.ShiftLeft(length);
  uint64_t quotient = 0;
  // The remainder is doubled, in place of halving the denominator.
  for (int i = 0; i < length; ++i) {
    numerator.ShiftLeft(1);
    quotient <<= 1;
    if (numerator.Compare(denominator) < 0) continue;
    numerator.Subtract(denominator);
    quotient |= 1;
  }
  numerator.ShiftLeft(1);
  const int half = numerator.Compare(denominator);
  return quotient + (half > 0 || (half == 0 && (quotient & 1)));
}

// m × 2^exponent. The caller has rounded m to at most 53 bits, or to fewer where the double is
// subnormal.
double Compose(uint64_t m, int exponent) {
  if (m == 0) return 0;
  while (m < (uint64_t{1} << 52) && exponent > -1074) m <<= 1, --exponent;
  if (m >> 53) m >>= 1, ++exponent;  // rounded up to a power of two
  const uint64_t biased = m >> 52 ? static_cast<uint64_t>(exponent + 1075) : 0;
  const uint64_t bits = biased << 52 | (m & ((uint64_t{1} << 52) - 1));
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// Rounds to `precision` bits, whose last is worth at least 2^least. 2^end and more is infinity.
double Nearest(std::string_view text, int precision, int least, int end) {
  const double sign = text.substr(0, 1) == "-" ? -1 : 1;
  if (sign < 0) text.remove_prefix(1);

  std::string digits;
  int64_t exponent = 0;  // the number is digits × 10^exponent
  bool point = false, lost = false;
  size_t i = 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.') {
      point = true;
      continue;
    }
    exponent -= point;
    if (digits.empty() && text[i] == '0') continue;
    if (digits.size() < kMaxDigits) {
      digits += text[i];
    } else {
      ++exponent;
      lost |= text[i] != '0';
    }
  }
  if (digits.empty()) return sign * 0.0;
  if (lost) digits += '1', --exponent;  // beyond every tie
  if (i < text.size()) {
    const bool negative = text.substr(i + 1, 1) == "-";
    int64_t written = 0;
    for (++i; i < text.size(); ++i)
      if (text[i] >= '0' && text[i] <= '9' && written < 1000000000)
        written = written * 10 + (text[i] - '0');
    exponent += negative ? -written : written;
  }
  const int64_t magnitude = exponent + static_cast<int64_t>(digits.size());
  if (magnitude > 310) return sign * kInfinity;
  if (magnitude < -330) return sign * 0.0;

  Big numerator, denominator(1);
  for (char c : digits) numerator.MultiplyAdd(10, static_cast<uint32_t>(c - '0'));
  const int tens = static_cast<int>(exponent);
  (tens < 0 ? denominator : numerator).MultiplyPowerOfTen(tens < 0 ? -tens : tens);
  // The quotient lies within a factor of two of 2^size: `unit` is what its last bit is worth.
  int size = numerator.BitLength() - denominator.BitLength();
  Big scaled = denominator;
  Big compared = numerator;
  (size < 0 ? compared : scaled).ShiftLeft(size < 0 ? -size : size);
  if (compared.Compare(scaled) < 0) --size;  // now 2^size <= quotient < 2^(size + 1)
  const int unit = std::max(size - precision + 1, least);
  (unit < 0 ? numerator : denominator).ShiftLeft(unit < 0 ? -unit : unit);
  const uint64_t m = RoundedQuotient(std::move(numerator), std::move(denominator));
  const double value = Compose(m, unit);
  return sign * (size >= end || value >= Compose(uint64_t{1} << 52, end - 52) ? kInfinity : value);
}

}  // namespace

double ParseDecimal(std::string_view text) { return Nearest(text, 53, -1074, 1024); }

float ParseDecimalFloat(std::string_view text) {
  return static_cast<float>(Nearest(text, 24, -149, 128));
}

Decimal ToDecimal(double value, int digits) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  uint64_t m = bits & ((uint64_t{1} << 52) - 1);
  int exponent = static_cast<int>(bits >> 52 & 0x7ff);
  if (exponent == 0)
    exponent = 1;
  else
    m |= uint64_t{1} << 52;
  exponent -= 1075;
  Decimal out;
  if (m == 0) {
    out.digits.assign(static_cast<size_t>(digits), '0');
    return out;
  }
  int length = 0;
  for (uint64_t rest = m; rest != 0; rest >>= 1) ++length;
  // floor(log10(2^x)), exact for every exponent of a double. The number may have one digit more.
  int tens = (exponent + length - 1) * 1262611 >> 22;
  for (;; ++tens) {
    Big numerator(m), denominator(1);
    (exponent < 0 ? denominator : numerator).ShiftLeft(exponent < 0 ? -exponent : exponent);
    const int up = digits - 1 - tens;
    (up < 0 ? denominator : numerator).MultiplyPowerOfTen(up < 0 ? -up : up);
    out.digits = Text(RoundedQuotient(std::move(numerator), std::move(denominator)));
    if (out.digits.size() <= static_cast<size_t>(digits)) break;
  }
  out.exponent = tens;
  return out;
}

std::string DoubleText(double value, int digits) {
  Decimal d = ToDecimal(value, digits);
  std::string& out = d.digits;
  while (out.size() > 1 && out.back() == '0') out.pop_back();
  const size_t magnitude = static_cast<size_t>(d.exponent < 0 ? -d.exponent : d.exponent);
  if (d.exponent < -4 || d.exponent >= digits) {
    if (out.size() > 1) out.insert(1, 1, '.');
    out += d.exponent < 0 ? "e-" : "e+";
    if (magnitude < 10) out += '0';
    out += Text(magnitude);
  } else if (d.exponent < 0) {
    out.insert(0, magnitude, '0');
    out.insert(1, 1, '.');
  } else if (out.size() <= magnitude) {
    out.append(magnitude + 1 - out.size(), '0');
  } else if (out.size() > magnitude + 1) {
    out.insert(magnitude + 1, 1, '.');
  }
  if (value < 0 || (value == 0 && 1 / value < 0)) out.insert(0, 1, '-');
  return out;
}

}  // namespace leafsum
