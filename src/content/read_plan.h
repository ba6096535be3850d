// Plans how to read a group of chunks that do not fit in memory side by side. Pure arithmetic.
//
// Neighbours are opened a few at a time, in *windows*. What their runs give is kept until all
// windows of the group have had their turn: as content, or as the values of subtrees, 32 bytes for
// each `unit` of content, if only BLAKE3 is wanted and the runs begin and end with whole subtrees.
// If even that does not fit for the whole group, it is read in *passes*: some lines in each pass,
// always from the beginning of the chunks. In pass i of n a chunk is decoded as far as the lines of
// that pass reach, in all (n + 1) / 2 times. With values and one pass, a chunk is decoded once.
#pragma once

#include <algorithm>
#include <cstdint>

namespace leafsum::content {

// The shape of one group, in the terms of ChunkRuns.
struct GroupForm {
  uint64_t columns = 1, lines = 1, line_bytes = 1, run_bytes = 1;
};

// The memory that open chunks take.
struct OpenCost {
  // More than any budget, yet a million times as much still fits in 64 bits.
  static constexpr uint64_t kMuch = uint64_t{1} << 38;
  uint64_t fixed = 0, each = 0;
  uint64_t range = 0;  // the longest encoded chunk
  // For the shards that a chunk lies in: the memory of their indexes together, and the least number
  // of chunks of a line that share one shard.
  uint64_t index = 0, in_shard = 1;

  static uint64_t Piece(uint64_t columns) {
    return std::max<uint64_t>(64 << 10, (256 << 10) / columns);
  }  // bytes of one read
  uint64_t Of(uint64_t columns) const;
};

struct ReadPlan {
  uint64_t columns = 0;  // chunks open at a time
  uint64_t unit = 1;     // bytes of content kept as one value; 1: content itself
  uint64_t lines = 0;    // in each pass
  uint64_t passes = 0;
  uint64_t memory = 0;  // the memory that the plan takes
};

inline constexpr uint64_t kMaxPasses = 32;  // a hostile chunk is decoded 16.5 times at most
inline constexpr uint64_t kMaxUnit = 64 << 10;

// How many bytes are kept for `content` bytes of content.
inline uint64_t KeptBytes(uint64_t content, uint64_t unit) {
  return unit == 1 ? content : content / unit * 32;
}
inline uint64_t ContentOf(uint64_t kept, uint64_t unit) {
  return unit == 1 ? kept : kept / 32 * unit;
}

// The plan with the fewest passes within `budget`, and of those the one that takes the least
// memory. If no plan fits, the one that needs the least, which is more than `budget`. The largest
// power of two in `alignment` divides the position of the content in its leaf and both ends of the
// wanted range; 0: any power does; 1: keep no values.
ReadPlan PlanRead(const GroupForm& group, const OpenCost& cost, uint64_t budget,
                  uint64_t alignment);

}  // namespace leafsum::content
