// The element types that zarr, msgpack files and the lockfile name.
#pragma once

#include <cstdint>
#include <string_view>

#include "zarr/data_type.h"
#include "zarr/float_format.h"

namespace leafsum::zarr {

enum class TypeKind : uint8_t { kBool, kInt, kUint, kFloat, kComplex, kRaw };

struct TypeRow {
  std::string_view name;
  TypeKind kind = TypeKind::kRaw;
  uint8_t bits = 8;  // of one number; for complex, half an element
  const FloatFormat* format =
      nullptr;  // of floats and complex parts; null for float8_e8m0fnu, which has no sign
  enum Stored : uint8_t {
    kNumpy,   // in zarr v2 spelled as by numpy: "<f4"
    kBare,    // in zarr v2 spelled as this name, and little-endian
    kNoZarr,  // TensorStore has no such type; Flax's msgpack files do
  } stored = kNumpy;
};

// The type's row; null for raw types ("r40") and unknown names.
const TypeRow* FindType(std::string_view name);
DataType FromRow(const TypeRow& row);

}  // namespace leafsum::zarr
