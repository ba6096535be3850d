// Blosc's filters undone. `size` is the element's; what is left over after whole elements lies as
// it is.
#pragma once

#include "base/bytes.h"

namespace leafsum::codec {

// Byte i of every element, for i = 0, 1, …
void Unshuffle(size_t size, Bytes in, MutableBytes out);
// Bit k of byte i of every element, for i = 0, 1, … and k = 0…7, eight elements to a byte; where
// the number of elements is no multiple of eight nothing was done.
void BitUnshuffle(size_t size, Bytes in, MutableBytes out);

}  // namespace leafsum::codec
