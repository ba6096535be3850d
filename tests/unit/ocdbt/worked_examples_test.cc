// Real bytes, field by field.
#include "base/text.h"
#include "ocdbt/btree.h"
#include "ocdbt/manifest.h"
#include "ritual.h"
#include "support/fixtures.h"
#include "support/memory_source.h"
#include "support/ocdbt_writer.h"
#include "support/vectors.h"

using namespace leafsum;
using namespace leafsum::test;
using namespace leafsum::ocdbt;

namespace {

// stores/EXPECTED.json: what TensorStore's own dump says of the same bytes.
struct Example {
  MemorySource source = MemorySource::Load(leafsum::test::Fixtures() + "/stores/low_nodes.ocdbt");
  nlohmann::json dump = LoadVectors("../fixtures/stores/EXPECTED.json")["low_nodes.ocdbt"]["dump"];
  const ByteVector& Manifest() const { return *source.Find("manifest.ocdbt"); }
};

// "btreenode:<base path>:<file>:<offset>:<length>"
IndirectDataReference LocationOf(const std::string& text) {
  const size_t length = text.rfind(':'), offset = text.rfind(':', length - 1);
  const size_t file = text.rfind(':', offset - 1);
  return {{"", text.substr(file + 1, offset - file - 1)},
          std::stoull(text.substr(offset + 1, length - offset - 1)),
          std::stoull(text.substr(length + 1))};
}

BtreeNodeStatistics StatisticsOf(const nlohmann::json& s) {
  return {s["num_keys"], s["num_tree_bytes"], s["num_indirect_value_bytes"]};
}

}  // namespace

TEST_CASE("A manifest as TensorStore dumps it") {
  const Example example;
  const nlohmann::json& expected = example.dump["manifest"];
  const auto manifest = DecodeManifest(Exact(example.Manifest()));
  REQUIRE(manifest);
  const nlohmann::json& config = expected["config"];
  CHECK(Hex(manifest->config.uuid) == config["uuid"].get<std::string>());
  CHECK(manifest->config.manifest_kind == ManifestKind::kSingle);
  CHECK(manifest->config.max_inline_value_bytes ==
        config["max_inline_value_bytes"].get<uint64_t>());
  CHECK(manifest->config.max_decoded_node_bytes ==
        config["max_decoded_node_bytes"].get<uint64_t>());
  CHECK(manifest->config.version_tree_arity_log2 ==
        config["version_tree_arity_log2"].get<uint64_t>());
  CHECK(manifest->config.zstd == (config["compression"]["id"] == "zstd"));
  CHECK(manifest->version_nodes.size() == expected["version_tree_nodes"].size());
  REQUIRE(manifest->versions.size() == expected["versions"].size());
  for (size_t n = 0; n < manifest->versions.size(); ++n) {
    const BtreeGenerationReference& version = manifest->versions[n];
    const nlohmann::json& wanted = expected["versions"][n];
    CHECK(version.generation_number == wanted["generation_number"].get<uint64_t>());
    CHECK(version.root_height == wanted["root_height"].get<uint64_t>());
    CHECK(version.commit_time_nsecs == wanted["commit_time"].get<uint64_t>());
    CHECK(version.statistics == StatisticsOf(wanted["root"]["statistics"]));
    if (wanted["root"].contains("location"))
      CHECK(version.root == LocationOf(wanted["root"]["location"]));
  }
  const ByteVector& file = example.Manifest();
  for (size_t n = 0; n < file.size(); ++n) CHECK_FALSE(DecodeManifest(Exact(Bytes(file).first(n))));
}

TEST_CASE("The leaf node of a merge of three processes") {
  // As it is printed in the format's description; the inline value is shortened there, here it is
  // filled up.
  const std::string json = "{\"chunks\":[2000]," + std::string(151 - 17, ' ');
  const std::string text = std::string("ocdbt.process_0/d/08e3817088ae6d1e544308fb120c9f0e") +
                           "1/d/bf68de26b2a3178a68bba6ae48a6a5ce" +
                           "2/d/5d8e283cd4eaad0b36287e99c6ce2af7";
  const ByteVector body = Concat({"00 03 0e0e 322424 101010"_hex, AsBytes(text),
                                  "04 020202 09010101"_hex, AsBytes("w/.zarray012"),
                                  "9701 c03e c03e c03e 00010101 000102 000000"_hex, AsBytes(json)});
  REQUIRE(body.size() == 321);
  const auto node = DecodeBtreeNode(Exact(WriteBtreeNodeEnvelope(body)));
  REQUIRE(node);
  const auto files = node->files.Expand("");
  REQUIRE(files.size() == 3);
  CHECK(files[0] == DataFileId{"ocdbt.process_0/", "d/08e3817088ae6d1e544308fb120c9f0e"});
  CHECK(files[1] == DataFileId{"ocdbt.process_1/", "d/bf68de26b2a3178a68bba6ae48a6a5ce"});
  CHECK(files[2] == DataFileId{"ocdbt.process_2/", "d/5d8e283cd4eaad0b36287e99c6ce2af7"});
  KeyCursor cursor("");
  const std::vector<std::string> keys = {"w/.zarray", "w/0", "w/1", "w/2"};
  REQUIRE(node->leaf_entries.size() == 4);
  for (size_t i = 0; i < 4; ++i) {
    const LeafNodeEntry& e = node->leaf_entries[i];
    CHECK(cursor.Next(e.key) == keys[i]);
    CHECK(e.indirect == (i > 0));
    CHECK(e.length == (i > 0 ? 8000u : 151u));
    CHECK(e.offset == (i > 0 ? 0u : 170u));
    if (i > 0) CHECK(e.file == i - 1);
  }
  CheckEnds(
      body, [](Bytes b) { return WriteBtreeNodeEnvelope(b); },
      [](Bytes b) { return StatusOf(DecodeBtreeNode(b)); });
}

TEST_CASE("A root node of height 3 as TensorStore dumps it") {
  const Example example;
  const nlohmann::json& expected = example.dump["root"];
  const auto manifest = DecodeManifest(example.Manifest());
  REQUIRE(manifest);
  const IndirectDataReference& root = manifest->versions.back().root;
  const ByteVector* file = example.source.Find(root.file_id.Path());
  REQUIRE(file);
  const auto node = DecodeBtreeNode(Exact(Bytes(*file)
                                              .subspan(static_cast<size_t>(root.offset))
                                              .first(static_cast<size_t>(root.length))));
  REQUIRE(node);
  CHECK(node->height == 3);
  CHECK(node->height == expected["height"].get<uint64_t>());
  REQUIRE(node->interior_entries.size() == expected["entries"].size());
  const auto files = node->files.Expand("");
  KeyCursor cursor("");
  for (size_t n = 0; n < node->interior_entries.size(); ++n) {
    const auto& entry = node->interior_entries[n];
    const nlohmann::json& wanted = expected["entries"][n];
    CHECK(cursor.Next(entry.key) == wanted["key"].get<std::string>());
    CHECK(entry.subtree_common_prefix_length ==
          wanted["subtree_common_prefix"].get<std::string>().size());
    const IndirectDataReference location = LocationOf(wanted["location"]);
    CHECK(files[entry.location.file] == location.file_id);
    CHECK(entry.location.offset == location.offset);
    CHECK(entry.location.length == location.length);
    CHECK(entry.statistics == StatisticsOf(wanted["statistics"]));
  }
}
