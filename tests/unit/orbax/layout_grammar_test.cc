// Listings made from the grammar of roots, steps and items: what is found is what was put there.
#include <algorithm>
#include <map>

#include "orbax/layout.h"
#include "support/catch.h"
#include "support/random.h"

using namespace leafsum;
using namespace leafsum::orbax;

namespace {

struct Kind {
  ItemKind kind;
  const char* file;                // of Item::file
  std::vector<const char*> files;  // in the item's directory
};
const std::vector<Kind> kKinds = {
    {ItemKind::kPyTree,
     "",
     {"_METADATA", "manifest.ocdbt", "d/0123", "ocdbt.process_0/manifest.ocdbt", "_sharding",
      "array_metadatas/process_0"}},
    {ItemKind::kPyTree, "", {"_METADATA", "params.w/.zarray", "params.w/0.0", "_strings.json"}},
    {ItemKind::kPyTree, "", {"_METADATA", "checkpoint/.zarray", "checkpoint/0"}},  // ArraySave
    {ItemKind::kPyTree, "", {"_METADATA", "checkpoint"}},  // all values aggregated
    {ItemKind::kMsgpack, "checkpoint", {"checkpoint", "w/.zarray", "w/0"}},
    {ItemKind::kMsgpack, "checkpoint", {"checkpoint", "manifest.ocdbt", "d/0123"}},
    {ItemKind::kBareOcdbt, "", {"manifest.ocdbt", "d/0123"}},
    {ItemKind::kBareZarr, "", {"a/zarr.json", "a/c/0"}},
    {ItemKind::kBareZarr, "", {".zgroup", "a/.zarray"}},
    {ItemKind::kProto, "proto.pbtxt", {"proto.pbtxt"}},
    {ItemKind::kJson, "data.json", {"data.json", "commit_success.txt"}},
    {ItemKind::kJson, "metadata", {"metadata"}},
    {ItemKind::kJson, "metrics", {"metrics"}},
};

const char* const kTemporary[] = {".orbax-checkpoint-tmp", ".orbax-checkpoint-tmp-1700000000",
                                  ".orbax-checkpoint-tmp-1700000000-3"};

// The listing, and what is to be found in it.
struct Tree {
  std::vector<std::string> paths;
  std::map<std::string, Item> items;  // of one step, or of all
  std::vector<std::string> unfinished_items, unfinished_steps, unknown;
  std::map<uint64_t, std::string> steps;
};

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {}

  std::string Name(const char* stem) { return stem + std::to_string(counter_++); }

  void AddItem(Tree& tree, const std::string& directory, const std::string& name, const Kind& kind,
               bool keep) {
    for (const char* file : kind.files) tree.paths.push_back(directory + file);
    if (!keep) return;
    Item item;
    item.name = name;
    item.directory = directory;
    item.kind = kind.kind;
    item.file = *kind.file ? directory + kind.file : "";
    item.uncommitted = IsUnfinishedName(name);
    tree.items[name] = item;
  }

  const Kind& AnyKind() { return kKinds[random_.Below(kKinds.size())]; }

  // A step directory with items, or one that is an item itself. `prefix` goes before the items'
  // names.
  void AddStep(Tree& tree, const std::string& step, const std::string& prefix, bool keep) {
    if (random_.OneIn(4)) {
      // A bare zarr store beside _CHECKPOINT_METADATA would be a composite one, and without it a
      // bare store is no step.
      const Kind* kind = &AnyKind();
      while (kind->kind == ItemKind::kBareZarr || kind->kind == ItemKind::kBareOcdbt)
        kind = &AnyKind();
      AddItem(tree, step, prefix.substr(0, prefix.size() - !prefix.empty()), *kind, keep);
    } else {
      for (uint64_t n = random_.Between(1, 4); n > 0; --n) {
        const std::string name = Name("item ") + (random_.OneIn(6) ? ".partial_save" : "");
        AddItem(tree, step + name + "/", prefix + name, AnyKind(), keep);
      }
      if (random_.OneIn(3)) {  // one level below a directory that is no item
        const std::string group = Name("group"), name = Name("key");
        AddItem(tree, step + group + "/" + name + "/", prefix + group + "/" + name, AnyKind(),
                keep);
        if (random_.OneIn(2)) {
          tree.paths.push_back(step + group + "/notes/deep/readme");
          if (keep) tree.unknown.push_back(step + group + "/notes/");
        }
        // A zarr array directly in it would make the group a bare store.
        const bool is_store =
            std::any_of(tree.paths.begin(), tree.paths.end(), [&](const std::string& p) {
              for (const char* f : {".zarray", ".zgroup", "zarr.json"})
                if (p == step + group + "/" + name + "/" + f) return true;
              return false;
            });
        if (is_store && keep) {
          tree.items.erase(prefix + group + "/" + name);
          std::erase(tree.unknown, step + group + "/notes/");
          Item item;
          item.name = prefix + group;
          item.directory = step + group + "/";
          item.kind = ItemKind::kBareZarr;
          tree.items[item.name] = item;
        }
      }
      if (random_.OneIn(3)) {
        const std::string name = Name("unknown");
        tree.paths.push_back(step + name + "/a/b/c");
        if (keep) tree.unknown.push_back(step + name + "/");
      }
      for (const char* suffix : kTemporary) {
        if (!random_.OneIn(4)) continue;
        const std::string name = Name("item") + suffix;
        tree.paths.push_back(step + name + "/_METADATA");
        if (keep) tree.unfinished_items.push_back(step + name + "/");
      }
      if (random_.OneIn(4)) tree.paths.push_back(step + ".hidden/_METADATA");
      // What tells a step from a root: one of its items may be called by a number.
      tree.paths.push_back(step + "_CHECKPOINT_METADATA");
    }
    for (const char* file : {"_CHECKPOINT_METADATA", "commit_success.txt", "orbax.checkpoint"})
      if (random_.OneIn(3)) tree.paths.push_back(step + file);
  }

  std::string StepName(uint64_t number, const std::string& prefix, size_t width) {
    std::string digits = std::to_string(number);
    if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
    return prefix + digits;
  }

  Tree Root(bool all_steps) {
    Tree tree;
    const std::string prefix = random_.Pick<std::string>({"", "step_", "a_b_", "\xc3\xa9_"});
    const size_t width = random_.Pick<size_t>({0, 8});
    uint64_t number = random_.Below(3);
    const uint64_t count = random_.Between(1, 4);
    // Flax's files and directories of digits would be two formats.
    const bool file = prefix.empty() && width == 0 && random_.OneIn(5);
    for (uint64_t i = 0; i < count; ++i, number += random_.Between(1, 2000)) {
      const std::string name = StepName(number, prefix, width);
      const bool keep = all_steps || i + 1 == count;
      tree.steps[number] = file ? "checkpoint_" + name : name + "/";
      if (file) {
        tree.paths.push_back("checkpoint_" + name);
        Item item;
        item.name = item.file = "checkpoint_" + name;
        item.kind = ItemKind::kMsgpack;
        if (keep) tree.items[item.name] = item;
      } else {
        AddStep(tree, name + "/", all_steps ? name + "/" : "", keep);
        // A prefix alone does not tell steps from items.
        if (!prefix.empty()) tree.paths.push_back(name + "/_CHECKPOINT_METADATA");
      }
    }
    for (const char* suffix : {kTemporary[0], kTemporary[1], kTemporary[2], ".partial_save"}) {
      if (!random_.OneIn(3)) continue;
      const std::string name = StepName(number + 1 + counter_, prefix, width) + suffix;
      tree.paths.push_back(name + "/state/_METADATA");
      tree.unfinished_steps.push_back(name + "/");
    }
    if (random_.OneIn(2))
      tree.paths.push_back(
          random_.Pick<std::string>({"metadata/_ROOT_METADATA", "metadata/metadata"}));
    if (random_.OneIn(2)) tree.paths.push_back("notes.txt");
    return tree;
  }

  Tree Step() {
    Tree tree;
    AddStep(tree, "", "", true);
    return tree;
  }

  test::Random& random() { return random_; }

 private:
  test::Random random_;
  int counter_ = 0;
};

std::vector<std::string> Sorted(std::vector<std::string> list) {
  std::sort(list.begin(), list.end());
  return list;
}

void CheckTree(Tree& tree, Maker& maker, const LayoutOptions& options) {
  maker.random().Shuffle(tree.paths);
  std::vector<FileEntry> listing;
  for (const std::string& path : tree.paths) {
    FileEntry entry;
    entry.path = path;
    const bool twice = std::any_of(listing.begin(), listing.end(),
                                   [&](const FileEntry& e) { return e.path == path; });
    if (!twice) listing.push_back(entry);
  }
  const Layout layout = FindLayout(listing, options);
  std::vector<std::string> found, expected;
  for (const Item& item : layout.items) found.push_back(item.name);
  for (const auto& [name, item] : tree.items) expected.push_back(name);
  CHECK(found == expected);
  for (const Item& item : layout.items) {
    INFO(item.name);
    REQUIRE(tree.items.count(item.name) == 1);
    const Item& wanted = tree.items.at(item.name);
    CHECK(item.directory == wanted.directory);
    CHECK(item.kind == wanted.kind);
    CHECK(item.file == wanted.file);
    CHECK(item.uncommitted == wanted.uncommitted);
  }
  CHECK(Sorted(layout.unfinished_items) == Sorted(tree.unfinished_items));
  CHECK(Sorted(layout.unfinished_steps) == Sorted(tree.unfinished_steps));
  CHECK(Sorted(layout.unknown_directories) == Sorted(tree.unknown));
  CHECK(layout.is_root == !tree.steps.empty());
  std::vector<std::string> steps, wanted_steps;
  for (const orbax::Step& step : layout.steps) steps.push_back(step.directory + step.file);
  for (const auto& [number, name] : tree.steps) wanted_steps.push_back(name);
  CHECK(steps == wanted_steps);
}

}  // namespace

TEST_CASE("every root, step and item of the grammar is found") {
  for (uint64_t seed = 0; seed < 600; ++seed) {
    INFO("seed " << seed);
    Maker maker(seed);
    const bool all_steps = maker.random().OneIn(2);
    Tree step = maker.Step();
    CheckTree(step, maker, {std::nullopt, all_steps, ""});
    Tree root = maker.Root(all_steps);
    CheckTree(root, maker, {std::nullopt, all_steps, ""});
  }
}
