#include "evidence/compare.h"

#include <algorithm>
#include <limits>
#include <random>

#include "records.h"
#include "support/catch.h"

using namespace leafsum;
using namespace leafsum::evidence;
using namespace leafsum::test;
using report::Code;
using report::Finding;
using report::FindingList;
using report::Severity;
using Items = std::vector<ItemRecord>;

namespace {

// One comparison, its findings and its outcomes as text: "= state:/params/w".
struct Run {
  Run(const Items& expected, const Items& actual, const CompareOptions& options = {})
      : Run(Side{&expected, true, {}}, Side{&actual, true, {}}, options) {}
  Run(const Side& expected, const Side& actual, const CompareOptions& options = {}) {
    FindingList list(1000);
    comparison = Compare(expected, actual, options, list);
    findings = list.sorted();
    for (const LeafOutcome& leaf : comparison.leaves) {
      lines += static_cast<char>(leaf.sign);
      lines += " " + std::string(leaf.item) + ":";
      for (const std::string& element : leaf.key_path()) lines += "/" + element;
      lines += leaf.re_encoded ? " re-encoded\n" : "\n";
    }
    for (const Finding& f : findings) {
      codes += std::string(report::CodeName(f.code)) + " " +
               std::string(report::SeverityName(f.severity)) + " " + f.item.value_or("null") + ":";
      if (f.key_path)
        for (const std::string& element : *f.key_path) codes += "/" + element;
      codes += "\n";
    }
    const report::LeafCounts& n = comparison.counts;
    counts = {n.equal, n.different, n.missing, n.extra, n.not_read};
  }
  Comparison comparison;
  std::vector<Finding> findings;
  std::string lines, codes;
  std::vector<uint64_t> counts;  // equal, different, missing, extra, not read
};

using Counts = std::vector<uint64_t>;

LeafRecord W(uint8_t fill = 1) { return Array({"w"}, {2, 3}, fill); }
Items One(LeafRecord leaf) { return {{"", {std::move(leaf)}, false}}; }

}  // namespace

TEST_CASE("equal sides are equal, in any order of items and leaves") {
  const Items a = {
      {"m", {Array({}, {1}, 1)}, false},
      {"s", {Array({"a"}, {1}, 1), Array({"a", "b"}, {1}, 2), Empty({"n"}, "None")}, false}};
  Items b = {a[1], a[0]};
  std::reverse(b[0].leaves.begin(), b[0].leaves.end());
  Run run(a, b);
  CHECK(run.lines == "= m:\n= s:/a\n= s:/a/b\n= s:/n\n");
  CHECK(run.codes.empty());
  CHECK(run.counts == Counts{3, 0, 0, 0, 0});
}

TEST_CASE("missing and extra leaves") {
  const Items a = {{"s", {Array({"a"}, {1}, 1), Array({"b"}, {2}, 1)}, false}};
  const Items b = {{"s", {Array({"b"}, {2}, 1), Array({"c"}, {}, 1)}, false}};
  Run run(a, b);
  CHECK(run.lines == "- s:/a\n= s:/b\n+ s:/c\n");
  CHECK(run.codes == "missing-leaf error s:/a\nextra-leaf error s:/c\n");
  CHECK(run.counts == Counts{1, 0, 1, 1, 0});
  CHECK(run.findings[0].expected == "float32 [1]");
  CHECK_FALSE(run.findings[0].actual);
  CHECK_FALSE(run.findings[1].expected);
  CHECK(run.findings[1].actual == "float32 []");

  CompareOptions options;
  options.allow_missing = true;
  CHECK(Run(a, b, options).codes == "missing-leaf warning s:/a\nextra-leaf error s:/c\n");
  options.allow_missing = false;
  options.allow_extra = true;
  CHECK(Run(a, b, options).codes == "missing-leaf error s:/a\nextra-leaf warning s:/c\n");
  CHECK(Run(a, b, options).counts == Counts{1, 0, 1, 1, 0});
}

TEST_CASE("a whole item can be missing or extra") {
  const Items a = {{"a", {W()}, false}, {"b", {W()}, false}};
  const Items b = {{"b", {W()}, false}, {"c", {W()}, false}};
  Run run(a, b);
  CHECK(run.lines == "- a:/w\n= b:/w\n+ c:/w\n");
  CHECK(run.codes == "missing-leaf error a:/w\nextra-leaf error c:/w\n");
  Run gone(a, Items{});
  CHECK(gone.counts == Counts{0, 0, 2, 0, 0});
  CHECK(gone.codes == "missing-leaf error a:/w\nmissing-leaf error b:/w\n");
}

TEST_CASE("single items are paired whatever their names, others by name") {
  Run run({{"default", {W(1)}, false}}, {{"state", {W(2)}, false}});
  CHECK(run.lines == "* state:/w\n");
  CHECK(run.codes == "item-renamed info state:\ndigest-mismatch error state:/w\n");
  CHECK(run.findings[0].expected == "default");
  CHECK(run.findings[0].actual == "state");
  CHECK_FALSE(run.findings[0].key_path);
  CHECK(Run({{"x", {W()}, false}}, {{"x", {W()}, false}}).codes.empty());
  // Two on one side: nobody can tell which one it was.
  Run two({{"default", {W()}, false}}, {{"a", {W()}, false}, {"b", {W()}, false}});
  CHECK(two.lines == "+ a:/w\n+ b:/w\n- default:/w\n");
  // Nor where one side may have more.
  const Items a = {{"default", {W()}, false}}, b = {{"state", {W()}, false}};
  Run partial(Side{&a, true, {}}, Side{&b, false, {}});
  CHECK(partial.lines == "! default:/w\n+ state:/w\n");
}

TEST_CASE("dtype and shape are named; the message tells whether the bytes are the same") {
  LeafRecord dtype = W();
  dtype.dtype = "int32";
  Run run(One(W()), One(dtype));
  CHECK(run.codes == "dtype-mismatch error :/w\n");
  CHECK(run.lines == "* :/w\n");
  CHECK(run.findings[0].expected == "float32");
  CHECK(run.findings[0].actual == "int32");
  CHECK(run.findings[0].message == "other element type; the bytes are the same");

  Run shape(One(W()), One(Array({"w"}, {3, 2}, 2)));
  CHECK(shape.codes == "shape-mismatch error :/w\n");
  CHECK(shape.findings[0].expected == "[2,3]");
  CHECK(shape.findings[0].actual == "[3,2]");
  CHECK(shape.findings[0].message == "other shape; the bytes differ too");

  LeafRecord text = W();
  text.dtype = "string";
  text.shape.reset();
  Run both(One(W()), One(text));
  CHECK(both.codes == "dtype-mismatch error :/w\nshape-mismatch error :/w\n");
  CHECK(both.counts == Counts{0, 1, 0, 0, 0});
  CHECK(both.findings[1].actual == "null");
}

TEST_CASE("a digest that differs") {
  Run run(One(W(1)), One(W(2)));
  CHECK(run.codes == "digest-mismatch error :/w\n");
  CHECK(run.findings[0].expected == Blake3Text(hash::Blake3Of(ByteVector(24, 1))));
  CHECK(run.findings[0].actual == Blake3Text(hash::Blake3Of(ByteVector(24, 2))));
  CHECK(run.findings[0].message.find("content differs;") == 0);
  CHECK(run.counts == Counts{0, 1, 0, 0, 0});

  LeafRecord a = W(), b = W();
  a.dtype = b.dtype = "json";
  a.shape.reset();
  b.shape.reset();
  b.nbytes = 25;
  b.blake3 = hash::Digest{};
  CHECK(Run(One(a), One(b))
            .findings[0]
            .message.find("content differs: 24 bytes expected, 25 bytes found;") == 0);
}

TEST_CASE("blocks that differ are named as ranges of elements") {
  constexpr uint64_t kElements = hash::kBlockSize / 4;  // of float32 in one block
  auto leaf = [](uint64_t elements, std::vector<size_t> changed) {
    LeafRecord out = Array({"w"}, {elements}, 0);
    for (size_t i : changed) out.blocks[i * hash::kBlockValueSize] ^= 1;
    if (!changed.empty()) (*out.blake3)[0] ^= 1;
    return out;
  };
  auto message = [&](uint64_t elements, std::vector<size_t> changed) {
    return Run(One(leaf(elements, {})), One(leaf(elements, changed))).findings.at(0).message;
  };
  CHECK(message(2 * kElements, {0}).find("content differs: elements 0 to 1048575 of 2097152;") ==
        0);
  CHECK(message(2 * kElements, {1})
            .find("content differs: elements 1048576 to 2097151 of 2097152;") == 0);
  // Neighbours are one range; the last block may be short.
  CHECK(message(2 * kElements + 1, {1, 2})
            .find("content differs: elements 1048576 to 2097152 of 2097153;") == 0);
  CHECK(message(3 * kElements, {0, 2})
            .find("content differs: elements 0 to 1048575, 2097152 to 3145727 of 3145728;") == 0);
  // At most a handful.
  const std::string many = message(13 * kElements, {0, 2, 4, 6, 8, 10, 12});
  CHECK(many.find("8388608 to 9437183 and 2 more ranges of 13631488;") != std::string::npos);
  // Blocks on one side only say nothing.
  LeafRecord bare = leaf(2 * kElements, {0});
  bare.blocks.clear();
  CHECK(Run(One(leaf(2 * kElements, {})), One(bare)).findings[0].message.find("content differs;") ==
        0);
  // Content without shape is counted in bytes.
  LeafRecord a = leaf(2 * kElements, {}), b = leaf(2 * kElements, {1});
  for (LeafRecord* l : {&a, &b}) {
    l->dtype = "bytes";
    l->shape.reset();
  }
  CHECK(Run(One(a), One(b))
            .findings[0]
            .message.find("content differs: bytes 4194304 to 8388607 of 8388608;") == 0);
}

TEST_CASE("SHA-256 is compared where both sides have it") {
  LeafRecord a = W(), b = W();
  a.sha256 = hash::Digest{};
  CHECK(Run(One(a), One(b)).codes.empty());
  b.sha256 = hash::Digest{};
  CHECK(Run(One(a), One(b)).codes.empty());
  (*b.sha256)[31] = 1;
  Run run(One(a), One(b));
  CHECK(run.codes == "digest-mismatch error :/w\n");
  CHECK(run.counts == Counts{0, 1, 0, 0, 0});
  CHECK(run.findings[0].expected == "sha256:" + std::string(64, '0'));
}

TEST_CASE("what was not read is not judged, except by what is known of it") {
  LeafRecord unread = W();
  unread.blake3.reset();
  Run run(One(W()), One(unread));
  CHECK(run.lines == "! :/w\n");
  CHECK(run.codes.empty());
  CHECK(run.counts == Counts{0, 0, 0, 0, 1});
  CHECK(Run(One(unread), One(W())).counts == Counts{0, 0, 0, 0, 1});

  LeafRecord other_shape = unread;
  other_shape.shape = std::vector<uint64_t>{6};
  Run shape(One(W()), One(other_shape));
  CHECK(shape.codes == "shape-mismatch error :/w\n");
  CHECK(shape.counts == Counts{0, 1, 0, 0, 0});
  CHECK(shape.findings[0].message == "other shape");

  // Its metadata was not read either: only what _METADATA says is known.
  LeafRecord unknown;
  unknown.key_path = {"w"};
  unknown.value_type = "np.ndarray";
  Run bare(One(W()), One(unknown));
  CHECK(bare.codes == "value-type-mismatch warning :/w\n");
  CHECK(bare.counts == Counts{0, 0, 0, 0, 1});
  // There, but not in the lockfile: extra, read or not.
  CHECK(Run({{"", {}, false}}, One(unknown)).codes == "extra-leaf error :/w\n");
}

TEST_CASE("nothing is missing from a tree that was not read whole") {
  const Items a = {{"s", {W()}, false}, {"t", {W()}, false}};
  const Items b = {{"s", {}, false}, {"t", {W()}, false}};
  CHECK(Run(a, b).counts == Counts{1, 0, 1, 0, 0});
  Run partial(Side{&a, true, {}}, Side{&b, true, {"s"}});
  CHECK(partial.counts == Counts{1, 0, 0, 0, 1});
  CHECK(partial.codes.empty());
  CHECK(partial.lines == "! s:/w\n= t:/w\n");
  // The same the other way round.
  CHECK(Run(Side{&b, true, {"s"}}, Side{&a, true, {}}).counts == Counts{1, 0, 0, 0, 1});
  const Items none;
  CHECK(Run(Side{&a, true, {}}, Side{&none, false, {}}).counts == Counts{0, 0, 0, 0, 2});
  CHECK(Run(Side{&none, false, {}}, Side{&a, true, {}}).counts == Counts{0, 0, 0, 0, 2});
}

TEST_CASE("what lies around equal values is evidence") {
  struct Row {
    const char* what;
    void (*change)(LeafRecord& expected, LeafRecord& actual);
    std::string codes;
  };
  const std::string error = "structure-mismatch error :/w\n",
                    type = "value-type-mismatch warning :/w\n";
  const std::vector<Row> rows = {
      {"nothing", [](LeafRecord&, LeafRecord&) {}, ""},
      {"a scalar", [](LeafRecord&, LeafRecord& b) { b.value_type = "scalar"; }, type},
      {"np.ndarray", [](LeafRecord& a, LeafRecord&) { a.value_type = "np.ndarray"; }, type},
      {"a bare store's array", [](LeafRecord& a, LeafRecord&) { a.value_type = "array"; }, type},
      {"another kind of value", [](LeafRecord&, LeafRecord& b) { b.value_type = "string"; }, error},
      {"a kind that no one knows", [](LeafRecord& a, LeafRecord&) { a.value_type = "x"; }, error},
      {"other key types",
       [](LeafRecord& a, LeafRecord& b) {
         a.key_types = std::vector<uint64_t>{2}, b.key_types = std::vector<uint64_t>{1};
       },
       error},
      {"key types on one side",
       [](LeafRecord& a, LeafRecord&) { a.key_types = std::vector<uint64_t>{2}; }, ""},
      {"a msgpack tree's",
       [](LeafRecord& a, LeafRecord& b) {
         a.key_types = std::vector<uint64_t>{2}, b.key_types = std::vector<uint64_t>{1},
         b.key_types_inferred = true;
       },
       error},
      {"a key that is none any more",
       [](LeafRecord& a, LeafRecord&) { a.prng_impl = "threefry2x32"; }, error},
      {"a key that was none", [](LeafRecord&, LeafRecord& b) { b.prng_impl = "threefry2x32"; },
       error},
      {"another PRNG",
       [](LeafRecord& a, LeafRecord& b) { a.prng_impl = "rbg", b.prng_impl = "unsafe_rbg"; },
       error},
      {"the same PRNG", [](LeafRecord& a, LeafRecord& b) { a.prng_impl = b.prng_impl = "rbg"; },
       ""},
      {"a key or not, which could not be read",
       [](LeafRecord& a, LeafRecord& b) { a.prng_impl = "rbg", b.prng_known = false; }, ""},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    LeafRecord a = W(), b = W();
    row.change(a, b);
    Run run(One(a), One(b));
    CHECK(run.codes == row.codes);
    CHECK(run.counts == Counts{1, 0, 0, 0, 0});
    CompareOptions allow;
    allow.allow_structure = true;
    CHECK(Run(One(a), One(b), allow).codes.find(" error ") == std::string::npos);
  }
  LeafRecord a = W(), b = W();
  a.prng_impl = "rbg";
  CHECK(Run(One(a), One(b)).findings[0].expected == "rbg");
  CHECK(Run(One(a), One(b)).findings[0].actual == "no key");
  // Of an array whose metadata was not read nobody can say.
  b.dtype.clear();
  b.blake3.reset();
  CHECK(Run(One(a), One(b)).codes.empty());
}

TEST_CASE("empty nodes have no content: only their kind and place can differ") {
  // Versions of Orbax write None or Tuple for the same node.
  Run kind(One(Empty({"n"}, "None")), One(Empty({"n"}, "Tuple")));
  CHECK(kind.codes == "value-type-mismatch warning :/n\n");
  CHECK(kind.lines == "= :/n\n");
  CHECK(kind.counts == Counts{0, 0, 0, 0, 0});

  Items with = {{"", {W(), Empty({"n"}, "None")}, false}};
  Items without = One(W());
  CompareOptions allow;
  allow.allow_structure = true;
  Run missing(with, without);
  CHECK(missing.codes == "structure-mismatch error :/n\n");
  CHECK(missing.lines == "- :/n\n= :/w\n");
  CHECK(missing.counts == Counts{1, 0, 0, 0, 0});
  CHECK(missing.findings[0].expected == "None");
  CHECK(Run(with, without, allow).codes == "structure-mismatch warning :/n\n");
  Run extra(without, with);
  CHECK(extra.codes == "structure-mismatch error :/n\n");
  CHECK(extra.counts == Counts{1, 0, 0, 0, 0});
  CHECK(Run(without, with, allow).codes == "structure-mismatch warning :/n\n");

  // A tree without `_METADATA` drops some of them: where that side lacks one, that may be why;
  // where it has one more, it is not.
  without[0].has_tree_metadata = false;
  CHECK(Run(with, without).codes == "structure-mismatch warning :/n\n");
  CHECK(Run(without, with).codes == "structure-mismatch warning :/n\n");
  std::swap(with[0].has_tree_metadata, without[0].has_tree_metadata);
  CHECK(Run(with, without).codes == "structure-mismatch error :/n\n");
  CHECK(Run(without, with).codes == "structure-mismatch error :/n\n");
  without[0].has_tree_metadata = false;  // and two of them have no such difference
  CHECK(Run(with, without).codes == "structure-mismatch error :/n\n");

  // In the place of content, an empty node is an error, whatever is allowed.
  Run replaced(One(W()), One(Empty({"w"}, "None")));
  CHECK(replaced.codes == "dtype-mismatch error :/w\nstructure-mismatch error :/w\n");
  CHECK(replaced.lines == "* :/w\n");
  CHECK(Run(One(Empty({"w"}, "None")), One(W())).codes ==
        "dtype-mismatch error :/w\nstructure-mismatch error :/w\n");
  CHECK(Run(One(W()), One(Empty({"w"}, "None")), allow).codes ==
        "dtype-mismatch error :/w\nstructure-mismatch warning :/w\n");
}

TEST_CASE("equal content in other stored bytes is re-encoded") {
  LeafRecord a = W(), b = W();
  a.stored = hash::Digest{};
  CHECK(Run(One(a), One(b)).codes.empty());
  b.stored = hash::Digest{};
  CHECK(Run(One(a), One(b)).codes.empty());
  (*b.stored)[0] = 1;
  Run run(One(a), One(b));
  CHECK(run.codes == "re-encoded info :/w\n");
  CHECK(run.lines == "= :/w re-encoded\n");
  CompareOptions quiet;
  quiet.note_re_encoded = false;
  CHECK(Run(One(a), One(b), quiet).codes.empty());
  CHECK(Run(One(a), One(b), quiet).lines == "= :/w re-encoded\n");
  // Other content is not re-encoded, and neither is what was not read.
  LeafRecord other = W(9);
  other.stored = b.stored;
  CHECK(Run(One(a), One(other)).codes == "digest-mismatch error :/w\n");
  other.blake3.reset();
  CHECK(Run(One(a), One(other)).codes.empty());
}

TEST_CASE("--item narrows both sides") {
  const Items a = {{"a", {W(1)}, false}, {"b", {W(1)}, false}};
  const Items b = {{"a", {W(1)}, false}, {"b", {W(2)}, false}};
  CompareOptions options;
  options.items = {"a"};
  CHECK(Run(a, b, options).lines == "= a:/w\n");
  options.items = {"b"};
  CHECK(Run(a, b, options).lines == "* b:/w\n");
  options.items = {"a", "b"};
  CHECK(Run(a, b, options).lines == "= a:/w\n* b:/w\n");
  // A flat checkpoint is the same one, whatever the other side calls it.
  options.items = {"a"};
  CHECK(Run(One(W(1)), b, options).lines == "= a:/w\n");
  CHECK(Run(b, One(W(1)), options).lines == "= :/w\n");
}

TEST_CASE("leaves that are not wanted are counted apart, and nothing is said of them") {
  const Items a = {
      {"a", {Array({"x"}, {1}, 1), Array({"y"}, {1}, 1), Array({"z"}, {1}, 1)}, false}};
  const Items b = {{"a", {Array({"x"}, {1}, 2), Array({"y"}, {1}, 1)}, false}};
  CompareOptions options;
  options.wants = [](std::string_view item, const orbax::KeyPath& path) {
    return item == "a" && path == orbax::KeyPath{"y"};
  };
  Run run(a, b, options);
  CHECK(run.lines == "= a:/y\n");
  CHECK(run.codes.empty());
  CHECK(run.counts == Counts{1, 0, 0, 0, 0});
  CHECK(run.comparison.left_out == 2);
}

TEST_CASE("equal key paths are paired one by one") {
  const Items a = {{"", {W(1)}, false}};
  const Items b = {{"", {W(1), W(2)}, true}};
  CHECK(Run(a, b).lines == "= :/w\n+ :/w\n");
  CHECK(Run(b, a).lines == "= :/w\n- :/w\n");
}

TEST_CASE("how values differ, where that is known, is part of the message") {
  struct Row {
    content::ValueDifference difference;
    std::string where;
  };
  const double infinity = std::numeric_limits<double>::infinity();
  const Row rows[] = {
      {{2, 4, "1.0", "2.0", 1.0, 0.5},
       "2 of 6 elements, first at [1,1]: 1.0 expected, 2.0 found; max abs 1, max rel 0.5"},
      {{1, 0, "a", "b", {}, {}}, "1 of 6 elements, first at [0,0]: a expected, b found"},
      {{6, 5, "0.0", "inf", infinity, {}},
       "6 of 6 elements, first at [1,2]: 0.0 expected, inf found; max abs inf"},
      {{1, 3, "0.0", "nan", std::numeric_limits<double>::quiet_NaN(), 1.0 / 3},
       "1 of 6 elements, first at [1,0]: 0.0 expected, nan found; max abs nan, max rel 0.333333"},
  };
  for (const Row& row : rows) {
    // By the place among the outcomes: here the second one.
    const std::map<size_t, content::ValueDifference> differences = {{1, row.difference}};
    CompareOptions options;
    options.differences = &differences;
    const Items a = {{"", {Array({"a"}, {1}, 1), W(1)}, false}},
                b = {{"", {Array({"a"}, {1}, 2), W(2)}, false}};
    const Run run(a, b, options);
    REQUIRE(run.findings.size() == 2);
    CHECK(run.findings[0].message ==
          "content differs; do not load it, compare with a trusted copy");
    CHECK(run.findings[1].message ==
          "content differs: " + row.where + "; do not load it, compare with a trusted copy");
  }
  // Content without shape has no elements.
  LeafRecord text = W(1), other = W(2);
  text.shape.reset();
  other.shape.reset();
  const std::map<size_t, content::ValueDifference> differences = {{0, rows[0].difference}};
  CompareOptions options;
  options.differences = &differences;
  CHECK(Run(One(text), One(other), options).findings[0].message.find("content differs;") == 0);
}

TEST_CASE("messages say what differs, and what was allowed") {
  struct Row {
    const char* what;
    LeafRecord expected, actual;
    std::string message;
    std::string allowed;  // what --allow-structure, --allow-missing, --allow-extra add
  };
  LeafRecord string = W(), key = W(), other_key = W(), sequence = W(), dict = W();
  string.value_type = "string";
  key.prng_impl = "rbg";
  other_key.prng_impl = "threefry2x32";
  sequence.key_types = std::vector<uint64_t>{1};
  dict.key_types = std::vector<uint64_t>{2};
  LeafRecord scalar = W();
  scalar.value_type = "scalar";
  const Row rows[] = {
      {"type", W(), scalar, "restores as another type of value", ""},
      {"kind", W(), string, "restores as another kind of value", "; allowed"},
      {"container", dict, sequence,
       "key types differ (1 sequence index, 2 dict key or attribute): the leaf restores into "
       "another container",
       "; allowed"},
      {"no key", key, W(),
       "a PRNG key restores as plain integers: array_metadatas/ no longer marks it", "; allowed"},
      {"a key", W(), key,
       "plain integers restore as a PRNG key: array_metadatas/ marks them as one", "; allowed"},
      {"another key", key, other_key, "the key belongs to another PRNG implementation",
       "; allowed"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    for (const bool allow : {false, true}) {
      CompareOptions options;
      options.allow_structure = allow;
      const Run run(One(row.expected), One(row.actual), options);
      REQUIRE(run.findings.size() == 1);
      CHECK(run.findings[0].message == row.message + (allow ? row.allowed : ""));
    }
  }
  // One side is an empty node: of bytes there is nothing to say.
  const Run now_empty(One(W()), One(Empty({"w"}, "None")));
  REQUIRE(now_empty.findings.size() == 2);
  CHECK(now_empty.findings[0].message == "one side is an empty node");
  CHECK(now_empty.findings[1].message == "an empty node where a value was");
  CHECK(Run(One(Empty({"w"}, "None")), One(W())).findings[1].message ==
        "a value where an empty node was");

  // Leaves of one side only.
  const Items none = {{"", {}, false}};
  const auto one_sided = [&](const LeafRecord& leaf, bool is_missing, bool allow, bool drops) {
    CompareOptions options;
    options.allow_missing = options.allow_extra = options.allow_structure = allow;
    Items with = One(leaf), without = none;
    without[0].has_tree_metadata = !drops;
    const Run run = is_missing ? Run(with, without, options) : Run(without, with, options);
    REQUIRE(run.findings.size() == 1);
    return run.findings[0].message;
  };
  const LeafRecord empty = Empty({"n"}, "None");
  CHECK(one_sided(W(), true, false, false) == "expected but missing");
  CHECK(one_sided(W(), true, true, false) == "expected but missing; allowed");
  CHECK(one_sided(W(), false, false, false) == "found but not expected");
  CHECK(one_sided(W(), false, true, false) == "found but not expected; allowed");
  CHECK(one_sided(empty, true, false, false) ==
        "an empty node is missing: the tree restores without it");
  CHECK(one_sided(empty, true, true, false) ==
        "an empty node is missing: the tree restores without it; allowed");
  CHECK(one_sided(empty, false, false, false) ==
        "an empty node is extra: the tree restores with it");
  CHECK(one_sided(empty, true, false, true) ==
        "an empty node is missing: a tree without _METADATA drops some of them");
  CHECK(one_sided(empty, false, true, true) ==
        "an empty node is extra: a tree without _METADATA drops some of them");
  CompareOptions gone;
  gone.gone_step = 7;
  CHECK(Run(One(W()), none, gone).findings[0].message == "expected but missing: step 7 is gone");
}

TEST_CASE("a value type that one side does not know says nothing") {
  LeafRecord unknown = W();
  unknown.value_type.clear();
  CHECK(Run(One(W()), One(unknown)).codes.empty());
  CHECK(Run(One(unknown), One(W())).codes.empty());
}

TEST_CASE("every leaf is counted once, and a shuffle changes nothing") {
  std::mt19937 random(11);
  auto side = [&](uint32_t seed) {
    std::mt19937 own(seed);
    Items items;
    for (const char* name : {"a", "b", "c"}) {
      ItemRecord item{name, {}, false};
      for (char c = 'a'; c < 'z'; ++c) {
        if (own() % 4 == 0) continue;
        LeafRecord leaf =
            own() % 5 ? Array({std::string(1, c)}, {own() % 2 + 1}, static_cast<uint8_t>(own() % 3))
                      : Empty({std::string(1, c)}, own() % 2 ? "None" : "Dict");
        if (own() % 6 == 0) leaf.blake3.reset();
        item.leaves.push_back(leaf);
      }
      items.push_back(item);
    }
    return items;
  };
  Items a = side(1), b = side(2);
  const Run reference(a, b);
  uint64_t sum = 0;
  for (uint64_t n : reference.counts) {
    CHECK(n > 0);
    sum += n;
  }
  const auto& outcomes = reference.comparison.leaves;
  CHECK(sum == static_cast<uint64_t>(
                   std::count_if(outcomes.begin(), outcomes.end(), [](const LeafOutcome& leaf) {
                     return (leaf.expected && leaf.expected->has_content) ||
                            (leaf.actual && leaf.actual->has_content);
                   })));
  for (int round = 0; round < 10; ++round) {
    for (Items* items : {&a, &b}) {
      std::shuffle(items->begin(), items->end(), random);
      for (ItemRecord& item : *items) std::shuffle(item.leaves.begin(), item.leaves.end(), random);
    }
    const Run run(a, b);
    CHECK(run.lines == reference.lines);
    CHECK(run.codes == reference.codes);
    CHECK(run.counts == reference.counts);
  }
}
