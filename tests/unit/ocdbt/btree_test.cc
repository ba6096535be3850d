#include "ocdbt/btree.h"

#include "base/limits.h"
#include "ritual.h"
#include "support/ocdbt_writer.h"

using namespace leafsum;
using namespace leafsum::test;
using namespace leafsum::ocdbt;

namespace {

LeafColumns Leaf() {
  return LeafNode({{"", "d/a"}, {"p/", "d/b"}},
                  {Inline("", ""), Inline("w/.zarray", "{}"), Indirect("w/0", 1, 10, 20),
                   Indirect("w/1", 0, 0, 0), Inline("\xff", "x")});
}

InteriorColumns Interior() {
  return InteriorNode(2, {{"", "d/a"}, {"p/", "d/b"}},
                      {{"", 0, 0, 10, 20, {1, 2, 3}},
                       {"baz/x", 4, 1, 30, 40, {4, 5, 6}},
                       {"c", 1, 0, 50, 60, {7, 8, 9}}});
}

template <class Columns>
Status Decode(const Columns& columns) {
  return StatusOf(DecodeBtreeNode(Exact(WriteBtreeNodeEnvelope(columns.Body()))));
}

template <class Entries>
std::vector<std::string> Keys(const Entries& entries, std::string_view prefix = "") {
  KeyCursor cursor(prefix);
  std::vector<std::string> out;
  for (const auto& e : entries) out.push_back(cursor.Next(e.key));
  return out;
}

// A node of `n` entries, the least that each can be.
LeafColumns Wide(size_t n) {
  LeafColumns out;
  std::string previous;
  for (size_t i = 0; i < n; ++i) {
    // Keys 0, 00, 000, … would be too long: three bytes counting up.
    const std::string key = {static_cast<char>(i >> 16), static_cast<char>(i >> 8),
                             static_cast<char>(i)};
    if (i > 0) out.prefix_length.push_back(0);
    out.suffix_length.push_back(3);
    out.suffixes += key;
    out.value_length.push_back(0);
    out.value_kind.push_back(0);
  }
  return out;
}

}  // namespace

TEST_CASE("A leaf node comes back as it was written") {
  for (bool zstd : {false, true}) {
    const auto node = DecodeBtreeNode(Exact(WriteBtreeNodeEnvelope(Leaf().Body(), zstd)));
    REQUIRE(node);
    CHECK(node->height == 0);
    CHECK(Keys(node->leaf_entries) ==
          std::vector<std::string>{"", "w/.zarray", "w/0", "w/1", "\xff"});
    CHECK(Keys(node->leaf_entries, "P/")[2] == "P/w/0");
    CHECK(node->first_key == "");
    CHECK(node->last_key == "\xff");
    const auto& e = node->leaf_entries;
    CHECK_FALSE(e[1].indirect);
    CHECK(AsText(Bytes(node->body).subspan(e[1].offset, e[1].length)) == "{}");
    CHECK(AsText(Bytes(node->body).subspan(e[4].offset, e[4].length)) == "x");
    CHECK(e[2].indirect);
    CHECK(e[2].file == 1);
    CHECK(e[2].offset == 10);
    CHECK(e[2].length == 20);
    CHECK(node->files.Expand("T/")[1] == DataFileId{"T/p/", "d/b"});
  }
}

TEST_CASE("An interior node comes back as it was written") {
  auto node = DecodeBtreeNode(Exact(WriteBtreeNodeEnvelope(Interior().Body())));
  REQUIRE(node);
  const BtreeNode moved = std::move(*node);
  CHECK(moved.height == 2);
  CHECK(Keys(moved.interior_entries) == std::vector<std::string>{"", "baz/x", "c"});
  const auto& e = moved.interior_entries[1];
  CHECK(e.subtree_common_prefix_length == 4);
  CHECK(e.location.file == 1);
  CHECK(e.location.offset == 30);
  CHECK(e.location.length == 40);
  CHECK(e.statistics == BtreeNodeStatistics{4, 5, 6});
  CHECK(moved.last_key == "c");
}

TEST_CASE("A b-tree node's ends") {
  for (bool zstd : {false, true})
    for (const ByteVector& body : {Leaf().Body(), Interior().Body()})
      CheckEnds(
          body, [&](Bytes b) { return WriteBtreeNodeEnvelope(b, zstd); },
          [](Bytes b) { return StatusOf(DecodeBtreeNode(b)); });
}

TEST_CASE("A b-tree node has the b-tree node's magic") {
  CHECK(DecodeBtreeNode(WriteManifestEnvelope(Leaf().Body()))
            .error()
            .message.find("b-tree node: not this kind") == 0);
}

TEST_CASE("Rules of a leaf node") {
  auto keys = [](std::vector<std::string> names) {
    return [names](LeafColumns& n) {
      std::vector<LeafItem> items;
      for (const auto& name : names) items.push_back(Inline(name, ""));
      n = LeafNode({}, items);
    };
  };
  const std::string order = "keys are not strictly increasing";
  CheckRules<LeafColumns>(
      {
          {"no files", keys({"a"}), ""},
          {"no entries", [](auto& n) { n.num_entries = 0; }, "num_entries is zero"},
          {"more entries than there is", [](auto& n) { n.num_entries = 1000; },
           "num_entries cannot fit"},
          {"2^20 + 1 entries", [](auto& n) { n.num_entries = (1 << 20) + 1; },
           "num_entries is over its limit"},
          {"2^40 entries", [](auto& n) { n.num_entries = uint64_t{1} << 40; },
           "varint does not fit in 32 bits"},
          {"equal keys", keys({"a", "a"}), order},
          {"equal empty keys", keys({"", ""}), order},
          {"descending keys", keys({"b", "a"}), order},
          {"a key before its prefix", keys({"ab", "a"}), order},
          {"a prefix before its key", keys({"a", "ab"}), ""},
          {"unsigned bytes", keys({"\x7f", "\x80"}), ""},
          {"signed bytes", keys({"\x80", "\x7f"}), order},
          {"NUL is a byte", keys({"a", std::string("a\0", 2)}), ""},
          {"not UTF-8", keys({"\xc3\x28"}), ""},
          {"prefix not the longest",
           [](auto& n) {
             n = LeafNode({}, {Inline("ab", ""), Inline("ac", "")});
             n.prefix_length = {0};
             n.suffix_length[1] = 2;
             n.suffixes = "abac";
           },
           ""},
          {"prefix longer than the key",
           [](auto& n) {
             n = LeafNode({}, {Inline("ab", ""), Inline("ac", "")});
             n.prefix_length = {3};
           },
           "key_prefix_length exceeds the previous key"},
          {"prefix of 17 bits", [](auto& n) { n.prefix_length[0] = 65536; },
           "varint does not fit in 16 bits"},
          {"suffix of 17 bits", [](auto& n) { n.suffix_length[0] = 65536; },
           "varint does not fit in 16 bits"},
          {"value kind 2", [](auto& n) { n.value_kind[1] = 2; }, "unknown value_kind"},
          {"inline of 1 MiB",
           [](auto& n) {
             n.value_length[4] = 1 << 20;
             n.inline_values = "{}" + std::string(1 << 20, 'x');
           },
           ""},
          {"inline of 1 MiB + 1",
           [](auto& n) {
             n.value_length[4] = (1 << 20) + 1;
             n.inline_values = "{}" + std::string((1 << 20) + 1, 'x');
           },
           "inline value is too long"},
          {"inline bytes missing", [](auto& n) { n.inline_values.pop_back(); },
           "bytes end too early", ErrorCode::kTruncated},
          {"no such file", [](auto& n) { n.file[1] = 2; }, "data_file_id is not in"},
          {"no such file by far", [](auto& n) { n.file[1] = uint64_t{1} << 32; },
           "data_file_id is not in"},
          {"end of 2^63 - 1", [](auto& n) { n.offset[0] = kMaxFileEnd - 20; }, ""},
          {"end of 2^63", [](auto& n) { n.offset[0] = kMaxFileEnd - 19; },
           "invalid offset/length pair"},
          {"end that wraps",
           [](auto& n) {
             n.offset[0] = 16;
             n.value_length[2] = ~uint64_t{0};
           },
           "invalid offset/length pair"},
          {"empty tree is no value",
           [](auto& n) { n.offset[0] = n.value_length[2] = ~uint64_t{0}; },
           "invalid offset/length pair"},
          {"height of an interior node", [](auto& n) { n.height = 1; }, ""},
      },
      Leaf, [](const LeafColumns& n) {
        // A leaf's columns are not an interior node's: whatever is said, it must not be accepted.
        const Status status = Decode(n);
        if (n.height == 0) return status;
        CHECK(status);
        return Status();
      });
}

TEST_CASE("Rules of an interior node") {
  CheckRules<InteriorColumns>(
      {
          {"one child", [](auto& n) { n = InteriorNode(1, {{"", "d"}}, {{"a", 0, 0, 0, 20, {}}}); },
           ""},
          {"height 255", [](auto& n) { n.height = 255; }, ""},
          {"no entries", [](auto& n) { n.num_entries = 0; }, "num_entries is zero"},
          {"2^20 + 1 entries", [](auto& n) { n.num_entries = (1 << 20) + 1; },
           "num_entries is over its limit"},
          {"more entries than there is", [](auto& n) { n.num_entries = 100; },
           "num_entries cannot fit"},
          {"descending keys", [](auto& n) { n.suffixes = "baz/xa"; },
           "keys are not strictly increasing"},
          {"common prefix of the whole key", [](auto& n) { n.common_prefix_length[1] = 5; }, ""},
          {"common prefix longer than the key", [](auto& n) { n.common_prefix_length[1] = 6; },
           "subtree_common_prefix_length exceeds the key"},
          {"common prefix of an empty key", [](auto& n) { n.common_prefix_length[0] = 1; },
           "subtree_common_prefix_length exceeds the key"},
          {"common prefix of 17 bits", [](auto& n) { n.common_prefix_length[1] = 65536; },
           "varint does not fit in 16 bits"},
          {"no such file", [](auto& n) { n.file[2] = 2; }, "data_file_id is not in"},
          {"end of 2^63 - 1", [](auto& n) { n.offset[2] = kMaxFileEnd - 60; }, ""},
          {"end of 2^63", [](auto& n) { n.offset[2] = kMaxFileEnd - 59; },
           "invalid offset/length pair"},
          {"empty tree is no child", [](auto& n) { n.offset[2] = n.length[2] = ~uint64_t{0}; },
           "invalid offset/length pair"},
          {"any statistics", [](auto& n) { n.num_keys[0] = ~uint64_t{0}; }, ""},
      },
      Interior, [](const InteriorColumns& n) { return Decode(n); });
}

TEST_CASE("A key is 65535 bytes at most") {
  LeafColumns n = LeafNode({}, {Inline(std::string(65535, 'k'), "")});
  CHECK_FALSE(Decode(n));
  n = LeafNode({}, {Inline("k", ""), Inline("k", "")});
  n.prefix_length = {1};
  n.suffix_length = {1, 65535};
  n.suffixes = "k" + std::string(65535, 'k');
  REQUIRE(Decode(n));
  CHECK(Decode(n)->message.find("key is too long") != std::string::npos);
  n.suffix_length[1] = 65534;
  n.suffixes.pop_back();
  CHECK_FALSE(Decode(n));
}

TEST_CASE("A node has 2^20 entries at most") {
  CHECK_FALSE(Decode(Wide(kMaxNodeArity)));
  const Status error = Decode(Wide(kMaxNodeArity + 1));
  REQUIRE(error);
  CHECK(error->message.find("num_entries is over its limit") != std::string::npos);
}

TEST_CASE("The transitive path bounds a node's paths") {
  const ByteVector block =
      WriteBtreeNodeEnvelope(LeafNode({{"", "d/a"}}, {Inline("k", "")}).Body());
  CHECK(DecodeBtreeNode(block, 65532));
  CHECK_FALSE(DecodeBtreeNode(block, 65533));
}
