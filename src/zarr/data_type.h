// An array's element type and how its stored bytes become content (contract §2, §10.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace leafsum::zarr {

// The most bytes of one element of a raw type (`|Sn`, `|Vn`, `r<8n>`). Our own choice: the width is
// a number in a file, and the metadata of every array holds one element (its fill value).
inline constexpr uint32_t kMaxItemsize = 4096;

struct DataType {
  std::string
      name;  // zarr v3's name, whatever the store says: "float32", "bfloat16", "int4", "r40"
  uint32_t itemsize = 1;   // bytes of one element as stored; 1 for sub-byte types
  uint32_t swap_size = 1;  // bytes that swap as one: itemsize; for complex half of it; for raw 1
  uint8_t mask = 0xff;     // of a sub-byte type: the bits that count
  bool is_bool = false;    // bytes other than 0 and 1 are an error
  bool operator==(const DataType&) const = default;
};

struct StoredType {
  DataType type;
  bool big_endian = false;
};

Result<StoredType> ParseZarr2Type(std::string_view dtype);  // "<f4", "|b1", "bfloat16", "|S5"
Result<DataType> ParseZarr3Type(std::string_view name);     // "float32", "r40"
// The type r<8 · bytes>, of at least one byte; `written` is its name in the metadata.
Result<DataType> RawType(uint64_t bytes, std::string_view written);
std::optional<uint32_t> ItemsizeOf(
    std::string_view name);  // of a name as we write it, for lockfiles

// Turns stored elements into content, in place: byte order, masks; checks bool bytes. `bytes` holds
// whole elements. The offset of an error counts from the start of `bytes`.
Status NormalizeElements(const DataType& type, bool big_endian, MutableBytes bytes);
bool NeedsNormalizing(const DataType& type, bool big_endian);

}  // namespace leafsum::zarr
