// One stable sort for every type. Each instance of std::sort costs some 2 KB of wasm, each of
// std::stable_sort some 6 KB. This one sorts indices and calls back to compare, so an instance is
// only its comparison.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace leafsum {

// Whether the item at `a` comes before the one at `b`.
using IndexLess = bool (*)(const void* context, uint32_t a, uint32_t b);

// The indices of n items (fewer than 2^32) in sorted order; equal items keep their order. Empty if
// the items are sorted already.
std::vector<uint32_t> StableOrder(size_t n, IndexLess less, const void* context);

template <class T, class Less>
void StableSort(std::vector<T>& items, const Less& less) {
  struct Context {
    const T* items;
    const Less* less;
  };
  const Context context{items.data(), &less};
  std::vector<uint32_t> order = StableOrder(
      items.size(),
      [](const void* c, uint32_t a, uint32_t b) {
        const Context& x = *static_cast<const Context*>(c);
        return (*x.less)(x.items[a], x.items[b]);
      },
      &context);
  // Cycle by cycle, in place; a settled place points at itself.
  for (uint32_t i = 0; i < order.size(); ++i) {
    if (order[i] == i) continue;
    T first = std::move(items[i]);
    uint32_t at = i;
    for (;;) {
      const uint32_t from = std::exchange(order[at], at);
      if (from == i) break;
      items[at] = std::move(items[from]);
      at = from;
    }
    items[at] = std::move(first);
  }
}

}  // namespace leafsum
