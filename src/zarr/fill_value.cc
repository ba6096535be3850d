#include "zarr/fill_value.h"

#include <cmath>
#include <limits>

#include "base/decimal.h"
#include "base/text.h"
#include "zarr/json_members.h"
#include "zarr/type_table.h"

namespace leafsum::zarr {
namespace {

constexpr std::string_view kMember = "fill_value";

void AppendLittle(ByteVector& out, uint64_t bits, uint32_t size) {
  for (uint32_t i = 0; i < size; ++i) out.push_back(static_cast<uint8_t>(bits >> (8 * i)));
}

std::optional<double> NamedNumber(const std::string& text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

// "0x7fc": the bits, big-endian. Fewer digits than the type has are the low bits.
std::optional<uint64_t> HexBits(std::string_view text, uint32_t size) {
  if (!text.starts_with("0x") || text.size() < 3 || text.size() > 2 + 2 * size) return std::nullopt;
  uint64_t bits = 0;
  for (char c : text.substr(2)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    bits = bits << 4 | static_cast<uint64_t>(digit);
  }
  return bits;
}

// The type has only an exponent: no sign, no zero. Readers take 0 for the byte 0 and disagree about
// every other number (TensorStore 0.1.86 halves the exponent's bias), so no other number is
// accepted.
Result<uint64_t> EncodeE8m0(double value) {
  if (std::isnan(value) || std::isinf(value)) return uint64_t{0xff};
  if (value == 0) return uint64_t{0};
  return Error{ErrorCode::kUnsupported,
               "fill values of float8_e8m0fnu other than 0 and NaN are not understood: "
               "readers disagree about them",
               std::nullopt, "0, \"NaN\" or hex", DoubleText(value)};
}

Result<uint64_t> Encode(double value, const TypeRow& row) {
  return row.format ? Result<uint64_t>(EncodeFloat(value, *row.format)) : EncodeE8m0(value);
}

Result<uint64_t> FloatBits2(const JsonValue& value, const TypeRow& row) {
  std::optional<double> number = value.AsDouble();
  if (const std::string* text = value.AsString()) {
    number = NamedNumber(*text);
    if (!number)
      if (const auto inner = ParseJson(AsBytes(*text)); inner) number = inner->root.AsDouble();
  }
  if (!number)
    return MemberError(kMember, "floating-point number, \"NaN\", \"Infinity\" or \"-Infinity\"",
                       &value);
  return Encode(*number, row);
}

Result<uint64_t> FloatBits3(const JsonValue& value, const TypeRow& row) {
  std::optional<double> number = value.AsDouble();
  if (const std::string* text = value.AsString()) {
    if (const auto bits = HexBits(*text, row.bits < 8 ? 1 : row.bits / 8)) return *bits;
    number = NamedNumber(*text);
  }
  if (!number)
    return MemberError(kMember,
                       "floating-point number, \"Infinity\", \"-Infinity\", \"NaN\" or hex string",
                       &value);
  return Encode(*number, row);
}

Result<uint64_t> IntegerBits(const JsonValue& value, const TypeRow& row, uint32_t range_bits) {
  if (row.kind == TypeKind::kUint) {
    const uint64_t high = std::numeric_limits<uint64_t>::max() >> (64 - range_bits);
    const auto n = AsUnsigned(value);
    if (n && *n <= high) return *n;
    return MemberError(kMember, Text("integer in the range [0, ", high, "]"), &value);
  }
  const int64_t high = std::numeric_limits<int64_t>::max() >> (64 - range_bits);
  const int64_t low = -high - 1;
  const auto n = AsSigned(value);
  if (n && *n >= low && *n <= high) return static_cast<uint64_t>(*n);
  return MemberError(kMember, Text("integer in the range [", low, ", ", high, "]"), &value);
}

// Base64 spells the stored bytes, whose order `stored_big_endian` gives.
Result<ByteVector> FromBase64(const JsonValue& value, const DataType& type,
                              bool stored_big_endian) {
  const std::string* text = value.AsString();
  auto bytes = text ? ParseBase64(*text) : std::nullopt;
  if (!bytes || bytes->size() != type.itemsize)
    return MemberError(kMember, Text(type.itemsize, " base64-encoded bytes"), &value);
  if (Status status = NormalizeElements(type, stored_big_endian, *bytes)) return *status;
  return std::move(*bytes);
}

template <class FloatBits>
Result<ByteVector> Scalar(const JsonValue& value, const DataType& type, const TypeRow& row,
                          uint32_t int_bits, FloatBits float_bits) {
  ByteVector out;
  if (row.kind == TypeKind::kBool) {
    const auto b = value.AsBool();
    if (!b) return MemberError(kMember, "boolean", &value);
    out.push_back(*b);
    return out;
  }
  if (row.kind == TypeKind::kComplex) {
    const JsonValue::Array* pair = value.AsArray();
    if (!pair || pair->size() != 2) return MemberError(kMember, "array of length 2", &value);
    for (const JsonValue& part : *pair) {
      const auto bits = float_bits(part, row);
      if (!bits) return bits.error();
      AppendLittle(out, *bits, type.swap_size);
    }
    return out;
  }
  const auto bits =
      row.kind == TypeKind::kFloat ? float_bits(value, row) : IntegerBits(value, row, int_bits);
  if (!bits) return bits.error();
  AppendLittle(out, *bits & (type.itemsize == 1 ? type.mask : ~uint64_t{0}), type.itemsize);
  return out;
}

}  // namespace

Result<ByteVector> ParseZarr2FillValue(const JsonValue& value, const StoredType& stored) {
  const DataType& type = stored.type;
  if (value.is_null()) return ByteVector(type.itemsize, 0);
  const TypeRow* row = FindType(type.name);
  const bool complex_text = row && row->kind == TypeKind::kComplex && !value.AsArray();
  // zarr-python writes an empty string, which numpy reads as NULs. TensorStore refuses it, but it
  // can mean nothing else.
  if (const std::string* text = value.AsString(); !row && text && text->empty())
    return ByteVector(type.itemsize, 0);
  if (!row || complex_text || row->format == &kFloat4E2m1fn)
    return FromBase64(value, type, stored.big_endian);
  return Scalar(value, type, *row, row->bits < 8 ? 8 : row->bits, FloatBits2);
}

Result<ByteVector> ParseZarr3FillValue(const JsonValue& value, const DataType& type) {
  if (value.is_null()) return MemberError(kMember, "value of type " + type.name, &value);
  const TypeRow* row = FindType(type.name);
  if (!row) return FromBase64(value, type, false);
  return Scalar(value, type, *row, row->bits, FloatBits3);
}

}  // namespace leafsum::zarr
