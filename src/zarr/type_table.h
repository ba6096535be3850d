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
  uint8_t bits = 8;  // of one number: half an element for complex
  const FloatFormat* format =
      nullptr;  // of floats and of complex parts; null: float8_e8m0fnu, which has no sign
  enum Stored : uint8_t {
    kNumpy,   // in zarr v2 as numpy writes it: "<f4"
    kBare,    // zarr v2 stores this name as it is, little-endian
    kNoZarr,  // TensorStore has no such type; Flax's msgpack files do
  } stored = kNumpy;
};

// Null for raw types ("r40") and for names of no type.
const TypeRow* FindType(std::string_view name);
DataType FromRow(const TypeRow& row);

}  // namespace leafsum::zarr
