#include "campaigns/faults/allocations.h"

#include <cstdlib>
#include <new>

// The linker's names for what the wrapped ones stand in front of (--wrap).
extern "C" {
void* __real_malloc(size_t size);                // NOLINT
void* __real_calloc(size_t count, size_t size);  // NOLINT
void* __real_realloc(void* old, size_t size);    // NOLINT
void* __wrap_malloc(size_t size);                // NOLINT
void* __wrap_calloc(size_t count, size_t size);  // NOLINT
void* __wrap_realloc(void* old, size_t size);    // NOLINT
}

namespace leafsum::campaign {
namespace {

struct State {
  bool counts = false, forever = false, failed = false;
  Allocations which = Allocations::kAll;
  uint64_t seen = 0, fails = UINT64_MAX;
} state;

bool Fails(Allocations kind) {
  if (!state.counts || (kind == Allocations::kAll && state.which != Allocations::kAll))
    return false;
  const uint64_t n = state.seen++;
  const bool fails = n == state.fails || (state.forever && n > state.fails);
  state.failed |= fails;
  return fails;
}

}  // namespace

void FailAllocation(Allocations which, uint64_t n, bool forever) {
  state = {.counts = true, .forever = forever, .which = which, .fails = n};
}

uint64_t FailNone() {
  const uint64_t seen = state.seen;
  const bool failed = state.failed;
  state = {};
  state.failed = failed;
  return seen;
}

bool HasFailed() { return state.failed; }

}  // namespace leafsum::campaign

using leafsum::campaign::Allocations;
using leafsum::campaign::Fails;

extern "C" void* __wrap_malloc(size_t size) {  // NOLINT
  return Fails(Allocations::kOfLibraries) ? nullptr : __real_malloc(size);
}
extern "C" void* __wrap_calloc(size_t count, size_t size) {  // NOLINT
  return Fails(Allocations::kOfLibraries) ? nullptr : __real_calloc(count, size);
}
extern "C" void* __wrap_realloc(void* old, size_t size) {  // NOLINT
  return Fails(Allocations::kOfLibraries) ? nullptr : __real_realloc(old, size);
}

// As in the product, where a handler is always set: it does not come back.
void* operator new(size_t size) {
  void* memory = Fails(Allocations::kAll) ? nullptr : __real_malloc(size == 0 ? 1 : size);
  if (memory) return memory;
  if (const std::new_handler handler = std::get_new_handler()) handler();
  std::abort();
}
void* operator new[](size_t size) { return operator new(size); }
// A sort that gets no room for a copy takes longer.
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return Fails(Allocations::kAll) ? nullptr : __real_malloc(size == 0 ? 1 : size);
}
void* operator new[](size_t size, const std::nothrow_t& tag) noexcept {
  return operator new(size, tag);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
