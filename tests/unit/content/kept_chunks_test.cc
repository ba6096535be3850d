#include "content/kept_chunks.h"

#include "support/catch.h"
#include "zarr/chunk_grid.h"

using namespace leafsum;
using namespace leafsum::content;

namespace {

using Index = std::vector<uint64_t>;

// An array in chunks that are all present but those listed in `absent`, chunk i at offset 10 i.
ArrayTask Array(Index shape, Index chunk, std::vector<uint64_t> absent = {}) {
  ArrayTask task;
  task.metadata.shape = shape;
  task.metadata.chunk_shape = chunk;
  task.metadata.type.itemsize = 2;
  const auto grid = zarr::GridShape(shape, chunk);
  for (uint64_t i = 0; i < *zarr::ChunkCount(grid); ++i) {
    bool is_absent = false;
    for (uint64_t a : absent) is_absent |= a == i;
    if (!is_absent) task.chunks.push_back({i, 0, 10 * i, 10});
  }
  task.metadata.nbytes = 2;
  for (uint64_t n : shape) task.metadata.nbytes *= n;
  return task;
}

std::vector<std::pair<uint64_t, uint64_t>> Places(const ArrayTask& task) {
  std::vector<std::pair<uint64_t, uint64_t>> out;  // index now, number before
  for (const ChunkRef& c : task.chunks) out.emplace_back(c.index, c.offset / 10);
  return out;
}

}  // namespace

TEST_CASE("chunks side by side, the last of an axis clipped as it was") {
  // A grid of 3 x 4, the last row and the last column clipped to one.
  ArrayTask task = Array({5, 10}, {2, 3}, {6});
  REQUIRE(KeepChunks(task, {{0, 2}, {1, 2, 3}}));
  CHECK(task.metadata.shape == Index{3, 7});
  CHECK(task.metadata.nbytes == 3 * 7 * 2);
  CHECK(Places(task) == std::vector<std::pair<uint64_t, uint64_t>>{
                            {0, 1}, {1, 2}, {2, 3}, {3, 9}, {4, 10}, {5, 11}});
  CHECK(task.kept == std::vector<Index>{{0, 2}, {1, 2, 3}});

  ArrayTask inner = Array({5, 10}, {2, 3}, {6});
  REQUIRE(KeepChunks(inner, {{1}, {0, 2}}));
  CHECK(inner.metadata.shape == Index{2, 6});
  CHECK(Places(inner) == std::vector<std::pair<uint64_t, uint64_t>>{{0, 4}});
}

TEST_CASE("all chunks are the array; a scalar is one chunk") {
  ArrayTask task = Array({4, 4}, {2, 2});
  REQUIRE(KeepChunks(task, {{0, 1}, {0, 1}}));
  CHECK(task.metadata.shape == Index{4, 4});
  CHECK(task.chunks.size() == 4);
  ArrayTask scalar = Array({}, {});
  REQUIRE(KeepChunks(scalar, {}));
  CHECK(scalar.metadata.nbytes == 2);
  CHECK(scalar.chunks.size() == 1);
}

TEST_CASE("what is no selection changes nothing") {
  for (const std::vector<Index>& axes : {std::vector<Index>{},
                                         {{0}},
                                         {{0}, {}},
                                         {{0}, {2}},
                                         {{1, 0}, {0}},
                                         {{0, 0}, {0}},
                                         {{0}, {0}, {0}}}) {
    ArrayTask task = Array({4, 4}, {2, 2});
    CHECK(!KeepChunks(task, axes));
    CHECK(task.metadata.shape == Index{4, 4});
    CHECK(task.chunks.size() == 4);
    CHECK(task.kept.empty());
  }
}
