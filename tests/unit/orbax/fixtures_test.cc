// Every JSON file of Orbax's own in the fixtures, and the items of every source that the vectors
// name.
#include "support/fixtures.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "orbax/layout.h"
#include "orbax/sharding.h"
#include "orbax/side_files.h"
#include "orbax/tree_metadata.h"
#include "support/catch.h"
#include "support/hex.h"
#include "support/kept_text.h"
#include "support/vectors.h"

namespace fs = std::filesystem;
using namespace leafsum;
using namespace leafsum::orbax;

namespace {

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Cases as their writers left them. `public` and `damaged` hold documents that were broken on
// purpose.
constexpr const char* kWritten[] = {"orbax",   "manager", "multiprocess", "v1",
                                    "seed000", "legacy",  "zarr"};

// A variant of a case may be damaged all the same; it says so.
bool IsIntact(const fs::path& file) {
  for (fs::path p = file.parent_path();
       p != fs::path(leafsum::test::Fixtures()) && p.has_relative_path(); p = p.parent_path())
    if (fs::exists(p / "damage.json")) return false;
  return true;
}

struct Document {
  fs::path path;
  std::string text;
};

std::vector<Document> Documents(bool (*wanted)(const fs::path&)) {
  std::vector<Document> found;
  for (const char* group : kWritten) {
    const fs::path root = fs::path(leafsum::test::Fixtures()) / group;
    if (!fs::exists(root)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root))
      if (entry.is_regular_file() && wanted(entry.path()) && IsIntact(entry.path()))
        found.push_back({entry.path(), ReadFile(entry.path())});
  }
  return found;
}

template <class Parser, class Check>
void ForEach(bool (*wanted)(const fs::path&), Parser parse, Check check) {
  const auto documents = Documents(wanted);
  CHECK_FALSE(documents.empty());
  for (const Document& document : documents) {
    INFO(document.path.string() << " " << document.text.substr(0, 300));
    const auto result = parse(test::Exact(AsBytes(document.text)));
    REQUIRE(result);
    CHECK(result->duplicate_members.empty());
    check(document, *result);
    for (size_t n : {size_t{0}, document.text.size() / 2, document.text.size() - 1})
      CHECK_FALSE(parse(test::Exact(AsBytes(document.text).first(n))));
  }
}

std::vector<FileEntry> List(const fs::path& root) {
  std::vector<FileEntry> listing;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    FileEntry file;
    file.path = test::KeptText(entry.path().lexically_relative(root).generic_string());
    if (entry.is_directory()) file.kind = FileEntry::Kind::kDirectory;
    listing.push_back(file);
  }
  return listing;
}

std::vector<std::string> ItemNames(const Layout& layout) {
  std::vector<std::string> names;
  for (const Item& item : layout.items) names.push_back(item.name);
  return names;
}

std::vector<std::string> Keys(const nlohmann::json& object) {
  std::vector<std::string> keys;  // nlohmann sorts them by their bytes
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

}  // namespace

TEST_CASE("_METADATA of every fixture") {
  ForEach([](const fs::path& p) { return p.filename() == "_METADATA"; }, ParseTreeMetadata,
          [](const Document& document, const TreeMetadata& tree) {
            CHECK(tree.problems.empty());
            CHECK_FALSE(tree.has_equal_key_paths);
            for (const TreeEntry& entry : tree.entries)
              CHECK(entry.key_path.size() == entry.key_types.size());
            // Where the case says what it restores to: these are its leaves, in number, path and
            // type.
            const fs::path item = document.path.parent_path();
            fs::path root = item;
            while (root.has_relative_path() && root.filename() != "ckpt") root = root.parent_path();
            const fs::path expected_file = root.parent_path() / "expected.json";
            if (root.filename() != "ckpt" || !fs::exists(expected_file)) return;
            const auto expected = nlohmann::json::parse(ReadFile(expected_file), nullptr, false);
            REQUIRE_FALSE(expected.is_discarded());
            const std::string name =
                item == root ? "" : item.lexically_relative(root).generic_string();
            if (!expected["items"].contains(name)) return;
            std::vector<KeyPath> paths, expected_paths;
            for (const TreeEntry& entry : tree.entries) paths.push_back(entry.key_path);
            for (const auto& leaf : expected["items"][name]["leaves"]) {
              expected_paths.push_back(leaf["keypath"].get<KeyPath>());
              const auto found = std::find_if(
                  tree.entries.begin(), tree.entries.end(),
                  [&](const TreeEntry& entry) { return entry.key_path == expected_paths.back(); });
              REQUIRE(found != tree.entries.end());
              if (leaf.contains("key_types"))
                CHECK(found->key_types == leaf["key_types"].get<std::vector<uint64_t>>());
              if (!IsEmptyValueType(found->value_type))
                CHECK(found->value_type == leaf["value_type"].get<std::string>());
            }
            std::sort(expected_paths.begin(), expected_paths.end(), KeyPathLess);
            CHECK(paths == expected_paths);
          });
}

TEST_CASE("_CHECKPOINT_METADATA of every fixture") {
  ForEach([](const fs::path& p) { return p.filename() == "_CHECKPOINT_METADATA"; },
          ParseCheckpointMetadata,
          [](const Document&, const CheckpointMetadata& metadata) {
            if (metadata.commit_timestamp_nsecs)
              CHECK(*metadata.commit_timestamp_nsecs > 1ull << 53);
          });
}

TEST_CASE("_sharding of every fixture names leaves of its tree") {
  ForEach([](const fs::path& p) { return p.filename() == "_sharding"; }, ParseSharding,
          [](const Document& document, const ShardingFile& sharding) {
            const fs::path metadata = document.path.parent_path() / "_METADATA";
            if (!fs::exists(metadata)) return;
            const auto tree = ParseTreeMetadata(AsBytes(ReadFile(metadata)));
            REQUIRE(tree);
            for (const ShardingEntry& sharded : sharding.entries) {
              CHECK_FALSE(sharded.problem);
              CHECK(std::any_of(tree->entries.begin(), tree->entries.end(),
                                [&](const TreeEntry& entry) {
                                  return ParamName(entry.key_path) == sharded.param_name;
                                }));
            }
          });
}

TEST_CASE("array_metadatas of every fixture") {
  ForEach([](const fs::path& p) { return p.parent_path().filename() == "array_metadatas"; },
          ParseArrayMetadatas,
          [](const Document&, const ArrayMetadatas& arrays) {
            for (const auto& array : arrays.arrays)
              CHECK(array.write_shape.size() == array.chunk_shape.size());
          });
}

TEST_CASE("_strings.json of every fixture") {
  ForEach([](const fs::path& p) { return p.filename() == "_strings.json"; }, ParseStrings,
          [](const Document&, const StringLeaves& strings) {
            for (const auto& [name, value] : strings.values) CHECK(value);
          });
}

TEST_CASE("items and steps of every source in the vectors") {
  const auto vectors = test::LoadVectors("fingerprints.json");
  size_t sources = 0;
  for (const auto& [source, expected] : vectors.items()) {
    const fs::path root = fs::path(leafsum::test::Fixtures()) / source;
    if (!fs::exists(root)) continue;
    INFO(source);
    ++sources;
    const auto listing = List(root);
    const Layout layout = FindLayout(listing, {std::nullopt, false, root.filename().string()});
    CHECK(ItemNames(layout) == Keys(expected["items"]));
    CHECK(layout.is_root == expected.contains("step"));
    if (expected.contains("step")) {
      REQUIRE(layout.chosen);
      CHECK(layout.chosen->number() == expected["step"].get<uint64_t>());
    }
    const Layout all = FindLayout(listing, {std::nullopt, true, ""});
    CHECK(ItemNames(all) == Keys(expected.contains("all_steps") ? expected["all_steps"]["items"]
                                                                : expected["items"]));
  }
  CHECK(sources > 0);
}
