// In which order the bytes of an array's chunks make its content: pure arithmetic over shapes.
//
// Let p be the first axis along which a chunk is longer than 1 (or the last axis, if there is
// none). Chunks that agree in grid axes 0…p form a *group*; groups follow one another in C order.
// Within a group the rows of its chunks, its *slots*, interleave in *runs*: stretches that are
// contiguous both in the content and in a chunk. A slot's runs come at ascending positions, so that
// every chunk is read as a stream. With shape [5, 6] and chunks [2, 4] a group is two chunks side
// by side, and the first four runs are
//
//   slot 0: elements 0–3   slot 1: elements 0–1   slot 0: elements 4–7   slot 1: elements 4–5
//
// (elements 2–3 of slot 1 lie outside the shape and are skipped).
//
// Let q be the last axis that is cut into chunks. The runs of one step along the axes before q,
// here two runs, are a *line* of content. Narrow restricts a group to the runs of some neighbours
// in some lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace leafsum::content {

struct Run {
  uint64_t slot = 0;      // which chunk of the group
  uint64_t position = 0;  // byte offset in the decoded chunk
  uint64_t bytes = 0;
  uint64_t offset = 0;  // in the content of the group
};

class ChunkRuns {
 public:
  // `chunk_shape` must have no zero, and product(chunk_shape) * itemsize must fit in 64 bits.
  ChunkRuns(std::vector<uint64_t> shape, std::vector<uint64_t> chunk_shape, uint32_t itemsize);

  bool empty() const { return empty_; }      // a zero-size array has no group
  uint64_t slots() const { return slots_; }  // chunks in every group; 2^64-1 if that overflows
  // Of the current group:
  uint64_t ChunkIndex(uint64_t slot) const {
    return group_ * slots_ + slot;
  }  // row-major in the grid
  bool NextRun(Run& run);  // false at the end of the group, or of its Narrow part
  bool NextGroup();        // false at the end of the array
  uint64_t group() const { return group_; }
  uint64_t Begin() const {  // where the current group begins in the content
    return group_ / grid_[p_] * shape_[p_] * row_ + group_ % grid_[p_] * chunk_[p_] * row_;
  }
  void SkipTo(uint64_t group) {
    group_ = group - 1;
  }  // the next NextGroup goes there, or finds the end
  // For the current group: the number of neighbouring chunks that share a line; the number of
  // lines; the bytes of a line; the bytes of each run in it but the last.
  uint64_t columns() const { return q_ == p_ ? 1 : grid_[q_]; }
  uint64_t lines() const { return q_ == p_ ? 1 : lines_ * rows_; }
  uint64_t line_bytes() const { return (q_ == p_ ? rows_ : shape_[q_]) * inner_; }
  uint64_t run_bytes() const { return (q_ == p_ ? rows_ : chunk_[q_]) * inner_; }
  // Begins the group again, restricted to the runs of slots [first, first + count), which must
  // share their lines, in lines [begin, end).
  void Narrow(uint64_t first, uint64_t count, uint64_t begin, uint64_t end);
  // Goes to the group that holds byte `position` of the content, which must exist, and returns
  // where in the content that group begins.
  uint64_t StartAt(uint64_t position);
  const std::vector<uint64_t>& grid() const { return grid_; }

 private:
  void StartGroup();
  bool NextLine();

  std::vector<uint64_t> shape_, chunk_, grid_, stride_;
  size_t p_ = 0, q_ = 0;
  uint64_t row_ = 0;  // bytes of content in one step along axis p
  uint64_t slots_ = 1, inner_ = 1, group_ = 0, groups_ = 1;
  bool empty_ = false;
  uint64_t rows_ = 0;   // valid steps along axis p in this group
  uint64_t lines_ = 1;  // in each valid step
  std::vector<uint64_t>
      at_;  // axis p: step in the chunk; axes between p and q: array index; q: grid index
  std::vector<uint64_t> low_, high_;  // where `at_` begins and ends
  uint64_t end_column_ = 0, begin_line_ = 0, end_line_ = 0;
  bool ended_ = true;
};

}  // namespace leafsum::content
