// The header of a msgpack value: its type, and a number, a count or the length of the rest.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace leafsum::orbax::msgpack {

enum Type : uint8_t {
  kNil,
  kBool,
  kUint,
  kInt,
  kFloat32,
  kFloat64,
  kStr,
  kBin,
  kExt,
  kList,
  kMap,
  kNever
};

// A header of `size` bytes. `value` is a number's bits, a container's count or the length of the
// rest.
struct Header {
  Type type = kNever;
  uint8_t size = 1;
  int8_t ext = 0;
  uint64_t value = 0;
};

uint8_t HeaderSize(uint8_t first);  // bytes of a header whose first byte this is
Header ParseHeader(Bytes b);        // `b` begins with a whole header

}  // namespace leafsum::orbax::msgpack
