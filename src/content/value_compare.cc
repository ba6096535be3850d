#include "content/value_compare.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/decimal.h"
#include "base/text.h"
#include "zarr/type_table.h"

namespace leafsum::content {
namespace {

using zarr::FloatFormat;
using zarr::TypeKind;
using zarr::TypeRow;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// The row of a type whose elements are numbers; null if they are bytes.
const TypeRow* RowOf(const zarr::DataType& type) {
  const TypeRow* row = zarr::FindType(type.name);
  if (!row || row->kind == TypeKind::kRaw) return nullptr;
  const uint32_t itemsize = (row->bits + 7u) / 8u * (row->kind == TypeKind::kComplex ? 2 : 1);
  return itemsize == type.itemsize ? row : nullptr;
}

uint64_t Little(Bytes b) {
  uint64_t v = 0;
  for (size_t i = b.size(); i-- > 0;) v = v << 8 | b[i];
  return v;
}

uint64_t Mask(int bits) { return bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1; }

int64_t Signed(uint64_t v, int bits) {
  v &= Mask(bits);
  if (v >> (bits - 1)) v |= ~Mask(bits);
  return static_cast<int64_t>(v);
}

double FromBits(uint64_t bits) {
  double v;
  std::memcpy(&v, &bits, 8);
  return v;
}

// Exact, because float64 contains every format. A null `f` is float8_e8m0fnu: powers of two,
// without sign or zero.
double ToDouble(const FloatFormat* f, uint64_t bits) {
  if (!f) return bits == 0xff ? kNan : FromBits((bits + 1023 - 127) << 52);
  if (f->width == 64) return FromBits(bits);
  const double sign = bits >> (f->width - 1) ? -1.0 : 1.0;
  const uint64_t magnitude = bits & Mask(f->width - 1);
  if (magnitude > f->max_finite)
    return magnitude == f->overflow && f->overflow != f->nan ? sign * kInfinity : kNan;
  if (bits == f->nan && f->no_negative_zero) return kNan;
  const uint64_t exponent = magnitude >> f->mantissa_bits,
                 mantissa = magnitude & Mask(f->mantissa_bits);
  if (exponent == 0) {  // subnormal: mantissa * 2^(1 - bias - mantissa_bits)
    const int scale = 1 - f->bias - f->mantissa_bits;
    return sign * static_cast<double>(mantissa) *
           FromBits(static_cast<uint64_t>(1023 + scale) << 52);
  }
  const uint64_t biased = exponent + static_cast<uint64_t>(1023 - f->bias);
  return sign * FromBits(biased << 52 | mantissa << (52 - f->mantissa_bits));
}

// Does `text` read back as the finite, positive number of `bits`?
bool ReadsBack(const FloatFormat* f, uint64_t bits, const Decimal& d) {
  const int last = static_cast<int>(d.digits.size()) - 1;
  const std::string text = Text(d.digits, "e", d.exponent - last);
  if (f && f->width == 32) return static_cast<double>(ParseDecimalFloat(text)) == ToDouble(f, bits);
  const double read = ParseDecimal(text), v = ToDouble(f, bits);
  if (!f) return v * 0.75 < read && read < v * 1.5;  // nearer to it than to its half or its double
  return zarr::EncodeFloat(read, *f) == bits && std::isfinite(read);
}

// Lays out `shortest`, the shortest digits of the positive `v`, as numpy does before 2.4 (which
// shortens the narrow types further): positional from 1e-4 to below 1e16, else with an exponent.
std::string LayOut(double v, const Decimal& shortest, bool point_zero) {
  std::string digits = shortest.digits;
  const int exponent = shortest.exponent;
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  if (v < 1e-4 || v >= 1e16) {
    if (digits.size() > 1) digits.insert(1, ".");
    const std::string magnitude = Text(exponent < 0 ? -exponent : exponent);
    return digits + (exponent < 0 ? "e-" : "e+") + (magnitude.size() < 2 ? "0" : "") + magnitude;
  }
  if (exponent < 0) return Text("0.", std::string(static_cast<size_t>(-exponent - 1), '0'), digits);
  const size_t whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole)
    return digits + std::string(whole - digits.size(), '0') + (point_zero ? ".0" : "");
  return digits.insert(whole, ".");
}

// Adds one to the last digit; false if that would add a digit.
bool OneUp(std::string& digits) {
  for (size_t i = digits.size(); i-- > 0;) {
    if (digits[i] != '9') {
      ++digits[i];
      return true;
    }
    digits[i] = '0';
  }
  return false;
}

std::string FloatText(const FloatFormat* f, uint64_t bits, bool point_zero) {
  const double v = ToDouble(f, bits);
  if (std::isnan(v)) {
    if (bits == (f ? f->nan : 0xff)) return "nan";
    std::string text = "nan(0x";
    for (int shift = f->width - 4; shift >= 0; shift -= 4)
      text += "0123456789abcdef"[bits >> shift & 15];
    return text + ")";
  }
  const std::string sign = std::signbit(v) ? "-" : "";
  if (std::isinf(v)) return sign + "inf";
  if (v == 0) return sign + (point_zero ? "0.0" : "0");
  const uint64_t magnitude = f ? bits & Mask(f->width - 1) : bits;
  Decimal text;
  for (int digits = 1; digits <= 17; ++digits) {
    text = ToDecimal(v, digits);
    // Just below a power of two, numbers lie closer together: digits rounded up may read back
    // although the nearer ones do not.
    if (ReadsBack(f, magnitude, text) || (OneUp(text.digits) && ReadsBack(f, magnitude, text)))
      break;
  }
  return sign + LayOut(std::fabs(v), text, point_zero);
}

std::string ComplexText(const FloatFormat* f, Bytes element) {
  const size_t half = element.size() / 2;
  const uint64_t re = Little(element.first(half)), im = Little(element.subspan(half));
  std::string imaginary = FloatText(f, im, false) + "j";
  if (re == 0) return imaginary;
  if (imaginary[0] != '-') imaginary.insert(0, "+");
  return Text("(", FloatText(f, re, false), imaginary, ")");
}

// A difference, and the magnitude that it is relative to.
struct Distance {
  double abs = 0;
  double scale = 0;  // max(|a|, |b|)
  bool finite = true;
};

uint64_t Magnitude(int64_t v) {
  return v < 0 ? uint64_t{0} - static_cast<uint64_t>(v) : static_cast<uint64_t>(v);
}

Distance Between(const TypeRow& row, Bytes a, Bytes b) {
  if (row.kind == TypeKind::kComplex) {
    const size_t half = a.size() / 2;
    const auto part = [&](Bytes z, size_t at) {
      return ToDouble(row.format, Little(z.subspan(at, half)));
    };
    const double ar = part(a, 0), ai = part(a, half), br = part(b, 0), bi = part(b, half);
    // hypot makes (inf, nan) infinite. That serves as well: neither is finite.
    return {std::hypot(ar - br, ai - bi), std::max(std::hypot(ar, ai), std::hypot(br, bi)),
            std::isfinite(ar) && std::isfinite(ai) && std::isfinite(br) && std::isfinite(bi)};
  }
  const uint64_t x = Little(a) & Mask(row.bits), y = Little(b) & Mask(row.bits);
  if (row.kind == TypeKind::kFloat) {
    const double s = ToDouble(row.format, x), t = ToDouble(row.format, y);
    return {std::fabs(s - t), std::max(std::fabs(s), std::fabs(t)),
            std::isfinite(s) && std::isfinite(t)};
  }
  if (row.kind != TypeKind::kInt)
    return {static_cast<double>(std::max(x, y) - std::min(x, y)),
            static_cast<double>(std::max(x, y)), true};
  const int64_t s = Signed(x, row.bits), t = Signed(y, row.bits);
  const uint64_t distance =
      static_cast<uint64_t>(std::max(s, t)) - static_cast<uint64_t>(std::min(s, t));
  return {static_cast<double>(distance), static_cast<double>(std::max(Magnitude(s), Magnitude(t))),
          true};
}

}  // namespace

std::string ElementText(const zarr::DataType& type, Bytes element) {
  const TypeRow* row = RowOf(type);
  if (!row) return Hex(element);
  if (row->kind == TypeKind::kComplex) return ComplexText(row->format, element);
  const uint64_t v = Little(element) & Mask(row->bits);
  switch (row->kind) {
    case TypeKind::kBool:
      return v ? "True" : "False";
    case TypeKind::kInt:
      return Text(Signed(v, row->bits));
    case TypeKind::kUint:
      return Text(v);
    case TypeKind::kFloat:
      return FloatText(row->format, v, true);
    case TypeKind::kComplex:
    case TypeKind::kRaw:
      break;
  }
  return Hex(element);
}

std::optional<double> ElementValue(const zarr::DataType& type, Bytes element) {
  const TypeRow* row = RowOf(type);
  if (!row || row->kind == TypeKind::kComplex) return std::nullopt;
  const uint64_t v = Little(element) & Mask(row->bits);
  if (row->kind == TypeKind::kFloat) return ToDouble(row->format, v);
  if (row->kind == TypeKind::kInt) return static_cast<double>(Signed(v, row->bits));
  return static_cast<double>(v);
}

void ValueComparer::Update(Bytes a, Bytes b) {
  // Equal stretches cost a memcmp; a stretch with a difference is compared element by element.
  const size_t step = std::max<size_t>(4096 / type_.itemsize, 1) * type_.itemsize;
  for (size_t at = 0; at < a.size(); at += step) {
    const size_t n = std::min(step, a.size() - at);
    if (std::memcmp(a.data() + at, b.data() + at, n) != 0)
      Differing(a.subspan(at, n), b.subspan(at, n));
    index_ += n / type_.itemsize;
  }
}

// Compares elements from index_ on, some of which differ.
void ValueComparer::Differing(Bytes a, Bytes b) {
  const size_t item = type_.itemsize;
  const TypeRow* row = RowOf(type_);
  for (size_t at = 0; at + item <= a.size(); at += item) {
    const Bytes x = a.subspan(at, item), y = b.subspan(at, item);
    if (std::memcmp(x.data(), y.data(), item) == 0) continue;
    if (result_.differing++ == 0) {
      result_.first_index = index_ + at / item;
      result_.first_a = ElementText(type_, x);
      result_.first_b = ElementText(type_, y);
    }
    if (!row) continue;
    const Distance d = Between(*row, x, y);
    if (!d.finite) {
      result_.max_abs = kInfinity;
      continue;
    }
    // The difference of two finite numbers may overflow a double; the quotient is then 2, its
    // maximum.
    const double relative = d.scale == 0 ? 0 : std::isinf(d.abs) ? 2 : d.abs / d.scale;
    result_.max_abs = std::max(result_.max_abs.value_or(0), d.abs);
    result_.max_rel = std::max(result_.max_rel.value_or(0), relative);
  }
}

}  // namespace leafsum::content
