// Allocations that fail when a test says so. Linked into programs of tests alone, whose linker
// sends malloc, calloc and realloc of everything that is linked statically here (CMakeLists.txt),
// and operator new of everything.
#pragma once

#include <cstdint>

namespace leafsum::campaign {

enum class Allocations : uint8_t {
  kOfLibraries,  // malloc and its kin: the C libraries that decode, which go on without
  kAll           // and operator new, after whose failure the core cannot go on
};

// From now on the n-th allocation (from 0) of these fails, and with `forever` each later one.
void FailAllocation(Allocations which, uint64_t n, bool forever);
// None fails any more. Returns how many of these there were since the last call of either.
uint64_t FailNone();
// Whether one has failed since FailAllocation.
bool HasFailed();

}  // namespace leafsum::campaign
