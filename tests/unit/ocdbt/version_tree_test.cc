#include "ocdbt/version_tree.h"

#include "base/limits.h"
#include "ritual.h"
#include "support/encode.h"
#include "support/ocdbt_writer.h"

using namespace leafsum;
using namespace leafsum::test;
using namespace leafsum::ocdbt;

namespace {

// Arity 4 (a = 2). Height 0: generations 5..8. Height 1: children of 16 generations' block (16,
// 32].
VersionTreeNodeForm LeafForm() {
  VersionTreeNodeForm form;
  form.arity_log2 = 2;
  form.files = MakeFileTable({{"", "d/a"}, {"p/", "d/b"}});
  form.versions.Add(5).Add(6).Add(8);
  return form;
}
VersionTreeNodeForm InteriorForm() {
  VersionTreeNodeForm form;
  form.arity_log2 = 2;
  form.height = 1;
  form.files = MakeFileTable({{"", "d/a"}, {"p/", "d/b"}});
  form.version_nodes.Add(20, 4).Add(24, 3).Add(32, 4);
  return form;
}

VersionNodeReference ReferenceTo(const VersionTreeNodeForm& form) {
  VersionNodeReference out;
  out.height = static_cast<uint8_t>(form.height);
  const Column& generations =
      form.height == 0 ? form.versions.generation : form.version_nodes.generation;
  out.generation_number = generations.empty() ? 1 : generations.back();
  out.location.file_id = {"base/", "d/v"};
  return out;
}

// Against a reference and an arity that fit the form itself.
Status Decode(const VersionTreeNodeForm& form) {
  return StatusOf(DecodeVersionTreeNode(Exact(WriteVersionTreeNodeEnvelope(form.Body())),
                                        ReferenceTo(form), static_cast<uint8_t>(form.arity_log2)));
}

}  // namespace

TEST_CASE("A leaf of the version tree comes back as it was written, below its transitive path") {
  const auto form = LeafForm();
  const auto node =
      DecodeVersionTreeNode(WriteVersionTreeNodeEnvelope(form.Body(), true), ReferenceTo(form), 2);
  REQUIRE(node);
  CHECK(node->height == 0);
  REQUIRE(node->versions.size() == 3);
  CHECK(node->versions[2].generation_number == 8);
  CHECK(node->versions[2].root == IndirectDataReference{{"base/", "d/a"}, 0, 100});
  CHECK(node->version_nodes.empty());
}

TEST_CASE("An interior node gives its children's height") {
  auto form = InteriorForm();
  form.version_nodes.file[1] = 1;
  const auto node =
      DecodeVersionTreeNode(WriteVersionTreeNodeEnvelope(form.Body()), ReferenceTo(form), 2);
  REQUIRE(node);
  REQUIRE(node->version_nodes.size() == 3);
  CHECK(node->version_nodes[1].generation_number == 24);
  CHECK(node->version_nodes[1].height == 0);
  CHECK(node->version_nodes[1].num_generations == 3);
  CHECK(node->version_nodes[1].location == IndirectDataReference{{"base/p/", "d/b"}, 0, 100});
}

TEST_CASE("A version-tree node's ends") {
  for (const auto& form : {LeafForm(), InteriorForm()})
    CheckEnds(
        form.Body(), [](Bytes body) { return WriteVersionTreeNodeEnvelope(body, true); },
        [&](Bytes b) { return StatusOf(DecodeVersionTreeNode(b, ReferenceTo(form), 2)); });
}

// Of a body that is larger than any honest one only the start is decompressed, to see whether the
// structure ends there.
TEST_CASE("A version-tree node that is a bomb is known by its start") {
  struct Row {
    ByteVector start;
    bool ends;
  };
  const ByteVector good = LeafForm().Body();
  ByteVector no_arity = good;
  no_arity[0] = 0xff;
  const Row rows[] = {{good, true}, {no_arity, false}, {ToVector(Bytes(good).first(3)), false}};
  for (const Row& row : rows) {
    // 128 MiB of one byte that no count may be.
    std::vector<ZstdBlock> blocks{{row.start, 0}};
    for (int i = 0; i < 1024; ++i) blocks.push_back({{0xff}, 128 << 10});
    EnvelopeForm form;
    form.magic = 0x0cdb1234;
    form.compression = 1;
    const auto refused = DecodeVersionTreeNode(
        WriteEnvelope(ZstdFrame(blocks, {.content_size = {}, .window = 0x38, .dictionary = {}}),
                      form),
        ReferenceTo(LeafForm()), 2);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kInvalid);
    CHECK((refused.error().message == "version tree node: bytes follow the end of the structure") ==
          row.ends);
  }
}

TEST_CASE("A version-tree node is checked against its reference") {
  for (const auto& form : {LeafForm(), InteriorForm()}) {
    const ByteVector block = WriteVersionTreeNodeEnvelope(form.Body());
    const auto right = ReferenceTo(form);
    auto wrong = right;
    wrong.generation_number += 1;
    CHECK(DecodeVersionTreeNode(block, wrong, 2).error().message ==
          "version tree node: newest generation is not that of the reference");
    wrong = right;
    wrong.height += 1;
    CHECK(DecodeVersionTreeNode(block, wrong, 2).error().message ==
          "version tree node: height is not that of the reference");
    CHECK(DecodeVersionTreeNode(block, right, 3).error().message ==
          "version tree node: version_tree_arity_log2 is not the manifest's");
    CHECK_FALSE(DecodeVersionTreeNode(WriteManifestEnvelope(form.Body()), right, 2));
    CHECK(DecodeVersionTreeNode(block, right, 2));
  }
}

TEST_CASE("Rules of a leaf of the version tree") {
  CheckRules<VersionTreeNodeForm>(
      {
          {"arity 0", [](auto& n) { n.arity_log2 = 0; }, "version_tree_arity_log2 is out of range"},
          {"arity 17", [](auto& n) { n.arity_log2 = 17; },
           "version_tree_arity_log2 is out of range"},
          {"no versions", [](auto& n) { n.versions = {}; }, "num_versions is zero"},
          {"a whole block",
           [](auto& n) {
             n.versions = {};
             n.versions.Add(5).Add(6).Add(7).Add(8);
           },
           ""},
          {"more than 2^arity", [](auto& n) { n.versions.num_versions = 5; },
           "num_versions is over its limit"},
          {"of two blocks", [](auto& n) { n.versions.generation[0] = 4; },
           "generations are not in one block"},
          {"no such file", [](auto& n) { n.versions.file[0] = 2; }, "data_file_id is not in"},
      },
      LeafForm, Decode);
}

TEST_CASE("Rules of an interior node of the version tree") {
  auto children = [](std::vector<uint64_t> generations) {
    return [generations](VersionTreeNodeForm& n) {
      n.version_nodes = {};
      for (uint64_t g : generations) n.version_nodes.Add(g, 4);
    };
  };
  CheckRules<VersionTreeNodeForm>(
      {
          {"no children", children({}), "num_children is zero"},
          {"one child", children({24}), ""},
          {"all children", children({20, 24, 28, 32}), ""},
          {"more than 2^arity", [](auto& n) { n.version_nodes.num_children = 5; },
           "num_children is over its limit"},
          {"generation 0", [](auto& n) { n.version_nodes.generation[0] = 0; },
           "generation_number is zero"},
          {"equal generations", children({24, 24}), "generation_number is not strictly increasing"},
          {"descending generations", children({24, 20}),
           "generation_number is not strictly increasing"},
          {"not the end of a block", children({20, 22}), "is not the end of a block"},
          {"of two parents", children({16, 20}), "children are not in one block"},
          {"num_generations of the block", [](auto& n) { n.version_nodes.num_generations[1] = 4; },
           ""},
          {"num_generations over the block",
           [](auto& n) { n.version_nodes.num_generations[1] = 5; },
           "num_generations exceeds the block"},
          {"no such file", [](auto& n) { n.version_nodes.file[0] = 2; }, "data_file_id is not in"},
          {"end of 2^63", [](auto& n) { n.version_nodes.offset[0] = kMaxFileEnd; },
           "invalid offset/length pair"},
      },
      InteriorForm, Decode);
}

TEST_CASE("The height times the arity stays below 64 bits") {
  // (height + 1) * 2 < 64: height 30 is the last. Its children end blocks of 2^60 generations.
  auto form = InteriorForm();
  form.version_nodes = {};
  form.version_nodes.Add(uint64_t{1} << 60, 1);
  form.height = 30;
  CHECK_FALSE(Decode(form));
  form.height = 31;
  REQUIRE(Decode(form));
  CHECK(Decode(form)->message.find("height is too large") != std::string::npos);
  form.height = 255;
  CHECK(Decode(form)->message.find("height is too large") != std::string::npos);
}
