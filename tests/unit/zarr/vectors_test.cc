// The documents and chunk keys of the digest vectors.
#include "support/vectors.h"

#include <algorithm>

#include "support/catch.h"
#include "zarr/array_metadata.h"
#include "zarr/chunk_grid.h"

using namespace leafsum;
using namespace leafsum::zarr;

TEST_CASE("stores of the digest vectors") {
  const auto vectors = test::LoadVectors("digest.json");
  size_t stores = 0;
  for (const auto& leaf : vectors["leaves"]) {
    if (!leaf.contains("store")) continue;
    const auto& store = leaf["store"];
    const auto text = store["metadata"].get<std::string>();
    INFO(text);
    const bool v3 = text.find("\"node_type\"") != std::string::npos;
    const auto array = v3 ? ParseZarrJson(AsBytes(text)) : ParseZarray(AsBytes(text));
    REQUIRE(array);
    CHECK(array->type.name == leaf["dtype"].get<std::string>());
    CHECK(array->shape == leaf["shape"].get<std::vector<uint64_t>>());
    CHECK(array->nbytes == leaf["nbytes"].get<uint64_t>());
    const auto grid = GridShape(array->shape, array->chunk_shape);
    const auto expected = store["chunk_keys"].get<std::vector<std::string>>();
    REQUIRE(ChunkCount(grid) == expected.size());
    for (uint64_t i = 0; i < expected.size(); ++i) {
      CHECK(ChunkKey(array->key_encoding, Unravel(i, grid)) == expected[i]);
      CHECK(ParseChunkKey(array->key_encoding, grid, expected[i]) == i);
    }
    ++stores;
  }
  CHECK(stores > 10);
}
