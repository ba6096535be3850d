// Every `.zarray` and `zarr.json` that lies in the fixtures as a file, and what TensorStore or
// Orbax read of it.
#include "support/fixtures.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "support/catch.h"
#include "support/hex.h"
#include "support/vectors.h"
#include "zarr/array_metadata.h"
#include "zarr/chunk_grid.h"

namespace fs = std::filesystem;
using namespace leafsum;
using namespace leafsum::zarr;

namespace {

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Found {
  fs::path directory;  // of the array
  std::string document;
  Result<ArrayMetadata> array;
};

std::vector<Found> FindArrays() {
  std::vector<Found> found;
  for (const auto& entry : fs::recursive_directory_iterator(leafsum::test::Fixtures())) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || (name != ".zarray" && name != "zarr.json")) continue;
    std::string text = ReadFile(entry.path());
    const test::Exact bytes(AsBytes(text));
    if (IsZarr3Group(bytes)) continue;
    auto array = name == ".zarray" ? ParseZarray(bytes) : ParseZarrJson(bytes);
    found.push_back({entry.path().parent_path(), std::move(text), std::move(array)});
  }
  return found;
}

// Leaves of an expected.json by the directory of their array: item, then key path joined as the
// store joins it.
void ExpectLeaves(const fs::path& root, std::map<fs::path, nlohmann::json>& leaves) {
  const auto expected = nlohmann::json::parse(ReadFile(root / "expected.json"), nullptr, false);
  if (expected.is_discarded()) return;
  for (const auto& [item, content] : expected["items"].items()) {
    if (!content.contains("leaves")) continue;
    for (const auto& leaf : content["leaves"]) {
      std::string joined;
      for (const auto& key : leaf["keypath"])
        joined += (joined.empty() ? "" : ".") + key.get<std::string>();
      leaves[(root / "ckpt" / item / joined).lexically_normal()] = leaf;
    }
  }
}

}  // namespace

TEST_CASE("array metadata of every fixture is read") {
  size_t parsed = 0;
  for (const Found& found : FindArrays()) {
    INFO(found.directory.string() << " " << found.document);
    if (!found.array) FAIL(found.array.error().message);
    ++parsed;
    CHECK(found.array->fill_value.size() == found.array->type.itemsize);
    CHECK(found.array->duplicate_members.empty());
    for (size_t n : {size_t{0}, found.document.size() / 2, found.document.size() - 1})
      CHECK_FALSE(ParseZarray(test::Exact(AsBytes(found.document).first(n))));
  }
  CHECK(parsed > 0);
}

TEST_CASE("shapes and types are those of the restored leaves") {
  std::map<fs::path, nlohmann::json> leaves;
  for (const auto& entry : fs::recursive_directory_iterator(leafsum::test::Fixtures()))
    if (entry.path().filename() == "expected.json" &&
        !fs::exists(entry.path().parent_path() / "damage.json"))
      ExpectLeaves(entry.path().parent_path(), leaves);
  size_t compared = 0;
  for (const Found& found : FindArrays()) {
    const auto leaf = leaves.find(found.directory.lexically_normal());
    if (leaf == leaves.end()) continue;
    INFO(found.directory.string());
    CHECK(found.array->shape == leaf->second["shape"].get<std::vector<uint64_t>>());
    CHECK(found.array->type.name == leaf->second["dtype"].get<std::string>());
    CHECK(found.array->nbytes == leaf->second["nbytes"].get<uint64_t>());
    ++compared;
  }
  CHECK(compared > 0);
}

TEST_CASE("files beside array metadata are its chunks") {
  size_t chunks = 0;
  for (const Found& found : FindArrays()) {
    const auto grid = GridShape(found.array->shape, found.array->chunk_shape);
    for (const auto& entry : fs::recursive_directory_iterator(found.directory)) {
      const std::string key = fs::relative(entry.path(), found.directory).generic_string();
      if (!entry.is_regular_file() || key == ".zarray" || key == "zarr.json") continue;
      INFO(entry.path().string());
      const auto linear = ParseChunkKey(found.array->key_encoding, grid, key);
      REQUIRE(linear);
      CHECK(ChunkKey(found.array->key_encoding, Unravel(*linear, grid)) == key);
      ++chunks;
    }
  }
  CHECK(chunks > 0);
}
