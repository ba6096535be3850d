#include "ocdbt/walk.h"

#include <functional>

#include "base/limits.h"
#include "support/ocdbt_writer.h"
#include "walk_drive.h"

using namespace leafsum;
using namespace leafsum::test;
using namespace leafsum::ocdbt;

namespace {

using Lines = std::vector<std::string>;

std::string At(const NodeHandle& node) {
  return node.reference.file_id.Path() + "@" + std::to_string(node.reference.offset) + " ";
}

// Three leaves below two interior nodes below a root:  a0 a1 | b/x b/y | c
struct Tree {
  DatabaseWriter db;
  NodeHandle leaf_a, leaf_b, leaf_c, left, right, root;

  // The key of leaf b's reference is changed by tests, the rest follows.
  explicit Tree(const std::vector<LeafItem>& b_items = {Inline("x", "1"), Inline("y", "2")}) {
    leaf_a = db.AddLeaf({Inline("a0", "0"), Indirect("a1", 0, 5, 10)}, {{"", "d/values"}});
    leaf_b = db.AddLeaf(b_items);
    leaf_c = db.AddLeaf({Inline("c", "3")});
    Join();
  }
  void Join() {
    left = db.AddInterior({{"", 0, leaf_a}, {"b/x", 2, leaf_b}});
    right = db.AddInterior({{"c", 0, leaf_c}});
    root = db.AddInterior({{"", 0, left}, {"c", 0, right}});
  }
  Walked Go() const { return WalkAnyOrder(Version(root), db.files); }
};

const Lines kEntries = {"a0 = 0", "a1 @ d/values#0 [5, +10)", "b/x = 1", "b/y = 2", "c = 3"};

}  // namespace

TEST_CASE("A walk lists every key of a tree") {
  for (bool zstd : {false, true}) {
    Tree tree;
    tree.db = DatabaseWriter();
    tree.db.zstd = zstd;
    tree.leaf_a =
        tree.db.AddLeaf({Inline("a0", "0"), Indirect("a1", 0, 5, 10)}, {{"", "d/values"}});
    tree.leaf_b = tree.db.AddLeaf({Inline("x", "1"), Inline("y", "2")});
    tree.leaf_c = tree.db.AddLeaf({Inline("c", "3")});
    tree.Join();
    const Walked w = tree.Go();
    CHECK(w.entries == kEntries);
    CHECK(w.problems.empty());
    CHECK(w.complete);
    CHECK(w.reads == 6);
    CHECK(w.nodes.size() == 6);
    CHECK(w.nodes[0] == "d/nodes " + RangeText(0, tree.leaf_a.reference.length));
  }
}

TEST_CASE("A root that is a leaf is a tree") {
  DatabaseWriter db;
  const Walked w =
      WalkAnyOrder(Version(db.AddLeaf({Inline("", "empty key"), Inline("\xff", "")})), db.files);
  CHECK(w.entries == Lines{" = empty key", "\xff = "});
  CHECK(w.problems.empty());
}

TEST_CASE("The empty tree has no node to read") {
  NodeHandle none;
  none.reference.offset = none.reference.length = ~uint64_t{0};
  const Walked w = WalkAnyOrder(Version(none), {});
  CHECK(w.complete);
  CHECK(w.reads == 0);
  CHECK(w.entries.empty());
  CHECK(w.problems.empty());
}

TEST_CASE("Files of values are named below the prefix, nodes and problems are not") {
  Tree tree;
  tree.db.files["d/nodes"].back() ^= 1;  // of the root, which was written last
  CHECK(WalkAnyOrder(Version(tree.root), tree.db.files, "state/").problems[0].find("d/nodes@") ==
        0);
  const Walked w = WalkAnyOrder(Version(Tree().root), Tree().db.files, "state/");
  CHECK(w.Has("a1 @ state/d/values#0 [5, +10)"));
  CHECK(w.nodes[0].find("d/nodes ") == 0);
}

TEST_CASE("Files are numbered in the order of the keys that need them, whatever arrives first") {
  DatabaseWriter db;
  std::vector<ChildItem> children;
  Lines expected;
  for (int i = 0; i < 8; ++i) {
    const std::string key(1, static_cast<char>('a' + i));
    const std::string file = "d/" + std::to_string(9 - i);
    // The table's order is not the keys', one of its files is not used, one is every leaf's.
    db.node_file = {"", "d/node" + std::to_string(i)};
    children.push_back({key, 0,
                        db.AddLeaf({Indirect(key + "0", 2, 1, 2), Indirect(key + "1", 0, 3, 4)},
                                   {{"", "d/all"}, {"", "d/unused"}, {"", file}})});
    const int number = i == 0 ? 0 : i + 1;
    expected.push_back(key + "0 @ " + file + "#" + std::to_string(number) + " [1, +2)");
    expected.push_back(key + "1 @ d/all#1 [3, +4)");
  }
  const Walked w = WalkAnyOrder(Version(db.AddInterior(children)), db.files);
  CHECK(w.problems.empty());
  CHECK(w.entries == expected);
}

TEST_CASE("A value of no bytes needs no file") {
  DatabaseWriter db;
  const Walked w =
      WalkAnyOrder(Version(db.AddLeaf({Indirect("k", 0, 77, 0)}, {{"", "d/gone"}})), db.files);
  CHECK(w.entries == Lines{"k = "});
}

TEST_CASE(
    "References of a node mean the base path of the file that it was reached through, and not its "
    "name") {
  // The child holds the reference d/v. formats: reached through base sub/ it is sub/d/v, through
  // base "" d/v, through base sub/d/ it is sub/d/d/v.
  struct Case {
    DataFileId file;
    std::string value;
  };
  for (const Case& c : {Case{{"sub/", "d/f"}, "sub/d/v"}, Case{{"", "sub/d/f"}, "d/v"},
                        Case{{"sub/d/", "f"}, "sub/d/d/v"}}) {
    DatabaseWriter db;
    db.node_file = c.file;
    const NodeHandle leaf = db.AddLeaf({Indirect("k", 0, 0, 4)}, {{"", "d/v"}});
    db.node_file = {"", "d/nodes"};
    const Walked w = WalkAnyOrder(Version(db.AddInterior({{"k", 0, leaf}})), db.files);
    CHECK(w.problems.empty());
    CHECK(w.entries == Lines{"k @ " + c.value + "#0 [0, +4)"});
  }
}

TEST_CASE("Base paths add up from level to level") {
  DatabaseWriter db;
  db.node_file = {"", "p/q/leaf"};
  const NodeHandle leaf = db.AddLeaf({Indirect("k", 0, 0, 4)}, {{"r/", "v"}});
  db.node_file = {"", "p/middle"};
  NodeHandle below = leaf;
  below.reference.file_id = {"q/", "leaf"};  // below p/
  const NodeHandle middle = db.AddInterior({{"", 0, below}});
  db.node_file = {"", "root"};
  NodeHandle lower = middle;
  lower.reference.file_id = {"p/", "middle"};
  const Walked w = WalkAnyOrder(Version(db.AddInterior({{"", 0, lower}})), db.files);
  CHECK(w.problems.empty());
  CHECK(w.entries == Lines{"k @ p/q/r/v#0 [0, +4)"});
}

TEST_CASE("Implicit prefixes add up from level to level") {
  DatabaseWriter db;
  const NodeHandle one = db.AddLeaf({Inline("0", "1"), Inline("00", "2")});
  const NodeHandle two = db.AddLeaf({Inline("layer/1", "3")});
  const NodeHandle below = db.AddInterior({{"layer/0", 6, one}, {"layer/1", 0, two}});
  const Walked w = WalkAnyOrder(Version(db.AddInterior({{"params/layer/0", 7, below}})), db.files);
  CHECK(w.problems.empty());
  CHECK(w.entries == Lines{"params/layer/0 = 1", "params/layer/00 = 2", "params/layer/1 = 3"});
}

TEST_CASE("A node that cannot be decoded is one problem, and the others are listed") {
  struct Case {
    const char* name;
    std::function<void(ByteVector& nodes, size_t offset)> damage;
    std::string says;
  };
  Tree tree;
  for (const Case& c : {
           Case{"a flipped bit", [](ByteVector& n, size_t at) { n[at + 20] ^= 1; },
                "checksum b-tree node: CRC-32C"},
           Case{"another block", [](ByteVector& n, size_t at) { n[at] ^= 1; },
                "checksum b-tree node: CRC-32C"},
       }) {
    INFO(c.name);
    Tree damaged = tree;
    c.damage(damaged.db.files["d/nodes"], static_cast<size_t>(tree.leaf_b.reference.offset));
    const Walked w = damaged.Go();
    CHECK(w.entries == Lines{"a0 = 0", "a1 @ d/values#0 [5, +10)", "c = 3"});
    REQUIRE(w.problems.size() == 1);
    CHECK(w.problems[0].find(At(tree.leaf_b) + c.says) == 0);
    CHECK_FALSE(w.complete);
    CHECK(w.nodes.size() == 6);  // it was read all the same
  }
}

TEST_CASE("A file that ends inside a node, or that is not there, is one problem") {
  Tree tree;
  tree.db.node_file = {"", "d/other"};
  tree.leaf_b = tree.db.AddLeaf({Inline("x", "1"), Inline("y", "2")});
  tree.db.node_file = {"", "d/nodes"};
  tree.Join();
  SECTION("ends") {
    tree.db.files["d/other"].pop_back();
    const Walked w = tree.Go();
    REQUIRE(w.problems.size() == 1);
    CHECK(w.problems[0].find("d/other@0 truncated b-tree node: file ends inside it") == 0);
    CHECK(w.entries.size() == 3);
    CHECK(w.nodes.size() == 5);
    CHECK_FALSE(w.complete);
  }
  SECTION("is not there") {
    tree.db.files.erase("d/other");
    const Walked w = tree.Go();
    REQUIRE(w.problems.size() == 1);
    CHECK(w.problems[0] == "d/other@0 missing b-tree node: no such file (/)");
    CHECK(w.entries.size() == 3);
    CHECK(w.nodes.size() == 5);
    CHECK_FALSE(w.complete);
  }
}

TEST_CASE("Children are checked against the reference that led to them") {
  struct Case {
    const char* name;
    std::vector<LeafItem>
        items;         // of leaf b: reference "b/x" with common prefix "b/", next key "c"
    std::string says;  // empty: legal
  };
  for (const Case& c : {
           Case{"first key as referenced", {Inline("x", "")}, ""},
           Case{"first key after the reference's", {Inline("xx", "")}, ""},
           Case{"first key before the reference's",
                {Inline("w", ""), Inline("x", "")},
                "first key is before the key of the reference"},
           Case{"first key a prefix of the reference's",
                {Inline("", ""), Inline("x", "")},
                "first key is before the key of the reference"},
           Case{
               "last key anywhere below the prefix", {Inline("x", ""), Inline("\xff\xff", "")}, ""},
       }) {
    INFO(c.name);
    const Tree tree(c.items);
    const Walked w = tree.Go();
    if (c.says.empty()) {
      CHECK(w.problems.empty());
      CHECK(w.entries.size() == 3 + c.items.size());
      continue;
    }
    REQUIRE(w.problems.size() == 1);
    CHECK(w.problems[0].find(At(tree.leaf_b) + "invalid b-tree node: " + c.says) == 0);
    CHECK(w.entries.size() == 3);
    CHECK_FALSE(w.complete);
  }
}

TEST_CASE("A child ends before its next sibling begins, and before its parent's does") {
  struct Case {
    const char* name;
    std::vector<LeafItem> first, second;
    bool first_ok, second_ok;
  };
  // References: first "a", second "b" in one parent; the parent's next sibling begins with "m".
  for (const Case& c : {
           Case{"side by side", {Inline("a", "")}, {Inline("b", "")}, true, true},
           Case{"just before",
                {Inline("a", ""), Inline("a\xff\xff", "")},
                {Inline("b", ""), Inline("lzz", "")},
                true,
                true},
           Case{"the sibling's key",
                {Inline("a", ""), Inline("b", "")},
                {Inline("b", "")},
                false,
                true},
           Case{"after the sibling's key",
                {Inline("a", ""), Inline("c", "")},
                {Inline("d", "")},
                false,
                true},
           Case{"the parent's sibling's key",
                {Inline("a", "")},
                {Inline("b", ""), Inline("m", "")},
                true,
                false},
           Case{"after the parent's sibling's key",
                {Inline("a", "")},
                {Inline("b", ""), Inline("z", "")},
                true,
                false},
       }) {
    INFO(c.name);
    DatabaseWriter db;
    const NodeHandle first = db.AddLeaf(c.first);
    const NodeHandle second = db.AddLeaf(c.second);
    const NodeHandle left = db.AddInterior({{"a", 0, first}, {"b", 0, second}});
    const NodeHandle right = db.AddInterior({{"m", 0, db.AddLeaf({Inline("m", "")})}});
    const Walked w =
        WalkAnyOrder(Version(db.AddInterior({{"a", 0, left}, {"m", 0, right}})), db.files);
    CHECK(w.entries.size() ==
          1 + (c.first_ok ? c.first.size() : 0) + (c.second_ok ? c.second.size() : 0));
    CHECK(w.complete == (c.first_ok && c.second_ok));
    CHECK(w.problems.size() == (c.first_ok && c.second_ok ? 0u : 1u));
    for (const auto& p : w.problems)
      CHECK(p.find("last key is not before the next node's") != std::string::npos);
  }
}

TEST_CASE("An interior node's keys are bounds too") {
  DatabaseWriter db;
  const NodeHandle leaf = db.AddLeaf({Inline("c", "")});
  const NodeHandle other = db.AddLeaf({Inline("z", "")});
  // The left node lists up to "z", where the right one begins with "m".
  const NodeHandle left = db.AddInterior({{"c", 0, leaf}, {"z", 0, other}});
  const NodeHandle right = db.AddInterior({{"m", 0, db.AddLeaf({Inline("m", "")})}});
  const Walked w =
      WalkAnyOrder(Version(db.AddInterior({{"b", 0, left}, {"m", 0, right}})), db.files);
  CHECK(w.entries == Lines{"m = "});
  REQUIRE(w.problems.size() == 1);
  CHECK(w.problems[0].find(At(left)) == 0);
  CHECK(w.reads == 4);  // nothing below it is asked for
}

TEST_CASE("The height falls by one on each level") {
  Tree tree;
  SECTION("the root's is the version's") {
    for (int height : {0, 1, 3, 255}) {
      NodeHandle root = tree.root;
      root.height = static_cast<uint8_t>(height);
      const Walked w = WalkAnyOrder(Version(root), tree.db.files);
      REQUIRE(w.problems.size() == 1);
      CHECK(w.problems[0].find("height is not that of the reference (" + std::to_string(height) +
                               "/2)") != std::string::npos);
      CHECK_FALSE(w.complete);
    }
  }
  SECTION("a child that is a leaf too early") {
    const NodeHandle root = tree.db.AddNode(
        InteriorNode(2, {{"", "d/nodes"}},
                     {{"c", 0, 0, tree.leaf_c.reference.offset, tree.leaf_c.reference.length, {}}})
            .Body(),
        2, {});
    const Walked w = WalkAnyOrder(Version(root), tree.db.files);
    REQUIRE(w.problems.size() == 1);
    CHECK(w.problems[0].find("height is not that of the reference (1/0)") != std::string::npos);
  }
}

TEST_CASE("A full key is 65535 bytes at most") {
  for (size_t extra : {0, 1}) {
    DatabaseWriter db;
    const std::string prefix(60000, 'p');
    const NodeHandle leaf =
        db.AddLeaf({Inline("", ""), Inline(std::string(5535 + extra, 'k'), "")});
    const Walked w = WalkAnyOrder(Version(db.AddInterior({{prefix, 60000, leaf}})), db.files);
    CHECK(w.complete == (extra == 0));
    CHECK(w.entries.size() == (extra == 0 ? 2u : 0u));
    if (extra == 1)
      CHECK(w.problems[0].find("key with its implicit prefix is too long") != std::string::npos);
  }
}

TEST_CASE("Statistics that are not those of the tree are a warning, and nothing is missing") {
  auto wrong = [](int which, BtreeNodeStatistics s) {
    if (which == 0) ++s.num_keys;
    if (which == 1) ++s.num_tree_bytes;
    if (which == 2) ++s.num_indirect_value_bytes;
    return s;
  };
  for (int which : {0, 1, 2}) {
    SECTION("the version's " + std::to_string(which)) {
      Tree tree;
      auto version = Version(tree.root);
      version.statistics = wrong(which, version.statistics);
      const Walked w = WalkAnyOrder(version, tree.db.files);
      CHECK(w.entries == kEntries);
      CHECK(w.complete);
      REQUIRE(w.problems.size() == 1);
      CHECK(w.problems[0].find(At(tree.root) + "invalid statistics") == 0);
      CHECK(w.problems[0].find(" statistics", w.problems[0].size() - 11) != std::string::npos);
      CHECK(w.problems[0].find("hostile") == std::string::npos);
    }
    SECTION("an entry's " + std::to_string(which)) {
      Tree tree;
      NodeHandle leaf = tree.leaf_c;
      leaf.statistics = wrong(which, leaf.statistics);
      const NodeHandle root = tree.db.AddInterior({{"c", 0, leaf}});
      auto version = Version(root);
      version.statistics = {1, tree.leaf_c.reference.length + root.reference.length, 0};
      const Walked w = WalkAnyOrder(version, tree.db.files);
      CHECK(w.entries == Lines{"c = 3"});
      REQUIRE(w.problems.size() == 1);
      CHECK(w.problems[0].find(At(tree.leaf_c) + "invalid statistics") == 0);
    }
  }
}

TEST_CASE("Statistics are not compared where something below could not be read") {
  Tree tree;
  tree.db.files["d/nodes"][static_cast<size_t>(tree.leaf_a.reference.offset) + 20] ^= 1;
  auto version = Version(tree.root);
  version.statistics.num_keys = 99;
  const Walked w = WalkAnyOrder(version, tree.db.files);
  CHECK(w.problems.size() == 1);
  CHECK(w.problems[0].find("checksum") != std::string::npos);
}

TEST_CASE("A hostile path is reported by where it is named, and never asked for") {
  SECTION("of the root") {
    NodeHandle root;
    root.reference = {{"", "../../etc/passwd"}, 0, 100};
    const Walked w = WalkAnyOrder(Version(root), {});
    CHECK(w.reads == 0);
    CHECK_FALSE(w.complete);
    CHECK(
        w.problems ==
        Lines{"manifest.ocdbt@- invalid reference to a node outside the database (a path below it/"
              "\"../../etc/passwd\") hostile"});
  }
  SECTION("of a child") {
    Tree tree;
    tree.leaf_b.reference.file_id = {"/", "etc/passwd"};
    tree.Join();
    const Walked w = tree.Go();
    CHECK(w.entries == Lines{"a0 = 0", "a1 @ d/values#0 [5, +10)", "c = 3"});
    CHECK(w.reads == 5);
    REQUIRE(w.problems.size() == 1);
    CHECK(w.problems[0].find(At(tree.left) + "invalid reference to a node outside the database") ==
          0);
    CHECK(w.problems[0].find("\"/etc/passwd\"") != std::string::npos);
  }
  SECTION("of a value") {
    DatabaseWriter db;
    const NodeHandle leaf = db.AddLeaf(
        {Indirect("a", 0, 0, 4), Indirect("b", 1, 0, 4), Indirect("c", 1, 4, 4), Inline("d", "")},
        {{"", "d/v"}, {"../", "d/v"}, {"", "./unused"}});
    const Walked w = WalkAnyOrder(Version(leaf), db.files);
    CHECK(w.entries == Lines{"a @ d/v#0 [0, +4)", "d = "});
    CHECK_FALSE(w.complete);
    REQUIRE(w.problems.size() == 1);  // one for the file; the file of no value does not matter
    CHECK(w.problems[0].find(At(leaf) +
                             "invalid b-tree node: value in a file outside the database") == 0);
    CHECK(w.problems[0].find("hostile") != std::string::npos);
  }
  SECTION("made of a base path and a name that are harmless alone") {
    DatabaseWriter db;
    db.node_file = {"a/", "n"};
    const NodeHandle leaf = db.AddLeaf({Indirect("k", 0, 0, 4)}, {{"", "/v"}});
    const Walked w = WalkAnyOrder(Version(leaf), db.files);
    CHECK(w.entries.empty());
    REQUIRE(w.problems.size() == 1);
    CHECK(w.problems[0].find("\"a//v\"") != std::string::npos);
  }
}

TEST_CASE("A reference of a length that no node has is not asked for") {
  for (uint64_t length : {uint64_t{0}, uint64_t{15}}) {
    NodeHandle root;
    root.reference = {{"", "d/n"}, 5, length};
    const Walked w = WalkAnyOrder(Version(root), {});
    CHECK(w.reads == 0);
    CHECK_FALSE(w.complete);
    REQUIRE(w.problems.size() == 1);
    CHECK(w.problems[0].find("d/n@5 invalid") == 0);
  }
}

TEST_CASE("A reference that is too large is the host's to judge, and costs no budget") {
  for (uint64_t length : {kMaxEncodedNode + 1, uint64_t{1} << 62}) {
    NodeHandle root;
    root.reference = {{"", "d/n"}, 5, length};
    const Walked w = WalkAnyOrder(Version(root), {{"d/n", ByteVector(9)}});
    CHECK(w.reads == 1);
    CHECK_FALSE(w.complete);
    REQUIRE(w.problems.size() == 1);
    CHECK(w.problems[0].find("d/n@5 truncated") == 0);
  }
}

TEST_CASE("A node may be referenced twice where its keys are others each time") {
  DatabaseWriter db;
  const NodeHandle leaf = db.AddLeaf({Inline("0", "v")});
  const NodeHandle root = db.AddInterior({{"a/", 2, leaf}, {"b/", 2, leaf}});
  const Walked w = WalkAnyOrder(Version(root), db.files);
  CHECK(w.entries == Lines{"a/0 = v", "b/0 = v"});
  CHECK(w.problems.empty());
  CHECK(w.nodes.size() == 2);  // once each, for coverage
}

TEST_CASE("Answers that were not asked for are ignored") {
  Tree tree;
  kvstore::FileTable table;
  kvstore::KvStore store;
  Walk walk(Version(tree.leaf_c), "", table, store);
  const auto reads = walk.TakeReads();
  REQUIRE(reads.size() == 1);
  CHECK(walk.TakeReads().empty());
  walk.Feed(reads[0].token + 1, {});
  walk.Fail(reads[0].token + 1, {});
  CHECK_FALSE(walk.Done());
  Walk moved = std::move(walk);
  const Bytes bytes = tree.db.files["d/nodes"];
  moved.Feed(reads[0].token, bytes.subspan(static_cast<size_t>(reads[0].offset),
                                           static_cast<size_t>(reads[0].length)));
  CHECK(moved.Done());
  moved.Feed(reads[0].token, {});
  CHECK(moved.complete());
  CHECK(moved.TakeProblems().empty());
  REQUIRE_FALSE(store.Seal());
  CHECK(store.entries().size() == 1);
}
