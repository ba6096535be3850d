#include "content/read_plan.h"

#include <numeric>

#include "base/checked.h"
#include "hash/blake3_tree.h"

namespace leafsum::content {
namespace {

using hash::kChunkLen;

constexpr uint64_t kMaxKept = uint64_t{1} << 31;  // a buffer that a 32-bit machine can give
constexpr uint64_t kMaxColumns = 1 << 20;  // open at a time: far more than memory has room for
constexpr uint64_t kMaxOpen = uint64_t{1}
                              << 60;  // beyond this, the memory that they take is not added up

// The largest power of two that divides n.
uint64_t PowerIn(uint64_t n) { return n & (~n + 1); }

}  // namespace

uint64_t OpenCost::Of(uint64_t columns) const {
  const uint64_t memory = fixed + columns * (each + 2 * std::min(Piece(columns), range));
  return std::min(memory + index * std::min(columns, columns / in_shard + 2), kMaxOpen);
}

ReadPlan PlanRead(const GroupForm& group, const OpenCost& cost, uint64_t budget,
                  uint64_t alignment) {
  ReadPlan best;
  const bool values = PowerIn(group.line_bytes | alignment) >= kChunkLen;
  const uint64_t most = std::min(group.columns, kMaxColumns);
  // Tries content, one chunk after another; then values, from the fewest neighbours that fill a
  // chunk of BLAKE3's upwards.
  uint64_t unit = 1, columns = 1,
           next = values ? kChunkLen / std::gcd(uint64_t{kChunkLen}, group.run_bytes) : 0;
  for (;;) {
    const uint64_t open = cost.Of(columns), line = KeptBytes(group.line_bytes, unit);
    const uint64_t room = std::min(kMaxKept, budget - std::min(open, budget)) / line;
    ReadPlan plan{columns, unit, CeilDiv(group.lines, kMaxPasses), kMaxPasses + 1, 0};
    if (room >= plan.lines) {
      plan.passes = CeilDiv(group.lines, room);
      plan.lines = CeilDiv(group.lines, plan.passes);
    }
    plan.memory = open + std::min(CheckedMul(plan.lines, line).value_or(kMaxOpen), kMaxOpen);
    if (best.columns == 0 || plan.passes < best.passes ||
        (plan.passes == best.passes && plan.memory < best.memory))
      best = plan;
    do {
      if (next == 0) return best;
      columns = std::min(next, most);
      next = columns == most ? 0 : columns * 2;
      // A window as wide as the line ends where the line ends.
      const uint64_t stretch = columns == group.columns ? 0 : columns * group.run_bytes;
      unit = PowerIn(stretch | group.line_bytes | alignment | kMaxUnit);
    } while (unit < kChunkLen);
  }
}

}  // namespace leafsum::content
