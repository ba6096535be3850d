// Undoes Blosc's filters. `size` is the size of an element; bytes left over after the last whole
// element are unchanged.
#pragma once

#include "base/bytes.h"

namespace leafsum::codec {

// `in` has byte i of every element, for i = 0, 1, …
void Unshuffle(size_t size, Bytes in, MutableBytes out);
// `in` has bit k of byte i of every element, for i = 0, 1, … and k = 0…7, eight elements to a byte.
// If the number of elements is not a multiple of eight, the bits were not shuffled.
void BitUnshuffle(size_t size, Bytes in, MutableBytes out);

}  // namespace leafsum::codec
