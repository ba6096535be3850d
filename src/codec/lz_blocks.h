// Two byte-oriented formats that blosc compresses its blocks with, decoded from memory to memory.
//
// Written here rather than taken from their libraries: blosclz's own decoder adds up lengths in 32
// bits and compares sums of pointers, which hostile bytes can overflow, and of Snappy's C++ library
// we need no more than this.
#pragma once

#include "base/bytes.h"

namespace leafsum::codec {

// Both fill `out` exactly. They return false if `in` is damaged or decodes to more or fewer bytes.

// A first literal run, then:
//   000lllll                           l+1 literal bytes follow
//   lllhhhhh [255.. n] dddddddd        l+2 bytes from distance 256 h + d + 1; if l = 7, plus the
//                                      bytes n that follow, as long as they are 255, and one more
//   ... 31, 255, be16                  from distance be16 + 8192
bool DecodeBlosclz(Bytes in, MutableBytes out);

// varint32 size, then elements (google/snappy format_description.txt).
bool DecodeSnappy(Bytes in, MutableBytes out);

}  // namespace leafsum::codec
