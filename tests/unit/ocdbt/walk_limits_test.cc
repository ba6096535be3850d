// Trees that are far larger than the files that they lie in: all must end after few reads, with one
// problem.
#include "base/limits.h"
#include "ocdbt/walk_budget.h"
#include "support/encode.h"
#include "support/ocdbt_writer.h"
#include "walk_drive.h"

using namespace leafsum;
using namespace leafsum::test;
using namespace leafsum::ocdbt;

namespace {

void CheckTooLarge(const Walked& w, const NodeHandle& root) {
  CHECK(w.entries.empty());
  CHECK(w.nodes.empty());
  CHECK_FALSE(w.complete);
  REQUIRE(w.problems.size() == 1);
  CHECK(w.problems[0].find("d/nodes@" + std::to_string(root.reference.offset) +
                           " limit b-tree is too large to be listed") == 0);
}

// Each level references the one below twice, below the prefixes "a" and "b": 2^height leaves, all
// keys different.
NodeHandle FanIn(DatabaseWriter& db, int height) {
  NodeHandle node = db.AddLeaf({Inline("", "v")});
  for (int h = 0; h < height; ++h) {
    const NodeHandle below = node;
    node = db.AddInterior({{"a", 1, below}, {"b", 1, below}});
  }
  return node;
}

}  // namespace

TEST_CASE("A fan-in of 2^k nodes ends soon") {
  DatabaseWriter db;
  const NodeHandle small = FanIn(db, 8);
  const Walked w = WalkAnyOrder(Version(small), db.files);
  CHECK(w.entries.size() == 256);
  CHECK(w.complete);
  CHECK(w.problems.empty());

  for (int height : {12, 40, 250}) {
    DatabaseWriter hostile;
    const NodeHandle root = FanIn(hostile, height);
    CAPTURE(height);
    for (uint64_t seed = 0; seed < 3; ++seed) {
      const Walked over = WalkFiles(Version(root), hostile.files, seed);
      CheckTooLarge(over, root);
      CHECK(over.reads < 2 * kMaxRepeatedNodes);
    }
  }
}

TEST_CASE("A node with many references to one child ends at once") {
  DatabaseWriter db;
  const NodeHandle leaf = db.AddLeaf({Inline("", "v")});
  std::vector<ChildItem> children;
  for (uint32_t i = 0; i < 4 * kMaxRepeatedNodes; ++i) {
    const std::string key = {static_cast<char>(i >> 8), static_cast<char>(i)};
    children.push_back({key, 2, leaf});
  }
  const NodeHandle root = db.AddInterior(children);
  const Walked w = WalkFiles(Version(root), db.files);
  CheckTooLarge(w, root);
  CHECK(w.reads == 1);
}

TEST_CASE("A node that references itself is refused by its height") {
  // The reference must hold the node's own length, which is known: one file, one child, no key
  // bytes.
  DatabaseWriter db;
  const uint64_t length =
      WriteBtreeNodeEnvelope(InteriorNode(1, {{"", "d/nodes"}}, {{"", 0, 0, 0, 50, {}}}).Body())
          .size();
  REQUIRE(length < 128);  // so that it is one byte, as 50 is
  const NodeHandle root =
      db.AddNode(InteriorNode(1, {{"", "d/nodes"}}, {{"", 0, 0, 0, length, {}}}).Body(), 1, {});
  REQUIRE(root.reference.length == length);
  const Walked w = WalkAnyOrder(Version(root), db.files);
  CHECK(w.reads == 2);
  REQUIRE(w.problems.size() == 1);
  CHECK(w.problems[0].find("height is not that of the reference (0/1)") != std::string::npos);
  CHECK_FALSE(w.complete);
}

TEST_CASE("Keys that are far longer than what they are stored in are not written out") {
  // 20,000 keys of 65,533 bytes, each one byte after the one before: 1.3 GB from 100 kB.
  DatabaseWriter db;
  LeafColumns leaf;
  const size_t n = 20000;
  for (size_t i = 0; i < n; ++i) {
    if (i > 0) leaf.prefix_length.push_back(65530);
    leaf.suffix_length.push_back(i == 0 ? 65533 : 3);
    if (i == 0) leaf.suffixes = std::string(65530, 'k');
    leaf.suffixes += {static_cast<char>(i >> 16), static_cast<char>(i >> 8), static_cast<char>(i)};
    leaf.value_length.push_back(0);
    leaf.value_kind.push_back(0);
  }
  const NodeHandle root = db.AddNode(leaf.Body(), 0, {n, 0, 0});
  CheckTooLarge(WalkFiles(Version(root), db.files), root);
}

TEST_CASE("Children's keys are not written out either") {
  DatabaseWriter db;
  InteriorColumns node;
  node.files = MakeFileTable({{"", "d/nodes"}});
  for (size_t i = 0; i < 20000; ++i) {
    if (i > 0) node.prefix_length.push_back(65530);
    node.suffix_length.push_back(i == 0 ? 65533 : 3);
    if (i == 0) node.suffixes = std::string(65530, 'k');
    node.suffixes += {static_cast<char>(i >> 16), static_cast<char>(i >> 8), static_cast<char>(i)};
    node.common_prefix_length.push_back(0);
    for (Column* c : {&node.file, &node.offset, &node.num_keys, &node.num_tree_bytes,
                      &node.num_indirect_value_bytes})
      c->push_back(0);
    node.length.push_back(100);
  }
  const NodeHandle root = db.AddNode(node.Body(), 1, {});
  CheckTooLarge(WalkFiles(Version(root), db.files), root);
}

TEST_CASE("Nodes that are bombs cost what they decompress to") {
  // Sound leaves, but with 128 MiB of zeros behind them: each is refused by its start.
  DatabaseWriter db;
  std::vector<ZstdBlock> blocks{{LeafNode({}, {Inline("k", "")}).Body(), 0}};
  for (int i = 0; i < 1024; ++i) blocks.push_back({{0}, 128 << 10});
  ZstdFrameOptions options;
  options.window = 0x38;
  EnvelopeForm form;
  form.magic = 0x0cdb20de;
  form.compression = 1;
  const ByteVector bomb = WriteEnvelope(ZstdFrame(blocks, options), form);
  std::vector<ChildItem> children;
  for (int i = 0; i < 64; ++i) {
    NodeHandle child;
    child.reference = db.Append(db.node_file, bomb);
    children.push_back({std::string(1, static_cast<char>('0' + i)), 0, child});
  }
  const NodeHandle few = db.AddInterior({children[0], children[1]});
  const Walked w = WalkAnyOrder(Version(few), db.files);
  REQUIRE(w.problems.size() == 2);
  CHECK(w.problems[0].find("invalid b-tree node: bytes follow the end of the structure") !=
        std::string::npos);

  const NodeHandle many = db.AddInterior(children);
  for (uint64_t seed = 0; seed < 2; ++seed) {
    const Walked over = WalkFiles(Version(many), db.files, seed);
    CheckTooLarge(over, many);
    CHECK(over.reads < 16);
  }
}

TEST_CASE("Each sum of a budget has its limit, and that is exact") {
  struct Case {
    uint64_t WalkBudget::* sum;
    uint64_t limit;
  };
  for (const Case& c :
       {Case{&WalkBudget::nodes, kMaxTreeNodes}, Case{&WalkBudget::repeated, kMaxRepeatedNodes},
        Case{&WalkBudget::repeated_bytes, kMaxRepeatedNodeBytes},
        Case{&WalkBudget::encoded_bytes, kMaxTreeBytes},
        Case{&WalkBudget::decoded_bytes, kMaxTreeBytes},
        Case{&WalkBudget::name_bytes, kMaxNameBytes}, Case{&WalkBudget::keys, kMaxKeys}}) {
    WalkBudget budget;
    budget.*c.sum = c.limit;
    CHECK_FALSE(budget.Exceeded());
    ++(budget.*c.sum);
    CHECK(budget.Exceeded());
  }
}

TEST_CASE("Names may be so many times the nodes' stored size, and some MiB more") {
  WalkBudget budget;
  budget.encoded_bytes = 1000;
  budget.name_bytes = kMinNameBytes + kMaxNameExpansion * 1001 - 1;
  CHECK_FALSE(budget.NamesExceeded());
  ++budget.name_bytes;
  CHECK(budget.NamesExceeded());

  // 1,000 keys of 60 kB in 70 kB are over; in nodes of their own, each with its key whole, they are
  // not.
  const std::string name(60000, 'k');
  std::vector<LeafItem> items;
  DatabaseWriter whole, shared;
  std::vector<ChildItem> children;
  for (int i = 0; i < 1000; ++i) {
    items.push_back(
        Inline(name + std::string{static_cast<char>(i >> 8), static_cast<char>(i)}, "v"));
    if (i < 300) children.push_back({items.back().key, 0, whole.AddLeaf({items.back()})});
  }
  children[0].key = "";
  const Walked read = WalkFiles(Version(whole.AddInterior(children)), whole.files, 1);
  CHECK(read.entries.size() == 300);
  const NodeHandle root = shared.AddLeaf(items);
  CheckTooLarge(WalkFiles(Version(root), shared.files, 1), root);
}

TEST_CASE("A large node that is referred to again and again is given up by its bytes") {
  DatabaseWriter db;
  const NodeHandle leaf = db.AddLeaf({Inline("", std::string(200000, 'v'))});
  for (const size_t references : {size_t{20}, size_t{100}}) {
    std::vector<ChildItem> children;
    for (size_t i = 0; i < references; ++i)
      children.push_back({std::string(1, static_cast<char>('0' + i)), 1, leaf});
    const NodeHandle root = db.AddInterior(children);
    const Walked w = WalkFiles(Version(root), db.files, 1);
    if (references == 20)
      CHECK(w.entries.size() == references);
    else
      CheckTooLarge(w, root);
  }
}

TEST_CASE("Repeated visits are counted exactly") {
  for (uint64_t repeats : {kMaxRepeatedNodes, kMaxRepeatedNodes + 1}) {
    DatabaseWriter db;
    const NodeHandle leaf = db.AddLeaf({Inline("", "v")});
    std::vector<ChildItem> children;
    for (uint64_t i = 0; i <= repeats; ++i)  // the first visit is none
      children.push_back({{static_cast<char>(i >> 8), static_cast<char>(i)}, 2, leaf});
    const NodeHandle root = db.AddInterior(children);
    const Walked w = WalkFiles(Version(root), db.files, 1);
    if (repeats <= kMaxRepeatedNodes)
      CHECK(w.entries.size() == repeats + 1);
    else
      CheckTooLarge(w, root);
  }
}

namespace {

// `count` paths of `length` bytes that have all but their last `own` in common: a few KiB for each
// MiB.
FileTableColumns LongPaths(size_t count, size_t length, size_t own = 2) {
  FileTableColumns files;
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) files.prefix_length.push_back(length - own);
    files.suffix_length.push_back(i == 0 ? length : own);
    files.base_length.push_back(0);
    if (i == 0) files.suffixes = std::string(length - own, 'p');
    files.suffixes += {static_cast<char>('a' + i / 26), static_cast<char>('a' + i % 26)};
    files.suffixes += std::string(own - 2, 'q');
  }
  return files;
}

}  // namespace

TEST_CASE("Tables of paths cost what the paths are written out, in leaves") {
  const FileTableColumns files = LongPaths(480, 65000);
  const uint64_t each = 480 * 65000;
  const auto leaves_in_budget = static_cast<size_t>(kMaxTreeBytes / each);
  for (const size_t leaves : {leaves_in_budget, leaves_in_budget + 1}) {
    DatabaseWriter db;
    std::vector<ChildItem> children;
    for (size_t i = 0; i < leaves; ++i) {
      const std::string key(1, static_cast<char>('A' + i));
      LeafColumns leaf = LeafNode({}, {Inline(key, "v")});
      leaf.files = files;
      children.push_back({key, 0, db.AddNode(leaf.Body(), 0, {1, 0, 0})});
    }
    const NodeHandle root = db.AddInterior(children);
    const Walked w = WalkFiles(Version(root), db.files, 1);
    // The nodes themselves cost a little too, far less than one table.
    if (leaves == leaves_in_budget)
      CHECK(w.entries.size() == leaves);
    else
      CheckTooLarge(w, root);
  }
}

TEST_CASE("Tables of paths cost what the paths are written out, in interior nodes that keep them") {
  // So much of each is stored that only the sum is over a limit.
  const FileTableColumns files = LongPaths(480, 65000, 300);
  const uint64_t each = 480 * 65000;
  const auto nodes_in_budget = static_cast<size_t>(kMaxNameBytes / each);
  for (const size_t nodes : {nodes_in_budget, nodes_in_budget + 1}) {
    DatabaseWriter db;
    std::vector<ChildItem> children;
    for (size_t i = 0; i < nodes; ++i) {
      const std::string key(1, static_cast<char>('A' + i));
      InteriorColumns node = InteriorNode(1, {{"", "unused"}}, {{key, 0, 0, 0, 20, {}}});
      node.files = files;
      children.push_back({key, 0, db.AddNode(node.Body(), 1, {})});
    }
    const NodeHandle root = db.AddInterior(children);
    const Walked w = WalkFiles(Version(root), db.files, 1);
    if (nodes == nodes_in_budget) {
      REQUIRE(w.problems.size() == 1);  // the children's file is not there
      CHECK(w.problems[0].find(" missing ") != std::string::npos);
    } else {
      CheckTooLarge(w, root);
    }
  }
}
