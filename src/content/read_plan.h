// How a group of chunks that do not fit side by side is read all the same. Pure arithmetic.
//
// Neighbours are opened a few at a time, in *windows*. What their runs give is kept until all of
// the group's windows had their turn: as content, or, where only BLAKE3 is wanted and runs begin
// and end with whole subtrees, as those subtrees' values: 32 bytes for each `unit` of content.
// Where not even that fits for the whole group, it is done for some lines after the others, each
// time from the chunks' beginning: *passes*. In pass i of n a chunk is decoded as far as its part
// of the lines reaches, in all (n + 1) / 2 times; with values and one pass, once.
#pragma once

#include <algorithm>
#include <cstdint>

namespace leafsum::content {

// Of one group: ChunkRuns says what these are.
struct GroupForm {
  uint64_t columns = 1, lines = 1, line_bytes = 1, run_bytes = 1;
};

// What open chunks take.
struct OpenCost {
  // What no budget holds, while a sum of a million of it is still a number.
  static constexpr uint64_t kMuch = uint64_t{1} << 38;
  uint64_t fixed = 0, each = 0;
  uint64_t range = 0;  // the longest encoded chunk
  // Of the shards that a chunk lies in: what their indexes take together, and how many chunks of a
  // line share one at least.
  uint64_t index = 0, in_shard = 1;

  static uint64_t Piece(uint64_t columns) {
    return std::max<uint64_t>(64 << 10, (256 << 10) / columns);
  }  // of one read
  uint64_t Of(uint64_t columns) const;
};

struct ReadPlan {
  uint64_t columns = 0;  // chunks open at a time
  uint64_t unit = 1;     // of content, kept as one value; 1: content itself
  uint64_t lines = 0;    // in each pass
  uint64_t passes = 0;
  uint64_t memory = 0;  // that it takes
};

inline constexpr uint64_t kMaxPasses = 32;  // a hostile chunk is decoded 16.5 times at most
inline constexpr uint64_t kMaxUnit = 64 << 10;

// Bytes that are kept of so much content.
inline uint64_t KeptBytes(uint64_t content, uint64_t unit) {
  return unit == 1 ? content : content / unit * 32;
}
inline uint64_t ContentOf(uint64_t kept, uint64_t unit) {
  return unit == 1 ? kept : kept / 32 * unit;
}

// The plan with the fewest passes in `budget`, of those the one that takes the least; if there is
// none, the one that would need the least, which is more than `budget`. `alignment`: its largest
// power of two divides where in its leaf the content begins, and what is wanted of it; 0 is any, 1:
// no values.
ReadPlan PlanRead(const GroupForm& group, const OpenCost& cost, uint64_t budget,
                  uint64_t alignment);

}  // namespace leafsum::content
