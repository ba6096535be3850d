// Whether Flax can restore anything of a file, by how it begins (msgpack). Pure.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace leafsum::readers {

inline constexpr uint64_t kFlaxHead = 64;  // bytes that tell nearly always

// `head`: the first bytes of the file, kFlaxHead of them or all. False where unpackb() raises
// whatever follows (no msgpack, or bytes behind the value, as in texts, images and archives) and
// where the value is an empty container.
bool MayRestoreFlax(Bytes head, uint64_t size);

}  // namespace leafsum::readers
