#include "orbax/msgpack_header.h"

namespace leafsum::orbax::msgpack {
namespace {

// The types 0xc0 to 0xdf, in order, and how many bytes of value follow the first byte.
struct Row {
  Type type;
  uint8_t bytes;
};
constexpr Row kRows[] = {
    {kNil, 0},  {kNever, 0}, {kBool, 0}, {kBool, 0},    {kBin, 1},     {kBin, 2},  {kBin, 4},
    {kExt, 1},  {kExt, 2},   {kExt, 4},  {kFloat32, 4}, {kFloat64, 8}, {kUint, 1}, {kUint, 2},
    {kUint, 4}, {kUint, 8},  {kInt, 1},  {kInt, 2},     {kInt, 4},     {kInt, 8},  {kExt, 0},
    {kExt, 0},  {kExt, 0},   {kExt, 0},  {kExt, 0},     {kStr, 1},     {kStr, 2},  {kStr, 4},
    {kList, 2}, {kList, 4},  {kMap, 2},  {kMap, 4}};

}  // namespace

uint8_t HeaderSize(uint8_t first) {
  if (first < 0xc0 || first >= 0xe0) return 1;
  const Row& row = kRows[first - 0xc0];
  return static_cast<uint8_t>(1 + row.bytes + (row.type == kExt));
}

Header ParseHeader(Bytes b) {
  const uint8_t first = b[0];
  Header h;
  h.size = HeaderSize(first);
  if (first < 0x80) {
    h.type = kUint;
    h.value = first;
  } else if (first < 0x90) {
    h.type = kMap;
    h.value = first & 0xf;
  } else if (first < 0xa0) {
    h.type = kList;
    h.value = first & 0xf;
  } else if (first < 0xc0) {
    h.type = kStr;
    h.value = first & 0x1f;
  } else if (first >= 0xe0) {
    h.type = kInt;
    h.value = static_cast<uint64_t>(first) - 256;  // a signed 8-bit number
  } else {
    const Row& row = kRows[first - 0xc0];
    h.type = row.type;
    for (size_t i = 1; i <= row.bytes; ++i) h.value = h.value << 8 | b[i];
    if (row.type == kBool) h.value = first & 1;
    if (row.type == kInt && row.bytes < 8) {
      const int shift = 64 - 8 * row.bytes;
      h.value = static_cast<uint64_t>(static_cast<int64_t>(h.value << shift) >> shift);
    }
    if (row.type == kExt) {
      h.ext = static_cast<int8_t>(b[1 + row.bytes]);
      if (row.bytes == 0) h.value = uint64_t{1} << (first - 0xd4);
    }
  }
  return h;
}

}  // namespace leafsum::orbax::msgpack
