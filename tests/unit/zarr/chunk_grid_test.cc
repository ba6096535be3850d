#include "zarr/chunk_grid.h"

#include "support/catch.h"

using namespace leafsum::zarr;
using Shape = std::vector<uint64_t>;

TEST_CASE("chunks per dimension") {
  CHECK(GridShape({10, 4}, {4, 4}) == Shape{3, 1});
  CHECK(GridShape({0, 3}, {1, 3}) == Shape{0, 1});
  CHECK(GridShape({3}, {8}) == Shape{1});
  CHECK(GridShape({}, {}) == Shape{});
  CHECK(GridShape({~uint64_t{0}}, {1}) == Shape{~uint64_t{0}});
  CHECK(ChunkCount({3, 2}) == 6u);
  CHECK(ChunkCount({}) == 1u);  // rank 0 has one chunk
  CHECK(ChunkCount({0, 1ull << 63, 4}) == 0u);
  CHECK(ChunkCount({1ull << 32, 1ull << 31}) == 1ull << 63);
  CHECK(ChunkCount({1ull << 32, 1ull << 32}) == std::nullopt);
}

TEST_CASE("chunk keys") {
  struct Row {
    ChunkKeyEncoding encoding;
    Shape index;
    const char* key;
  };
  const Row rows[] = {
      {{false, '.'}, {0, 1}, "0.1"},  {{false, '/'}, {10, 1}, "10/1"},
      {{false, '.'}, {7}, "7"},       {{false, '.'}, {}, "0"},
      {{false, '/'}, {}, "0"},        {{true, '/'}, {0, 1}, "c/0/1"},
      {{true, '.'}, {0, 1}, "c.0.1"}, {{true, '/'}, {}, "c"},
      {{true, '.'}, {}, "c"},
  };
  for (const Row& row : rows) {
    CHECK(ChunkKey(row.encoding, row.index) == row.key);
    const Shape grid(row.index.size(), 20);
    const auto linear = ParseChunkKey(row.encoding, grid, row.key);
    REQUIRE(linear);
    CHECK(Unravel(*linear, grid) == row.index);
  }
}

TEST_CASE("keys go around over a whole grid, last dimension fastest") {
  const Shape grid{3, 1, 12};
  for (const ChunkKeyEncoding& encoding :
       {ChunkKeyEncoding{true, '/'}, ChunkKeyEncoding{false, '.'}})
    for (uint64_t i = 0; i < 36; ++i)
      CHECK(ParseChunkKey(encoding, grid, ChunkKey(encoding, Unravel(i, grid))) == i);
  CHECK(Unravel(13, grid) == Shape{1, 0, 1});
}

TEST_CASE("names of no chunk") {
  const ChunkKeyEncoding v2{false, '.'}, v3{true, '/'};
  const Shape grid{3, 11};
  for (const char* key : {"",
                          "0",
                          "0.",
                          ".0",
                          "0.0.0",
                          "3.0",
                          "0.11",
                          "00.0",
                          "0.00",
                          "0.01",
                          "+1.0",
                          "-1.0",
                          "0.-0",
                          " 0.0",
                          "0.0 ",
                          "0/0",
                          "c/0/0",
                          "0.0x",
                          "0x0.0",
                          ".zarray",
                          "0..0",
                          "99999999999999999999.0",
                          "18446744073709551616.0"}) {
    INFO(key);
    CHECK(ParseChunkKey(v2, grid, key) == std::nullopt);
  }
  for (const char* key : {"", "c", "c/", "c/0", "c/0/0/0", "c/0/0/", "0/0", "C/0/0", "c.0.0",
                          "c/3/0", "c/0/011", "cc/0/0", "c//0/0", "zarr.json"}) {
    INFO(key);
    CHECK(ParseChunkKey(v3, grid, key) == std::nullopt);
  }
  CHECK(ParseChunkKey(v2, {}, "0") == 0u);
  CHECK(ParseChunkKey(v3, {}, "c") == 0u);
  for (const char* key : {"", "00", "1", "c", "0.0"})
    CHECK(ParseChunkKey(v2, {}, key) == std::nullopt);
  for (const char* key : {"", "0", "c/0", "c/"}) CHECK(ParseChunkKey(v3, {}, key) == std::nullopt);
  CHECK(ParseChunkKey(v2, {0, 5}, "0.0") == std::nullopt);
  CHECK(ParseChunkKey(v2, {1ull << 63, 1ull << 63}, "9223372036854775807.1") ==
        std::nullopt);  // linear overflows
  CHECK(ParseChunkKey(v2, {1ull << 63, 2}, "9223372036854775807.1") == ~uint64_t{0});
}
