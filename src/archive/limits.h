// What an archive may hold. Our own choices, where no format sets a bound.
#pragma once

#include <cstdint>

namespace leafsum::archive {

inline constexpr uint64_t kMaxMembers = 1 << 22;
inline constexpr uint64_t kMaxNames = 512ull << 20;      // bytes of all names of an archive
inline constexpr uint64_t kMaxName = 4096;               // PATH_MAX of Linux
inline constexpr uint64_t kMaxExtended = 1 << 20;        // bytes of one pax header or GNU long name
inline constexpr uint64_t kMaxOffset = 1ull << 53;       // what JavaScript counts to
inline constexpr uint64_t kMaxDirectory = 512ull << 20;  // bytes of a zip's central directory
inline constexpr uint64_t kMaxRemarks = 1000;            // the first are kept

}  // namespace leafsum::archive
