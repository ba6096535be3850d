// Real bytes, field by field.
#include "base/text.h"
#include "ocdbt/btree.h"
#include "ocdbt/manifest.h"
#include "ritual.h"
#include "support/fixtures.h"
#include "support/memory_source.h"
#include "support/ocdbt_writer.h"

using namespace leafsum;
using namespace leafsum::test;
using namespace leafsum::ocdbt;

TEST_CASE("A manifest that Orbax wrote") {
  const auto source =
      MemorySource::Load(leafsum::test::Fixtures() +
                         "/public/orbax/v0_checkpoints/direct_checkpoint/"
                         "checkpoint_metadata_present/pytree_checkpointable_has_metadata");
  const ByteVector* file = source.Find("manifest.ocdbt");
  REQUIRE(file);
  REQUIRE(file->size() == 113);
  const auto manifest = DecodeManifest(Exact(*file));
  REQUIRE(manifest);
  CHECK(Hex(manifest->config.uuid) == "02332970f7c85c9b53731e740d635f15");
  CHECK(manifest->config.manifest_kind == ManifestKind::kSingle);
  CHECK(manifest->config.max_inline_value_bytes == 1024);
  CHECK(manifest->config.max_decoded_node_bytes == 100000000);
  CHECK(manifest->config.version_tree_arity_log2 == 4);
  CHECK(manifest->config.zstd);
  CHECK(manifest->config.zstd_level == 0);
  REQUIRE(manifest->versions.size() == 1);
  const BtreeGenerationReference& version = manifest->versions[0];
  CHECK(version.generation_number == 1);
  CHECK(version.root_height == 0);
  CHECK(version.root == IndirectDataReference{{"", "d/9f51d9b77c0c771353c577b65dc7bba5"}, 0, 240});
  CHECK(version.statistics == BtreeNodeStatistics{4, 240, 0});
  CHECK(version.commit_time_nsecs == 1778718340771198958);
  CHECK(manifest->version_nodes.empty());
  for (size_t n = 0; n < file->size(); ++n)
    CHECK_FALSE(DecodeManifest(Exact(Bytes(*file).first(n))));
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

TEST_CASE("A root node of height 3 that TensorStore wrote") {
  const auto source =
      MemorySource::Load(leafsum::test::Fixtures() + "/public/neuroglancer/files_min_arity.ocdbt");
  const auto manifest = DecodeManifest(*source.Find("manifest.ocdbt"));
  REQUIRE(manifest);
  const BtreeGenerationReference& version = manifest->versions.back();
  CHECK(version.root_height == 3);
  REQUIRE(version.root.length == 93);
  const ByteVector* file = source.Find(version.root.file_id.Path());
  REQUIRE(file);
  const Bytes bytes = Bytes(*file).subspan(static_cast<size_t>(version.root.offset), 93);
  CHECK(Hex(bytes.first(23)) == "0cdb20de5d00000000000000000128b52ffd2042110200");
  CHECK(Hex(bytes.last(4)) == "34c7709b");
  const auto node = DecodeBtreeNode(Exact(bytes));
  REQUIRE(node);
  CHECK(node->height == 3);
  CHECK(node->files.Expand("") ==
        std::vector<DataFileId>{{"", "d/f6d9da936d3f6f58b667ca9d54a38667"}});
  REQUIRE(node->interior_entries.size() == 2);
  KeyCursor cursor("");
  const auto& a = node->interior_entries[0];
  CHECK(cursor.Next(a.key) == "#");
  CHECK(a.subtree_common_prefix_length == 0);
  CHECK(a.location.offset == 742);
  CHECK(a.location.length == 89);
  CHECK(a.statistics == BtreeNodeStatistics{4, 474, 6});
  const auto& b = node->interior_entries[1];
  CHECK(cursor.Next(b.key) == "baz/x");
  CHECK(b.location.offset == 831);
  CHECK(b.location.length == 93);
  CHECK(b.statistics == BtreeNodeStatistics{4, 441, 3});
}
