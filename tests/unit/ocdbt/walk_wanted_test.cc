// Walks for some keys alone: what they find, which nodes they ask for, and what they still check.
#include <algorithm>

#include "support/ocdbt_writer.h"
#include "walk_drive.h"

using namespace leafsum;
using namespace leafsum::test;
using namespace leafsum::ocdbt;

namespace {

using Lines = std::vector<std::string>;

// A node that was written and between which keys it lies: `lower` is its reference's full key.
struct Place {
  std::string text;  // as Walked::nodes has it
  std::string lower;
  std::optional<std::string> upper;
};

struct Generated {
  DatabaseWriter db;
  std::vector<Place> places;
  std::vector<std::string> keys;
  NodeHandle root;
};

size_t Common(const std::string& a, const std::string& b) {
  size_t n = 0;
  while (n < a.size() && n < b.size() && a[n] == b[n]) ++n;
  return n;
}

// A tree of this height over keys [begin, end), of which `prefix` bytes stand in the nodes above.
NodeHandle Build(Generated& out, Random& random, int height, size_t begin, size_t end,
                 size_t prefix, const std::string& lower, const std::optional<std::string>& upper) {
  NodeHandle node;
  if (height == 0) {
    std::vector<LeafItem> items;
    for (size_t k = begin; k < end; ++k)
      items.push_back(Inline(out.keys[k].substr(prefix), std::to_string(k)));
    node = out.db.AddLeaf(items);
  } else {
    std::vector<size_t> cuts{begin};
    for (size_t k = begin + 1; k < end; ++k)
      if (random.OneIn(static_cast<uint64_t>(height) * 3)) cuts.push_back(k);
    cuts.push_back(end);
    std::vector<ChildItem> children;
    for (size_t c = 0; c + 1 < cuts.size(); ++c) {
      const std::string& first = out.keys[cuts[c]];
      // A reference's key may be anything after the keys before and not after the first below it.
      std::string key = first;
      if (c > 0 && random.OneIn(2))
        key = first.substr(0, std::max(prefix, Common(first, out.keys[cuts[c] - 1])) + 1);
      const std::optional<std::string> next =
          c + 2 < cuts.size() ? std::optional(out.keys[cuts[c + 1]]) : upper;
      const size_t shared = std::min(key.size(), Common(first, out.keys[cuts[c + 1] - 1]));
      const size_t below = shared <= prefix ? prefix : prefix + random.Below(shared - prefix + 1);
      children.push_back({key.substr(prefix), below - prefix,
                          Build(out, random, height - 1, cuts[c], cuts[c + 1], below, key, next)});
    }
    // What a child ends before is the next reference's key, known by now.
    for (size_t c = 0; c + 1 < children.size(); ++c)
      for (Place& place : out.places)
        if (place.upper == out.keys[cuts[c + 1]])
          place.upper = out.keys[cuts[c + 1]].substr(0, prefix) + children[c + 1].key;
    node = out.db.AddInterior(children);
  }
  out.places.push_back({node.reference.file_id.Path() + " " +
                            RangeText(node.reference.offset, node.reference.length),
                        lower, upper});
  return node;
}

// Arrays as a checkpoint has them; some names are beginnings of others.
Generated Generate(uint64_t seed, int height) {
  Random random(seed);
  Generated out;
  for (uint64_t a = 0, arrays = random.Between(3, 30); a < arrays; ++a) {
    std::string name;
    for (uint64_t d = 0, depth = random.Between(1, 3); d < depth; ++d)
      name += (d ? "." : "") +
              random.Pick<std::string>(
                  {"a", "a/!", "a/-/b", "ab", "b", "layer_1", "layer_10", "w/x", "\xc3\xa9"}) +
              (random.OneIn(2) ? std::to_string(random.Below(4)) : "");
    out.keys.push_back(name + "/.zarray");
    for (uint64_t c = 0, chunks = random.Below(6); c < chunks; ++c)
      out.keys.push_back(name + "/" + std::to_string(c));
  }
  std::sort(out.keys.begin(), out.keys.end());
  out.keys.erase(std::unique(out.keys.begin(), out.keys.end()), out.keys.end());
  out.root = Build(out, random, height, 0, out.keys.size(), 0, "", std::nullopt);
  return out;
}

bool Wants(const std::string& wanted, const std::string& key) {
  return key >= wanted && key.starts_with(wanted.substr(0, wanted.rfind('/') + 1));
}

// What lies between the two is wanted only if the least such key is.
bool MayHold(const Place& place, const std::string& wanted) {
  const std::string least = std::max(place.lower, wanted);
  return Wants(wanted, least) && (!place.upper || least < *place.upper);
}

Lines Wanted(const Lines& entries, const Lines& wanted) {
  Lines out;
  for (const std::string& entry : entries)
    if (std::any_of(wanted.begin(), wanted.end(),
                    [&](const std::string& w) { return Wants(w, entry); }))
      out.push_back(entry);
  return out;
}

}  // namespace

TEST_CASE("A walk for some keys finds all of them, and asks for the nodes that may have them") {
  size_t spared = 0;
  for (int height = 0; height <= 4; ++height) {
    for (uint64_t seed = 1; seed <= 12; ++seed) {
      const Generated tree = Generate(seed * 10 + static_cast<uint64_t>(height), height);
      const Walked all = WalkAnyOrder(Version(tree.root), tree.db.files);
      REQUIRE(all.problems.empty());
      REQUIRE(all.entries.size() == tree.keys.size());
      REQUIRE(all.nodes.size() == tree.places.size());
      Random random(seed);
      for (int n = 0; n < 6; ++n) {
        CAPTURE(height, seed, n);
        Lines wanted;
        for (uint64_t w = 0, count = random.Below(5); w < count; ++w) {
          const std::string& key = tree.keys[static_cast<size_t>(random.Below(tree.keys.size()))];
          wanted.push_back(random.OneIn(4)   ? "nothing here/."
                           : random.OneIn(4) ? key
                                             : key.substr(0, key.rfind('/') + 1) +
                                                   random.Pick<std::string>({".", ".zarray", ""}));
        }
        const Walked some = WalkAnyOrder(Version(tree.root), tree.db.files, "", &wanted);
        CHECK(some.problems.empty());
        CHECK(some.complete);
        CHECK(Wanted(some.entries, wanted) == Wanted(all.entries, wanted));
        Lines asked;
        for (const Place& place : tree.places)
          if (std::any_of(wanted.begin(), wanted.end(),
                          [&](const std::string& w) { return MayHold(place, w); }))
            asked.push_back(place.text);
        Lines nodes = some.nodes;
        std::sort(asked.begin(), asked.end());
        std::sort(nodes.begin(), nodes.end());
        CHECK(nodes == asked);
        CHECK(some.reads == asked.size());
        spared += all.nodes.size() - asked.size();
      }
    }
  }
  CHECK(spared > 1000);
}

TEST_CASE(
    "A walk for some keys names what is wrong with the nodes that it asks for, and no others") {
  DatabaseWriter db;
  const NodeHandle a = db.AddLeaf({Inline("a/0", "0"), Inline("a/1", "1")});
  const NodeHandle b =
      db.AddLeaf({Inline("b/.", "2"), Inline("c", "3")});  // up to its next sibling's key
  NodeHandle c = db.AddLeaf({Inline("c/0", "4")});
  c.statistics.num_keys = 7;  // the reference's; it is one
  const NodeHandle left = db.AddInterior({{"a/0", 0, a}, {"b/.", 0, b}});
  const NodeHandle right = db.AddInterior({{"c", 0, c}});
  const NodeHandle root = db.AddInterior({{"a/0", 0, left}, {"c", 0, right}});
  const auto walk = [&](const Lines& wanted, const DatabaseWriter& in) {
    return WalkAnyOrder(Version(root), in.files, "", &wanted);
  };
  const auto has = [](const Walked& w, std::string_view text) {
    return w.problems.size() == 1 && w.problems[0].find(text) != std::string::npos;
  };

  const Walked first = walk({"a/."}, db);
  CHECK(first.problems.empty());
  CHECK(first.complete);
  CHECK(first.entries == Lines{"a/0 = 0", "a/1 = 1"});
  CHECK(first.nodes.size() == 3);

  // Its bound is the key of a reference in another branch, whose node is not asked for.
  const Walked second = walk({"b/."}, db);
  CHECK(has(second, "last key is not before the next node's"));
  CHECK_FALSE(second.complete);
  CHECK(second.nodes.size() == 3);

  // Of a reference whose tree was read whole the statistics are looked at.
  CHECK(walk({"c/."}, db).problems.size() == 2);
  CHECK(walk({"c/."}, db).problems[0].find("statistics") != std::string::npos);
  CHECK(walk({"c/."}, db).complete);

  DatabaseWriter damaged = db;
  damaged.files["d/nodes"][static_cast<size_t>(a.reference.offset) + 20] ^= 1;
  CHECK(has(walk({"a/."}, damaged), "checksum"));
  CHECK_FALSE(walk({"a/."}, damaged).complete);
  CHECK(has(walk({"b/."}, damaged), "last key"));
  CHECK(walk({"c/."}, damaged).problems == walk({"c/."}, db).problems);
}
