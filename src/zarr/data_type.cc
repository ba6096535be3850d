#include "zarr/data_type.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "zarr/type_table.h"

namespace leafsum::zarr {
namespace {

using enum TypeKind;
using enum TypeRow::Stored;

constexpr TypeRow kTypes[] = {
    {"bool", kBool, 8, nullptr, kNumpy},
    {"int2", kInt, 2, nullptr, kBare},
    {"int4", kInt, 4, nullptr, kBare},
    {"int8", kInt, 8, nullptr, kNumpy},
    {"int16", kInt, 16, nullptr, kNumpy},
    {"int32", kInt, 32, nullptr, kNumpy},
    {"int64", kInt, 64, nullptr, kNumpy},
    {"uint2", kUint, 2, nullptr, kNoZarr},
    {"uint4", kUint, 4, nullptr, kNoZarr},
    {"uint8", kUint, 8, nullptr, kNumpy},
    {"uint16", kUint, 16, nullptr, kNumpy},
    {"uint32", kUint, 32, nullptr, kNumpy},
    {"uint64", kUint, 64, nullptr, kNumpy},
    {"float4_e2m1fn", kFloat, 4, &kFloat4E2m1fn, kBare},
    {"float8_e3m4", kFloat, 8, &kFloat8E3m4, kBare},
    {"float8_e4m3", kFloat, 8, &kFloat8E4m3, kNoZarr},
    {"float8_e4m3b11fnuz", kFloat, 8, &kFloat8E4m3b11fnuz, kBare},
    {"float8_e4m3fn", kFloat, 8, &kFloat8E4m3fn, kBare},
    {"float8_e4m3fnuz", kFloat, 8, &kFloat8E4m3fnuz, kBare},
    {"float8_e5m2", kFloat, 8, &kFloat8E5m2, kBare},
    {"float8_e5m2fnuz", kFloat, 8, &kFloat8E5m2fnuz, kBare},
    {"float8_e8m0fnu", kFloat, 8, nullptr, kBare},
    {"bfloat16", kFloat, 16, &kBfloat16, kBare},
    {"float16", kFloat, 16, &kFloat16, kNumpy},
    {"float32", kFloat, 32, &kFloat32, kNumpy},
    {"float64", kFloat, 64, &kFloat64, kNumpy},
    {"complex64", kComplex, 32, &kFloat32, kNumpy},
    {"complex128", kComplex, 64, &kFloat64, kNumpy},
};

bool IsDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Nothing if the number does not fit.
std::optional<uint64_t> Number(std::string_view digits) {
  uint64_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return n;
}

Error Refused(std::string_view what, std::string_view name) {
  return {ErrorCode::kUnsupported, Text("unsupported ", what, " \"", name, "\""), std::nullopt,
          "a supported data type", name};
}

Error TooWide(std::string_view actual) {
  return {ErrorCode::kLimit, "elements are too wide", std::nullopt, AtMostBytes(kMaxItemsize),
          actual};
}

std::string_view Zarr3NameOf(char kind, std::string_view size) {
  for (const TypeRow& row : kTypes) {
    if (row.stored != kNumpy) continue;
    const char row_kind = row.kind == kBool    ? 'b'
                          : row.kind == kInt   ? 'i'
                          : row.kind == kUint  ? 'u'
                          : row.kind == kFloat ? 'f'
                                               : 'c';
    const int row_size = row.kind == kComplex ? row.bits / 4 : row.bits / 8;
    if (kind == row_kind && size == Text(row_size)) return row.name;
  }
  return {};
}

}  // namespace

Result<DataType> RawType(uint64_t bytes, std::string_view written) {
  if (bytes > kMaxItemsize) return TooWide(written);
  DataType type;
  type.itemsize = static_cast<uint32_t>(bytes);
  type.name = Text("r", 8 * bytes);
  return type;
}

const TypeRow* FindType(std::string_view name) {
  for (const TypeRow& row : kTypes)
    if (row.name == name) return &row;
  return nullptr;
}

DataType FromRow(const TypeRow& row) {
  DataType type;
  type.name = row.name;
  type.swap_size = row.bits < 8 ? 1 : row.bits / 8;
  type.itemsize = row.kind == kComplex ? 2 * type.swap_size : type.swap_size;
  if (row.bits < 8) type.mask = static_cast<uint8_t>((1 << row.bits) - 1);
  type.is_bool = row.kind == kBool;
  return type;
}

Result<StoredType> ParseZarr2Type(std::string_view dtype) {
  if (const TypeRow* row = FindType(dtype); row && row->stored == kBare)
    return StoredType{FromRow(*row), false};
  const Error refused = Refused("zarr dtype", dtype);
  if (dtype.size() < 3) return refused;
  const char order = dtype[0], kind = dtype[1];
  const std::string_view size = dtype.substr(2);
  if ((order != '<' && order != '>' && order != '|') || !IsDigits(size)) return refused;

  if (kind == 'S' || kind == 'V') {
    const auto bytes = Number(size);
    if (bytes == 0) return refused;  // numpy has this type, but its elements have no content
    auto raw = bytes ? RawType(*bytes, dtype) : TooWide(dtype);
    if (!raw) return raw.error();
    return StoredType{*raw, false};
  }
  const std::string_view name = Zarr3NameOf(kind, size);
  if (name.empty()) return refused;
  StoredType stored{FromRow(*FindType(name)), false};
  if (order == '|' && stored.type.swap_size > 1) return refused;
  stored.big_endian = order == '>' && stored.type.swap_size > 1;
  return stored;
}

Result<DataType> ParseZarr3Type(std::string_view name) {
  const TypeRow* row = FindType(name);
  if (row && row->stored != kNoZarr) return FromRow(*row);
  if (name.size() < 2 || name[0] != 'r' || !IsDigits(name.substr(1)))
    return Refused("data type", name);
  const auto bits = Number(name.substr(1));
  if (bits && (*bits == 0 || *bits % 8 != 0))
    return Error{ErrorCode::kInvalid, Text("data type \"", name, "\" is invalid"), std::nullopt,
                 "r<N> where N is a positive multiple of 8", name};
  return bits ? RawType(*bits / 8, name) : TooWide(name);
}

std::optional<uint32_t> ItemsizeOf(std::string_view name) {
  if (const TypeRow* row = FindType(name)) return FromRow(*row).itemsize;
  const auto type = ParseZarr3Type(name);
  if (!type || type->name != name) return std::nullopt;  // we never write "r08"
  return type->itemsize;
}

bool NeedsNormalizing(const DataType& type, bool big_endian) {
  return type.is_bool || type.mask != 0xff || (big_endian && type.swap_size > 1);
}

Status NormalizeElements(const DataType& type, bool big_endian, MutableBytes bytes) {
  if (type.is_bool) {
    for (size_t i = 0; i < bytes.size(); ++i)
      if (bytes[i] > 1)
        return Error{ErrorCode::kInvalid, "bool element is neither 0 nor 1", i, "0 or 1",
                     Text(bytes[i])};
  } else if (type.mask != 0xff) {
    for (uint8_t& b : bytes) b &= type.mask;
  } else if (big_endian && type.swap_size > 1) {
    for (size_t i = 0; i + type.swap_size <= bytes.size(); i += type.swap_size)
      std::reverse(bytes.begin() + i, bytes.begin() + i + type.swap_size);
  }
  return std::nullopt;
}

}  // namespace leafsum::zarr
