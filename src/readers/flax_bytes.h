// Tells from the first bytes of a file whether Flax can restore anything from it (msgpack). Pure.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace leafsum::readers {

inline constexpr uint64_t kFlaxHead = 64;  // enough bytes to tell, nearly always

// `head` is the first kFlaxHead bytes of the file, or all. False if unpackb() raises whatever
// follows (not msgpack, or bytes after the value, as in texts, images and archives), or if the
// value is an empty container.
bool MayRestoreFlax(Bytes head, uint64_t size);

}  // namespace leafsum::readers
