#include "base/sort.h"

#include <algorithm>
#include <cassert>

namespace leafsum {

// Merges runs of doubling length from one array into the other.
std::vector<uint32_t> StableOrder(size_t n, IndexLess less, const void* context) {
  assert(n <= UINT32_MAX);
  std::vector<uint32_t> order, merged;
  size_t sorted = 1;
  while (sorted < n &&
         !less(context, static_cast<uint32_t>(sorted), static_cast<uint32_t>(sorted - 1)))
    ++sorted;
  if (sorted >= n) return order;
  order.resize(n);
  merged.resize(n);
  for (size_t i = 0; i < n; ++i) order[i] = static_cast<uint32_t>(i);
  for (size_t run = 1; run < n; run *= 2) {
    for (size_t begin = 0; begin < n; begin += 2 * run) {
      const size_t middle = std::min(n, begin + run), end = std::min(n, middle + run);
      size_t a = begin, b = middle;
      for (size_t out = begin; out < end; ++out) {
        const bool second = a == middle || (b < end && less(context, order[b], order[a]));
        merged[out] = second ? order[b++] : order[a++];
      }
    }
    order.swap(merged);
  }
  return order;
}

}  // namespace leafsum
