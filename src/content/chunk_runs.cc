#include "content/chunk_runs.h"

#include <algorithm>

#include "base/checked.h"
#include "zarr/chunk_grid.h"

namespace leafsum::content {

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
  row_ = CheckedMul(CheckedProduct(std::span<const uint64_t>(shape_).subspan(p_ + 1)).value_or(0),
                    itemsize)
             .value_or(0);
  const std::span<const uint64_t> grid(grid_);
  groups_ = CheckedProduct(grid.first(p_ + 1)).value_or(~uint64_t{0});
  slots_ = CheckedProduct(grid.subspan(p_ + 1)).value_or(~uint64_t{0});
  for (size_t d = p_ + 1; d < q_; ++d) lines_ *= shape_[d];
  low_.assign(rank, 0);
  if (!empty_) StartGroup();
}

void ChunkRuns::StartGroup() {
  const uint64_t g = group_ % grid_[p_];
  rows_ = std::min(chunk_[p_], shape_[p_] - g * chunk_[p_]);
  std::fill(low_.begin(), low_.end(), 0);
  high_ = shape_;
  high_[p_] = rows_;
  end_column_ = columns();
  begin_line_ = 0;
  end_line_ = lines();
  ended_ = false;
  at_ = low_;
}

void ChunkRuns::Narrow(uint64_t first, uint64_t count, uint64_t begin, uint64_t end) {
  StartGroup();
  low_[q_] = first % columns();
  end_column_ = low_[q_] + count;
  first /= columns();
  for (size_t d = q_; d-- > p_ + 1; first /= grid_[d]) {
    low_[d] = first % grid_[d] * chunk_[d];
    high_[d] = std::min(low_[d] + chunk_[d], shape_[d]);
  }
  at_ = low_;
  begin_line_ = begin;
  end_line_ = end;
}

// False behind the last line.
bool ChunkRuns::NextLine() {
  for (size_t d = q_; d-- > p_;) {
    if (++at_[d] < high_[d]) return true;
    at_[d] = low_[d];
  }
  return false;
}

bool ChunkRuns::NextRun(Run& run) {
  for (; !ended_; ended_ = !NextLine()) {
    const uint64_t at = at_[q_];
    uint64_t line = 0;
    run = {};
    for (size_t d = p_; d < q_; ++d) {
      if (d > p_) run.slot = run.slot * grid_[d] + at_[d] / chunk_[d];
      run.position += (d > p_ ? at_[d] % chunk_[d] : at_[d]) * stride_[d];
      line = line * shape_[d] + at_[d];
    }
    if (line < begin_line_) continue;
    if (line >= end_line_) break;
    run.slot = run.slot * columns() + at;
    run.bytes = std::min(run_bytes(), line_bytes() - at * run_bytes());
    run.offset = line * line_bytes() + at * run_bytes();
    // The next run: along axis q by chunks, then along the axes before it by elements.
    if (++at_[q_] >= end_column_) {
      at_[q_] = low_[q_];
      ended_ = !NextLine();
    }
    return true;
  }
  ended_ = true;
  return false;
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

}  // namespace leafsum::content
