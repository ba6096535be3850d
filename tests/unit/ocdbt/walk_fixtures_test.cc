// Databases that TensorStore and Orbax wrote.
#include <algorithm>

#include "base/byte_writer.h"
#include "hash/sha256.h"
#include "ocdbt/numbered_manifest.h"
#include "ocdbt/version_tree.h"
#include "support/fixtures.h"
#include "support/memory_source.h"
#include "support/vectors.h"
#include "walk_drive.h"

using namespace leafsum;
using namespace leafsum::test;
using namespace leafsum::ocdbt;
using Json = nlohmann::json;

namespace {

constexpr std::string_view kManifest = "manifest.ocdbt";

// Every database below a directory of the fixtures: its directory there, "" or with a "/" at the
// end → its files.
std::map<std::string, FileMap> Databases(const std::string& directory) {
  const auto source = MemorySource::Load(leafsum::test::Fixtures() + "/" + directory);
  std::map<std::string, FileMap> out;
  for (const auto& [path, bytes] : source.files())
    if (path.ends_with(kManifest) &&
        (path.size() == kManifest.size() || path[path.size() - kManifest.size() - 1] == '/'))
      out[path.substr(0, path.size() - kManifest.size())];
  for (auto& [below, files] : out)
    for (const auto& [path, bytes] : source.files())
      if (path.starts_with(below)) files[path.substr(below.size())] = bytes;
  return out;
}

Json ReadJson(const std::string& path) { return LoadVectors("../fixtures/" + path); }

// The manifest that counts, by way of the numbered ones if there are any.
Manifest Current(const FileMap& files) {
  auto manifest = DecodeManifest(files.at(std::string(kManifest)));
  REQUIRE(manifest);
  if (manifest->config.manifest_kind == ManifestKind::kSingle) return std::move(*manifest);
  uint64_t newest = 0;
  for (const auto& [path, bytes] : files)
    newest = std::max(newest, NumberedManifestGeneration(path).value_or(0));
  REQUIRE(newest > 0);
  auto numbered = DecodeManifest(files.at(NumberedManifestName(newest)));
  REQUIRE(numbered);
  CHECK_FALSE(CheckNumberedManifest(*numbered, newest, manifest->config));
  CHECK(CheckNumberedManifest(*numbered, newest + 1, manifest->config));
  return std::move(*numbered);
}

// Every generation, oldest first, by way of the version tree.
std::vector<BtreeGenerationReference> History(const Manifest& manifest, const FileMap& files) {
  std::vector<BtreeGenerationReference> out;
  std::vector<VersionNodeReference> todo = manifest.version_nodes;
  while (!todo.empty()) {
    const VersionNodeReference reference = todo.back();
    todo.pop_back();
    const auto file = files.find(reference.location.file_id.Path());
    REQUIRE(file != files.end());
    const Bytes bytes = Bytes(file->second)
                            .subspan(static_cast<size_t>(reference.location.offset))
                            .first(static_cast<size_t>(reference.location.length));
    const auto node =
        DecodeVersionTreeNode(Exact(bytes), reference, manifest.config.version_tree_arity_log2);
    REQUIRE(node);
    out.insert(out.end(), node->versions.begin(), node->versions.end());
    todo.insert(todo.end(), node->version_nodes.begin(), node->version_nodes.end());
  }
  out.insert(out.end(), manifest.versions.begin(), manifest.versions.end());
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return a.generation_number < b.generation_number; });
  return out;
}

// Key → its value, which must lie in a file that is there, if in any.
std::map<std::string, ByteVector> Values(const BtreeGenerationReference& version,
                                         const FileMap& files) {
  kvstore::FileTable table;
  kvstore::KvStore store;
  Walk walk(version, "", table, store);
  while (!walk.Done()) {
    for (const NodeRead& read : walk.TakeReads()) {
      const auto file = files.find(read.path);
      REQUIRE(file != files.end());
      walk.Feed(read.token, Bytes(file->second)
                                .subspan(static_cast<size_t>(read.offset))
                                .first(static_cast<size_t>(read.length)));
    }
  }
  for (const Problem& p : walk.TakeProblems()) FAIL_CHECK(ProblemText(p));
  CHECK(walk.complete());
  REQUIRE_FALSE(store.Seal());
  std::map<std::string, ByteVector> out;
  for (const auto& e : store.entries()) {
    Bytes value = store.InlineValue(e.value);
    if (!e.value.is_inline()) {
      const auto file = files.find(std::string(table.path(e.value.file)));
      REQUIRE(file != files.end());
      REQUIRE(e.value.offset + e.value.length <= file->second.size());
      value = Bytes(file->second)
                  .subspan(static_cast<size_t>(e.value.offset))
                  .first(static_cast<size_t>(e.value.length));
    }
    CHECK(value.size() == e.value.length);
    out[std::string(e.key)] = ToVector(value);
  }
  CHECK(out.size() == store.entries().size());
  return out;
}

std::map<std::string, uint64_t> Sizes(const BtreeGenerationReference& version,
                                      const FileMap& files) {
  std::map<std::string, uint64_t> out;
  for (const auto& [key, value] : Values(version, files)) out[key] = value.size();
  return out;
}

// Over all keys in order: length and key, length and value.
std::string Sha256OfAll(const std::map<std::string, ByteVector>& values) {
  ByteWriter w;
  for (const auto& [key, value] : values) {
    w.U32Le(static_cast<uint32_t>(key.size()));
    w.Raw(AsBytes(key));
    w.U64Le(value.size());
    w.Raw(value);
  }
  return hash::ToHex(hash::Sha256Of(w.bytes()));
}

void CheckKeys(const Json& expected, const BtreeGenerationReference& version,
               const FileMap& files) {
  std::map<std::string, uint64_t> keys;
  for (const auto& [key, value] : expected.items()) keys[key] = value["bytes"].get<uint64_t>();
  CHECK(Sizes(version, files) == keys);
}

}  // namespace

TEST_CASE("Databases list what TensorStore lists, at older generations too") {
  size_t databases = 0, generations = 0;
  const Json expected = ReadJson("stores/EXPECTED.json");
  for (const auto& [name, files] : Databases("stores")) {
    INFO(name);
    const std::string entry = name.substr(0, name.empty() ? 0 : name.size() - 1);
    if (!expected.contains(entry) || !expected[entry].contains("latest")) continue;
    const Manifest manifest = Current(files);
    CheckKeys(expected[entry]["latest"], manifest.versions.back(), files);
    ++databases;
    if (!expected[entry].contains("generations")) continue;
    const auto history = History(manifest, files);
    std::vector<uint64_t> numbers;
    for (const auto& version : history) numbers.push_back(version.generation_number);
    CHECK(numbers == expected[entry]["generations"].get<std::vector<uint64_t>>());
    for (const auto& [number, keys] : expected[entry]["at_generation"].items()) {
      for (const auto& version : history)
        if (std::to_string(version.generation_number) == number) {
          CheckKeys(keys, version, files);
          ++generations;
        }
    }
  }
  CHECK(databases >= 6);
  CHECK(generations >= 12);
}

TEST_CASE(
    "TensorStore's own databases list as many keys as were written, in any order of answers") {
  size_t databases = 0;
  for (const auto& [name, files] : Databases("ocdbt")) {
    INFO(name);
    const std::string fixture = name.substr(0, name.find('/'));
    const Json kv = ReadJson("ocdbt/" + fixture + "/expected.json")["items"][""]["kv"];
    const Manifest manifest = Current(files);
    const auto values = Values(manifest.versions.back(), files);
    CHECK(Sha256OfAll(values) == kv["sha256_all"].get<std::string>());
    const auto sizes = Sizes(manifest.versions.back(), files);
    CHECK(sizes.size() == kv["count"].get<size_t>());
    for (const Json& sample : kv["sample"]) {
      const std::string key = sample["key"].get<std::string>();
      if (key.find('\\') != std::string::npos) continue;  // not UTF-8, shown with escapes
      CAPTURE(key);
      REQUIRE(sizes.count(key) == 1);
      CHECK(sizes.at(key) == sample["nbytes"].get<uint64_t>());
    }
    const Walked first = WalkFiles(manifest.versions.back(), files, 0);
    for (uint64_t seed = 1; seed < 3; ++seed)
      CHECK(WalkFiles(manifest.versions.back(), files, seed) == first);
    const auto history = History(manifest, files);
    CHECK(history.back().generation_number == manifest.versions.back().generation_number);
    ++databases;
  }
  CHECK(databases >= 11);
}

TEST_CASE("Every generation of a database with many can be listed") {
  size_t listed = 0;
  for (const auto& [name, files] : Databases("ocdbt")) {
    INFO(name);
    const auto history = History(Current(files), files);
    for (size_t i = 0; i < history.size(); ++i) {
      CHECK(history[i].generation_number == i + 1);  // none is lost
      if (history[i].root.IsMissing()) continue;
      // Writers may delete old data; what is there must be sound.
      if (files.count(history[i].root.file_id.Path()) == 0) continue;
      Sizes(history[i], files);
      ++listed;
    }
  }
  CHECK(listed > 80);
}

TEST_CASE("Every sound checkpoint's databases are sound") {
  size_t databases = 0;
  for (const char* group :
       {"orbax", "multiprocess", "v1", "zarr", "manager", "legacy", "seed000"}) {
    for (const auto& [name, files] : Databases(group)) {
      INFO(group << "/" << name);
      const Manifest manifest = Current(files);
      CHECK_FALSE(Sizes(manifest.versions.back(), files).empty());
      ++databases;
    }
  }
  CHECK(databases > 50);
}

TEST_CASE("Every damaged database ends soon and the same in any order") {
  size_t databases = 0, refused = 0;
  for (const auto& [name, files] : Databases("damaged")) {
    INFO(name);
    ++databases;
    const auto manifest = DecodeManifest(Exact(files.at(std::string(kManifest))));
    if (!manifest) {
      ++refused;
      CHECK_FALSE(manifest.error().message.empty());
      CHECK(manifest.error().code != ErrorCode::kLimit);
      continue;
    }
    const Walked first = WalkFiles(manifest->versions.back(), files, 0);
    CHECK(first.reads < 10);
    // Forged nodes have stale statistics: warnings, nothing is missing.
    const bool warnings_only =
        std::all_of(first.problems.begin(), first.problems.end(),
                    [](const auto& p) { return p.ends_with(" statistics"); });
    CHECK(first.complete == warnings_only);
    refused += !first.complete;
    CHECK(WalkFiles(manifest->versions.back(), files, 1) == first);
  }
  CHECK(databases > 30);
  CHECK(refused >= 8);
}
