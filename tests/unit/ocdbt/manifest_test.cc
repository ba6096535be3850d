#include "ocdbt/manifest.h"

#include "base/limits.h"
#include "ritual.h"
#include "support/encode.h"
#include "support/ocdbt_writer.h"

using namespace leafsum;
using namespace leafsum::test;
using namespace leafsum::ocdbt;

namespace {

constexpr uint64_t kAll = ~uint64_t{0};

// Generations 17..19 of arity 16: 1..16 lie in a version node.
ManifestForm Good() {
  ManifestForm form;
  form.files = MakeFileTable({{"", "d/a"}, {"p/", "d/b"}});
  form.versions.Add(17).Add(18).Add(19);
  form.versions.file[1] = 1;
  form.version_nodes.Add(16, 16);
  form.version_nodes.entry_height = {1};
  return form;
}

// As above with more levels: arity 2, generation 16 is the newest, so 16 and 15 stand here.
//   a = 1: g0 = 14; height 1 covers (12, 14], height 2 (8, 12], height 3 (0, 8].
ManifestForm Levels() {
  ManifestForm form;
  form.arity_log2 = 1;
  form.files = MakeFileTable({{"", "d/a"}});
  form.versions.Add(15).Add(16);
  form.version_nodes.Add(8, 8).Add(12, 4).Add(14, 2);
  form.version_nodes.entry_height = {3, 2, 1};
  return form;
}

Status Decode(const ManifestForm& form) {
  return StatusOf(DecodeManifest(Exact(WriteManifestEnvelope(form.Body()))));
}

}  // namespace

TEST_CASE("A manifest comes back as it was written") {
  ManifestForm form = Good();
  form.zstd_level = static_cast<uint32_t>(-5);
  for (bool zstd : {false, true}) {
    const auto m = DecodeManifest(Exact(WriteManifestEnvelope(form.Body(), zstd)));
    REQUIRE(m);
    CHECK(m->config.uuid == form.uuid);
    CHECK(m->config.manifest_kind == ManifestKind::kSingle);
    CHECK(m->config.max_inline_value_bytes == 1024);
    CHECK(m->config.max_decoded_node_bytes == 100000000);
    CHECK(m->config.version_tree_arity_log2 == 4);
    CHECK(m->config.zstd);
    CHECK(m->config.zstd_level == -5);
    REQUIRE(m->versions.size() == 3);
    CHECK(m->versions[1].generation_number == 18);
    CHECK(m->versions[1].root == IndirectDataReference{{"p/", "d/b"}, 0, 100});
    CHECK(m->versions[2].root == IndirectDataReference{{"", "d/a"}, 0, 100});
    CHECK(m->versions[2].statistics == BtreeNodeStatistics{1, 100, 0});
    CHECK(m->versions[2].commit_time_nsecs == 19);
    REQUIRE(m->version_nodes.size() == 1);
    CHECK(m->version_nodes[0].generation_number == 16);
    CHECK(m->version_nodes[0].height == 1);
    CHECK(m->version_nodes[0].num_generations == 16);
    CHECK(m->version_nodes[0].commit_time_nsecs == 16);
  }
}

TEST_CASE("A manifest's ends") {
  for (const auto& form : {Good(), Levels()})
    for (bool zstd : {false, true})
      CheckEnds(
          form.Body(), [&](Bytes body) { return WriteManifestEnvelope(body, zstd); },
          [](Bytes b) { return StatusOf(DecodeManifest(b)); });
}

TEST_CASE("A manifest of numbered kind ends after its configuration") {
  ManifestForm form = Good();
  form.kind = 1;
  const auto m = DecodeManifest(WriteManifestEnvelope(form.Body()));
  REQUIRE(m);
  CHECK(m->config.manifest_kind == ManifestKind::kNumbered);
  CHECK(m->versions.empty());
  CheckEnds(
      form.Body(), [](Bytes body) { return WriteManifestEnvelope(body); },
      [](Bytes b) { return StatusOf(DecodeManifest(b)); });
}

TEST_CASE("A manifest has the manifest's magic") {
  const auto refused = DecodeManifest(WriteBtreeNodeEnvelope(Good().Body()));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("manifest: not this kind of block") == 0);
}

TEST_CASE("Rules of the configuration") {
  const auto unsupported = ErrorCode::kUnsupported;
  CheckRules<ManifestForm>(
      {
          {"kind 2", [](auto& m) { m.kind = 2; }, "unknown manifest_kind", unsupported},
          {"any u32",
           [](auto& m) { m.max_inline_value_bytes = m.max_decoded_node_bytes = 0xffffffff; }, ""},
          {"zero", [](auto& m) { m.max_inline_value_bytes = m.max_decoded_node_bytes = 0; }, ""},
          {"max_inline_value_bytes of 33 bits",
           [](auto& m) { m.max_inline_value_bytes = 1ull << 32; },
           "varint does not fit in 32 bits"},
          {"max_decoded_node_bytes of 33 bits",
           [](auto& m) { m.max_decoded_node_bytes = 1ull << 32; },
           "varint does not fit in 32 bits"},
          {"arity 0", [](auto& m) { m.arity_log2 = 0; }, "version_tree_arity_log2 is out of range"},
          {"arity 17", [](auto& m) { m.arity_log2 = 17; },
           "version_tree_arity_log2 is out of range"},
          {"no compression has no level", [](auto& m) { m.compression_method = 0; }, ""},
          {"compression 2", [](auto& m) { m.compression_method = 2; }, "unknown compression_method",
           unsupported},
          {"level 22", [](auto& m) { m.zstd_level = 22; }, ""},
          {"level 23", [](auto& m) { m.zstd_level = 23; }, "zstd level is out of range"},
          {"level -131072", [](auto& m) { m.zstd_level = static_cast<uint32_t>(-131072); }, ""},
          {"level -131073", [](auto& m) { m.zstd_level = static_cast<uint32_t>(-131073); },
           "zstd level is out of range"},
      },
      Good, Decode);
}

TEST_CASE("Arities 1 and 16 are legal") {
  for (uint64_t arity : {1, 16}) {
    ManifestForm form = Good();
    form.arity_log2 = arity;
    form.versions = {};
    form.versions.Add(1);
    form.version_nodes = {};
    CHECK_FALSE(Decode(form));
  }
}

TEST_CASE("Rules of versions") {
  auto empty_tree = [](ManifestForm& m) {
    auto& v = m.versions;
    v.offset[0] = v.length[0] = kAll;
    v.num_keys[0] = v.num_tree_bytes[0] = 0;
  };
  CheckRules<ManifestForm>(
      {
          {"none", [](auto& m) { m.versions.num_versions = 0; }, "num_versions is zero"},
          {"more than 2^arity", [](auto& m) { m.versions.num_versions = 17; },
           "num_versions is over its limit"},
          {"more than there is", [](auto& m) { m.versions.num_versions = 16; },
           "num_versions cannot fit"},
          {"generation 0", [](auto& m) { m.versions.generation[0] = 0; },
           "generation_number is zero"},
          {"equal generations", [](auto& m) { m.versions.generation[1] = 17; },
           "generation_number is not strictly increasing"},
          {"descending generations", [](auto& m) { m.versions.generation[1] = 20; },
           "generation_number is not strictly increasing"},
          {"gaps", [](auto& m) { m.versions.generation = {17, 20, 32}; }, ""},
          {"of two blocks", [](auto& m) { m.versions.generation = {17, 18, 33}; },
           "generations are not in one block"},
          {"of two blocks, the last of one",
           [](auto& m) {
             m.versions.generation = {16, 18, 19};
             m.version_nodes = {};
           },
           "generations are not in one block"},
          {"no such file", [](auto& m) { m.versions.file[2] = 2; },
           "data_file_id is not in the data file table"},
          {"end of 2^63", [](auto& m) { m.versions.offset[2] = kMaxFileEnd - 99; },
           "invalid offset/length pair"},
          {"end of 2^63 - 1", [](auto& m) { m.versions.offset[2] = kMaxFileEnd - 100; }, ""},
          {"empty tree", empty_tree, ""},
          {"empty tree with height",
           [&](auto& m) {
             empty_tree(m);
             m.versions.height[0] = 1;
           },
           "empty tree with a root_height"},
          {"empty tree with keys",
           [&](auto& m) {
             empty_tree(m);
             m.versions.num_keys[0] = 1;
           },
           "empty tree with statistics"},
          {"empty tree with tree bytes",
           [&](auto& m) {
             empty_tree(m);
             m.versions.num_tree_bytes[0] = 1;
           },
           "empty tree with statistics"},
          {"empty tree with value bytes",
           [&](auto& m) {
             empty_tree(m);
             m.versions.num_indirect_value_bytes[0] = 1;
           },
           "empty tree with statistics"},
          {"statistics of anything", [](auto& m) { m.versions.num_keys[2] = kAll; }, ""},
          {"equal commit times", [](auto& m) { m.versions.commit_time[1] = 17; },
           "commit_time is not strictly increasing"},
          {"any height", [](auto& m) { m.versions.height[2] = 255; }, ""},
      },
      Good, Decode);
}

TEST_CASE("A lone generation may be any that the version tree can hold") {
  for (uint64_t generation : {uint64_t{1}, uint64_t{100}, uint64_t{1} << 60}) {
    ManifestForm form = Good();
    form.versions = {};
    form.versions.Add(generation);
    form.version_nodes = {};
    CHECK_FALSE(Decode(form));
  }
}

TEST_CASE("A whole block of versions is legal, one more is not") {
  ManifestForm form = Good();
  form.versions = {};
  for (uint64_t g = 17; g <= 32; ++g) form.versions.Add(g);
  CHECK_FALSE(Decode(form));
  form.versions.Add(33);
  REQUIRE(Decode(form));
  CHECK(Decode(form)->message.find("num_versions is over its limit") != std::string::npos);
}

TEST_CASE("Rules of the manifest's version nodes") {
  auto at = [](size_t i, uint64_t generation) {
    return [i, generation](ManifestForm& m) { m.version_nodes.generation[i] = generation; };
  };
  auto without = [](size_t i) {
    return [i](ManifestForm& m) {
      auto& n = m.version_nodes;
      for (Column* c : {&n.generation, &n.file, &n.offset, &n.length, &n.num_generations,
                        &n.commit_time, &n.entry_height})
        c->erase(c->begin() + static_cast<ptrdiff_t>(i));
    };
  };
  const std::string outside =
      "generation_number of a version node is outside the range of its height";
  CheckRules<ManifestForm>(
      {
          {"none", [](auto& m) { m.version_nodes = {}; }, ""},
          {"without height 1", without(2), ""},
          {"without height 2", without(1), ""},
          {"without height 3", without(0), ""},
          {"more than there is", [](auto& m) { m.version_nodes.num_children = 4; },
           "num_children cannot fit"},
          {"over 255", [](auto& m) { m.version_nodes.num_children = 256; },
           "num_children is over its limit"},
          {"generation 0", at(0, 0), "generation_number is zero"},
          {"equal generations", at(0, 12), "generation_number is not strictly increasing"},
          {"height 1 from the start", at(2, 13), ""},
          {"height 1 after its end", at(2, 15), outside},
          {"height 2 from the start", at(1, 9), ""},
          {"height 2 after its end", at(1, 13), outside},
          {"height 3 from the start", at(0, 1), ""},
          {"height 3 after its end", at(0, 9), outside},
          {"height 1 before its start",
           [&](auto& m) {
             without(1)(m);
             m.version_nodes.generation[1] = 12;
           },
           outside},
          {"height 2 before its start",
           [&](auto& m) {
             without(0)(m);
             m.version_nodes.generation[0] = 8;
           },
           outside},
          {"height 0", [](auto& m) { m.version_nodes.entry_height[2] = 0; },
           "entry_height is zero"},
          {"equal heights", [](auto& m) { m.version_nodes.entry_height = {2, 2, 1}; },
           "entry_height is not strictly decreasing"},
          {"increasing heights", [](auto& m) { m.version_nodes.entry_height = {1, 2, 1}; },
           "entry_height is not strictly decreasing"},
          {"a height of nothing", [](auto& m) { m.version_nodes.entry_height = {4, 2, 1}; },
           outside},
          {"a height over 63 bits", [](auto& m) { m.version_nodes.entry_height = {63, 2, 1}; },
           "entry_height is too large"},
          {"no such file", [](auto& m) { m.version_nodes.file[0] = 1; }, "data_file_id is not in"},
          {"empty tree",
           [](auto& m) { m.version_nodes.offset[0] = m.version_nodes.length[0] = kAll; },
           "invalid offset/length pair"},
          {"end of 2^63", [](auto& m) { m.version_nodes.offset[0] = kMaxFileEnd - 99; },
           "invalid offset/length pair"},
          {"any commit time", [](auto& m) { m.version_nodes.commit_time = {5, 5, 0}; }, ""},
      },
      Levels, Decode);
}

TEST_CASE("References with long names are limited in all") {
  ManifestForm form = Good();
  form.arity_log2 = 16;
  form.files = MakeFileTable({{"", std::string(65535, 'x')}});
  form.version_nodes = {};
  form.versions = {};
  for (uint64_t g = 1; g <= kMaxTablePathBytes / 65535; ++g) form.versions.Add(g);
  CHECK_FALSE(Decode(form));
  form.versions.Add(form.versions.generation.back() + 1);
  REQUIRE(Decode(form));
  CHECK(Decode(form)->code == ErrorCode::kLimit);
}

TEST_CASE("A manifest that is a bomb is invalid, not too large") {
  std::vector<ZstdBlock> blocks{{Good().Body(), 0}};
  for (int i = 0; i < 1024; ++i) blocks.push_back({{0}, 128 << 10});
  ZstdFrameOptions options;
  options.window = 0x38;
  EnvelopeForm form;
  form.magic = 0x0cdb3a2a;
  form.compression = 1;
  const auto refused = DecodeManifest(WriteEnvelope(ZstdFrame(blocks, options), form));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kInvalid);
}

TEST_CASE("A manifest over its limit is not looked at") {
  const auto refused = DecodeManifest(ByteVector(kMaxManifest + 1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kLimit);
}

TEST_CASE("A generation number has a maximum that the version tree's arity gives") {
  for (uint64_t a = 1; a <= kMaxVersionTreeArityLog2; ++a) {
    const uint64_t max = (uint64_t{1} << a * (63 / a)) + (uint64_t{1} << a);
    for (const uint64_t generation : {max, max + 1, kAll}) {
      CAPTURE(a, generation);
      ManifestForm form;
      form.arity_log2 = a;
      form.files = MakeFileTable({{"", "d/a"}});
      form.versions.Add(generation);
      const auto manifest = DecodeManifest(Exact(WriteManifestEnvelope(form.Body())));
      CHECK(static_cast<bool>(manifest) == (generation == max));
      if (!manifest)
        CHECK(manifest.error().message.find("exceeds the maximum") != std::string::npos);
    }
  }
}
