// What a msgpack value begins with: its type, and a number, a count or the length of what follows.
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

// What a value begins with: `size` bytes, of which `value` is a number's bits, a container's count
// or the length of what follows.
struct Header {
  Type type = kNever;
  uint8_t size = 1;
  int8_t ext = 0;
  uint64_t value = 0;
};

uint8_t HeaderSize(uint8_t first);  // of a header that begins with this byte
Header ParseHeader(Bytes b);        // `b` begins with a whole one

}  // namespace leafsum::orbax::msgpack
