#include "content/fill_runs.h"

#include "content/chunk_runs.h"
#include "support/catch.h"
#include "support/random.h"
#include "zarr/chunk_grid.h"

using namespace leafsum;
using namespace leafsum::content;
using test::Random;

namespace {

// The model: the groups that ChunkRuns gives, chunk by chunk.
struct Groups {
  std::vector<uint64_t> bytes;  // of each
  std::vector<bool> stored;     // whether any chunk of it lies in a stored one
};

Groups GroupsOf(const std::vector<uint64_t>& shape, const std::vector<uint64_t>& outer,
                const std::vector<uint64_t>& inner, uint32_t itemsize,
                const std::vector<ChunkRef>& chunks) {
  ChunkRuns runs(shape, inner, itemsize);
  const auto outer_grid = zarr::GridShape(shape, outer);
  Groups groups;
  do {
    groups.bytes.push_back(0);
    groups.stored.push_back(false);
    Run run;
    while (runs.NextRun(run)) {
      groups.bytes.back() += run.bytes;
      uint64_t index = 0;
      if (!shape.empty()) {
        const auto at = zarr::Unravel(runs.ChunkIndex(run.slot), runs.grid());
        for (size_t d = 0; d < at.size(); ++d)
          index = index * outer_grid[d] + at[d] * inner[d] / outer[d];
      }
      for (const ChunkRef& ref : chunks)
        groups.stored.back() = groups.stored.back() || ref.index == index;
    }
  } while (runs.NextGroup());
  return groups;
}

}  // namespace

TEST_CASE("A stretch of fill is the groups without a stored chunk, and no byte more") {
  uint64_t stretches = 0, longer = 0;
  for (uint64_t n = 0; n < 4000; ++n) {
    Random r(n);
    const size_t rank = static_cast<size_t>(r.Below(5));
    std::vector<uint64_t> shape, outer, inner;
    uint64_t chunk_count = 1;
    for (size_t d = 0; d < rank; ++d) {
      shape.push_back(r.Between(1, 6));
      inner.push_back(r.OneIn(2) ? 1 : r.Between(1, 3));
      outer.push_back(inner.back() * (r.OneIn(2) ? 1 : r.Between(1, 3)));
      chunk_count *= (shape.back() + outer.back() - 1) / outer.back();
    }
    const uint64_t one_in = r.Pick<uint64_t>({1, 2, 5, 20});
    std::vector<ChunkRef> chunks;
    for (uint64_t i = 0; i < chunk_count; ++i)
      if (r.OneIn(one_in)) chunks.push_back({i, 0, 0, 1});
    if (r.OneIn(10)) chunks.clear();
    const uint32_t itemsize = static_cast<uint32_t>(r.Between(1, 8));
    CAPTURE(n);
    const Groups groups = GroupsOf(shape, outer, inner, itemsize, chunks);
    const FillRuns fill(shape, outer, inner, itemsize);
    for (size_t g = 0; g < groups.bytes.size(); ++g) {
      const auto run = fill.From(g, chunks);
      if (!run) continue;  // it may hold something
      ++stretches;
      REQUIRE(run->next_group > g);
      REQUIRE(run->next_group <= groups.bytes.size());
      uint64_t bytes = 0;
      for (size_t i = g; i < run->next_group; ++i) {
        CHECK(!groups.stored[i]);
        bytes += groups.bytes[i];
      }
      CHECK(run->bytes == bytes);
      if (run->next_group > g + 1) ++longer;
    }
    // Without sharding nothing is opened in vain, and a stretch goes on to the next stored chunk.
    if (outer != inner) continue;
    for (size_t g = 0; g < groups.bytes.size(); ++g) {
      const auto run = fill.From(g, chunks);
      CHECK(run.has_value() == !groups.stored[g]);
      if (run && run->next_group < groups.bytes.size())
        CHECK(groups.stored[static_cast<size_t>(run->next_group)]);
    }
  }
  CHECK(stretches > 1000);
  CHECK(longer > 1000);
}

TEST_CASE("As many chunks as a document can declare are one stretch") {
  const uint64_t most = uint64_t{1} << 60;
  const FillRuns fill({most, 1}, {1, 1}, {1, 1}, 1);
  const auto run = fill.From(5, {});
  REQUIRE(run);
  CHECK(run->next_group == most);
  CHECK(run->bytes == most - 5);
}
