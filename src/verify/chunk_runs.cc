#include "verify/chunk_runs.h"

#include <algorithm>

#include "base/checked.h"
#include "zarr/chunk_grid.h"

namespace leafsum::verify {

ChunkRuns::ChunkRuns(std::vector<uint64_t> shape, std::vector<uint64_t> chunk_shape,
                     uint32_t itemsize)
    : shape_(std::move(shape)), chunk_(std::move(chunk_shape)) {
  if (shape_.empty()) shape_ = chunk_ = {1};  // rank 0 is one chunk of one element
  const size_t rank = shape_.size();
  grid_ = zarr::GridShape(shape_, chunk_);
  empty_ = std::find(shape_.begin(), shape_.end(), 0) != shape_.end();
  stride_.assign(rank, itemsize);
  for (size_t d = rank - 1; d-- > 0;) stride_[d] = stride_[d + 1] * chunk_[d + 1];
  while (p_ + 1 < rank && chunk_[p_] == 1) ++p_;
  q_ = rank - 1;
  while (q_ > p_ && chunk_[q_] == shape_[q_]) --q_;
  inner_ = stride_[q_];
  row_ = CheckedMul(CheckedProduct(std::span<const uint64_t>(shape_).subspan(p_ + 1)).value_or(0), itemsize).value_or(0);
  const std::span<const uint64_t> grid(grid_);
  groups_ = CheckedProduct(grid.first(p_ + 1)).value_or(~uint64_t{0});
  slots_ = CheckedProduct(grid.subspan(p_ + 1)).value_or(~uint64_t{0});
  at_.assign(rank, 0);
  if (!empty_) StartGroup();
}

void ChunkRuns::StartGroup() {
  const uint64_t g = group_ % grid_[p_];
  rows_ = std::min(chunk_[p_], shape_[p_] - g * chunk_[p_]);
  std::fill(at_.begin(), at_.end(), 0);
  ended_ = false;
}

bool ChunkRuns::NextRun(Run& run) {
  if (ended_) return false;
  if (q_ == p_) {
    run = {0, 0, rows_ * inner_};
    ended_ = true;
    return true;
  }
  run.slot = 0;
  run.position = at_[p_] * stride_[p_];
  for (size_t d = p_ + 1; d < q_; ++d) {
    run.slot = run.slot * grid_[d] + at_[d] / chunk_[d];
    run.position += at_[d] % chunk_[d] * stride_[d];
  }
  run.slot = run.slot * grid_[q_] + at_[q_];
  run.bytes = std::min(chunk_[q_], shape_[q_] - at_[q_] * chunk_[q_]) * inner_;
  // The next run: along q by chunks, then by elements along the axes before it.
  if (++at_[q_] < grid_[q_]) return true;
  at_[q_] = 0;
  for (size_t d = q_; d-- > p_ + 1;) {
    if (++at_[d] < shape_[d]) return true;
    at_[d] = 0;
  }
  ended_ = ++at_[p_] == rows_;
  return true;
}

uint64_t ChunkRuns::StartAt(uint64_t position) {
  const uint64_t all = shape_[p_] * row_, chunk = std::min(chunk_[p_], shape_[p_]) * row_;
  const uint64_t before = position / all, chunks = position % all / chunk;
  group_ = before * grid_[p_] + chunks;
  StartGroup();
  return before * all + chunks * chunk;
}

bool ChunkRuns::NextGroup() {
  if (empty_ || group_ + 1 >= groups_) return false;
  ++group_;
  StartGroup();
  return true;
}

}  // namespace leafsum::verify
