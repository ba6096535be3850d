#include "content/fill_runs.h"

#include <algorithm>

#include "zarr/chunk_grid.h"

namespace leafsum::content {
namespace {

// Rank 0 is one element.
std::vector<uint64_t> AtLeastOneAxis(std::vector<uint64_t> v) {
  return v.empty() ? std::vector<uint64_t>{1} : std::move(v);
}

uint64_t Product(std::span<const uint64_t> v) {
  uint64_t n = 1;
  for (uint64_t x : v) n *= x;
  return n;
}

// The index, over the axes 0…p, of the group that holds the element.
uint64_t GroupAt(const std::vector<uint64_t>& element, const std::vector<uint64_t>& chunk,
                 const std::vector<uint64_t>& size, size_t p) {
  uint64_t group = 0;
  for (size_t d = 0; d <= p; ++d) group = group * size[d] + element[d] / chunk[d];
  return group;
}

}  // namespace

FillRuns::Grid::Grid(const std::vector<uint64_t>& shape, std::vector<uint64_t> chunk_shape)
    : chunk(std::move(chunk_shape)), size(zarr::GridShape(shape, chunk)) {
  while (p + 1 < chunk.size() && chunk[p] == 1) ++p;
  groups = Product(std::span(size).first(p + 1));
  slots = Product(std::span(size).subspan(p + 1));
}

FillRuns::FillRuns(std::vector<uint64_t> shape, std::vector<uint64_t> outer,
                   std::vector<uint64_t> inner, uint32_t itemsize)
    : shape_(AtLeastOneAxis(std::move(shape))),
      outer_(shape_, AtLeastOneAxis(std::move(outer))),
      inner_(shape_, AtLeastOneAxis(std::move(inner))),
      nbytes_(Product(shape_) * itemsize),
      itemsize_(itemsize) {}

std::vector<uint64_t> FillRuns::Start(const Grid& grid, uint64_t group) const {
  std::vector<uint64_t> element(shape_.size());
  for (size_t d = grid.p + 1; d-- > 0; group /= grid.size[d])
    element[d] = group % grid.size[d] * grid.chunk[d];
  return element;
}

uint64_t FillRuns::Offset(const std::vector<uint64_t>& element) const {
  uint64_t linear = 0;
  for (size_t d = 0; d < shape_.size(); ++d) linear = linear * shape_[d] + element[d];
  return linear * itemsize_;
}

std::optional<FillRuns::Fill> FillRuns::From(uint64_t group,
                                             std::span<const ChunkRef> stored) const {
  const std::vector<uint64_t> here = Start(inner_, group);
  const uint64_t outer_group = GroupAt(here, outer_.chunk, outer_.size, outer_.p);
  const auto next =
      std::lower_bound(stored.begin(), stored.end(), outer_group * outer_.slots,
                       [](const ChunkRef& ref, uint64_t index) { return ref.index < index; });
  if (next == stored.end()) return Fill{inner_.groups, nbytes_ - Offset(here)};
  const uint64_t next_outer = next->index / outer_.slots;
  if (next_outer == outer_group) return {};
  const std::vector<uint64_t> there = Start(outer_, next_outer);
  return Fill{GroupAt(there, inner_.chunk, inner_.size, inner_.p), Offset(there) - Offset(here)};
}

}  // namespace leafsum::content
