#include "content/kept_chunks.h"

#include <algorithm>

#include "base/checked.h"
#include "zarr/chunk_grid.h"

namespace leafsum::content {
namespace {

bool IsSelection(const std::vector<uint64_t>& indices, uint64_t grid) {
  if (indices.empty() || indices.back() >= grid) return false;
  for (size_t i = 1; i < indices.size(); ++i)
    if (indices[i] <= indices[i - 1]) return false;
  return true;
}

// Replaces `index` by the chunk's index among the kept chunks; false if it is not kept.
bool Renumber(uint64_t& index, const std::vector<uint64_t>& grid,
              const std::vector<std::vector<uint64_t>>& axes) {
  const auto at = zarr::Unravel(index, grid);
  index = 0;
  for (size_t axis = 0; axis < grid.size(); ++axis) {
    const auto& kept = axes[axis];
    const auto found = std::lower_bound(kept.begin(), kept.end(), at[axis]);
    if (found == kept.end() || *found != at[axis]) return false;
    index = index * kept.size() + static_cast<uint64_t>(found - kept.begin());
  }
  return true;
}

}  // namespace

bool KeepChunks(ArrayTask& task, const std::vector<std::vector<uint64_t>>& axes) {
  zarr::ArrayMetadata& m = task.metadata;
  const auto grid = zarr::GridShape(m.shape, m.chunk_shape);
  if (axes.size() != grid.size()) return false;
  for (size_t axis = 0; axis < grid.size(); ++axis)
    if (!IsSelection(axes[axis], grid[axis])) return false;
  std::vector<ChunkRef> chunks;
  for (ChunkRef chunk : task.chunks)
    if (Renumber(chunk.index, grid, axes)) chunks.push_back(chunk);
  // No axis grows, so nothing can overflow here that did not overflow before.
  for (size_t axis = 0; axis < grid.size(); ++axis) {
    const uint64_t whole = axes[axis].size() * m.chunk_shape[axis];
    const bool has_last = axes[axis].back() + 1 == grid[axis];
    m.shape[axis] = has_last ? whole - (grid[axis] * m.chunk_shape[axis] - m.shape[axis]) : whole;
  }
  m.nbytes = CheckedProduct(m.shape).value_or(0) * m.type.itemsize;
  task.chunks = std::move(chunks);
  task.kept = axes;
  return true;
}

}  // namespace leafsum::content
