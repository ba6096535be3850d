#include "orbax/layout.h"

#include <algorithm>

#include "support/catch.h"
#include "support/kept_text.h"

using namespace leafsum;
using namespace leafsum::orbax;

namespace {

// "a/b" is a file, "a/b/" a directory, "a/b@" a symbolic link.
std::vector<FileEntry> Listing(const std::vector<std::string>& paths) {
  std::vector<FileEntry> listing;
  for (const std::string& path : paths) {
    FileEntry entry;
    entry.path = test::KeptText(path);
    if (path.ends_with('/')) entry.kind = FileEntry::Kind::kDirectory;
    if (path.ends_with('@')) {
      entry.kind = FileEntry::Kind::kSymlink;
      entry.path.remove_suffix(1);
    }
    listing.push_back(entry);
  }
  return listing;
}

Layout Find(const std::vector<std::string>& paths, const LayoutOptions& options = {}) {
  const Layout layout = FindLayout(Listing(paths), options);
  // The order of a listing says nothing.
  std::vector<std::string> reversed(paths.rbegin(), paths.rend());
  const Layout again = FindLayout(Listing(reversed), options);
  REQUIRE(again.items.size() == layout.items.size());
  for (size_t i = 0; i < layout.items.size(); ++i)
    REQUIRE(again.items[i].directory == layout.items[i].directory);
  return layout;
}

using Names = std::vector<std::string>;

Names ItemNames(const Layout& layout) {
  Names names;
  for (const Item& item : layout.items) names.push_back(item.name);
  return names;
}

Names StepNames(const Layout& layout) {
  Names names;
  for (const Step& step : layout.steps) names.push_back(step.directory + step.file);
  return names;
}

LayoutOptions AllSteps() { return {std::nullopt, true, ""}; }

}  // namespace

TEST_CASE("a directory is an item by the first rule that fits") {
  struct Row {
    Names files;
    std::optional<ItemKind> kind;
    const char* file;
  };
  const Row rows[] = {
      {{"_METADATA"}, ItemKind::kPyTree, ""},
      {{"_METADATA", "checkpoint", "manifest.ocdbt", ".zarray"}, ItemKind::kPyTree, ""},
      {{"checkpoint", "manifest.ocdbt", "a/.zarray"}, ItemKind::kMsgpack, "checkpoint"},
      {{"checkpoint/.zarray", "manifest.ocdbt"},
       ItemKind::kBareOcdbt,
       ""},  // `checkpoint` is a leaf's directory
      {{"manifest.ocdbt", "d/x", "_CHECKPOINT_METADATA"}, ItemKind::kBareOcdbt, ""},
      {{".zarray", "0.0"}, ItemKind::kBareZarr, ""},
      {{".zgroup"}, ItemKind::kBareZarr, ""},
      {{"zarr.json"}, ItemKind::kBareZarr, ""},
      {{"w/.zarray", "w/0"}, ItemKind::kBareZarr, ""},
      {{"g/.zgroup"}, ItemKind::kBareZarr, ""},
      {{"g/zarr.json"}, ItemKind::kBareZarr, ""},
      {{"a/b/zarr.json"}, std::nullopt, ""},  // not a direct subdirectory; a/ is the item then
      {{".hidden/.zarray"}, std::nullopt, ""},
      {{"proto.pbtxt", "metadata"}, ItemKind::kProto, "proto.pbtxt"},
      {{"data.json"}, ItemKind::kJson, "data.json"},
      {{"metadata"}, ItemKind::kJson, "metadata"},
      {{"metrics"}, ItemKind::kJson, "metrics"},
      {{"metadata", "commit_success.txt"}, ItemKind::kJson, "metadata"},
      {{"data.json", "metadata"}, ItemKind::kAmbiguous, ""},
      {{"metadata", "metrics"}, ItemKind::kAmbiguous, ""},
      {{"data.json", "metadata", "metrics"}, ItemKind::kAmbiguous, ""},
      {{"metadata/"}, std::nullopt, ""},
      {{"metadata@"}, std::nullopt, ""},
      {{"commit_success.txt"}, std::nullopt, ""},
      {{}, std::nullopt, ""},
  };
  for (const Row& row : rows) {
    INFO(row.files.size() << " " << (row.files.empty() ? "" : row.files[0]));
    // As the source itself, and as an item of a step directory.
    for (const std::string& directory : {std::string(), std::string("it em/")}) {
      Names paths;
      for (const std::string& file : row.files) paths.push_back(directory + file);
      if (!directory.empty()) paths.push_back("_CHECKPOINT_METADATA");
      const Layout layout = Find(paths);
      const auto item = std::find_if(layout.items.begin(), layout.items.end(),
                                     [&](const Item& i) { return i.directory == directory; });
      CHECK((item != layout.items.end()) == row.kind.has_value());
      if (item == layout.items.end() || !row.kind) continue;
      CHECK(item->kind == *row.kind);
      CHECK(item->name == directory.substr(0, directory.size() - (directory.empty() ? 0 : 1)));
      CHECK(item->file == (*row.file ? directory + row.file : ""));
      CHECK(layout.items.size() == 1);  // an item is not searched further
    }
  }
}

TEST_CASE("_CHECKPOINT_METADATA is never beside a bare zarr store") {
  const Layout layout = Find({"_CHECKPOINT_METADATA", "w/.zarray", "w/0"});
  CHECK(ItemNames(layout) == Names{"w"});
  CHECK(layout.items[0].kind == ItemKind::kBareZarr);
}

TEST_CASE("items of a step directory, nested ones too") {
  const Layout layout =
      Find({"_CHECKPOINT_METADATA", "orbax.checkpoint", "state/_METADATA", "state/d/x",
            "jax_key/jax_random_key/_METADATA", "jax_key/jax_random_key/checkpoint/.zarray",
            "jax_key/jax_random_key_metadata/metadata", "jax_key/other/readme", "metadata/metadata",
            "logs/a.txt", "logs/deep/er/_METADATA", "empty/", ".git/_METADATA",
            "old.orbax-checkpoint-tmp/_METADATA", "old.orbax-checkpoint-tmp-17/_METADATA"});
  CHECK_FALSE(layout.is_root);
  CHECK(ItemNames(layout) ==
        Names{"jax_key/jax_random_key", "jax_key/jax_random_key_metadata", "metadata", "state"});
  CHECK(layout.items[0].directory == "jax_key/jax_random_key/");
  CHECK(layout.items[1].file == "jax_key/jax_random_key_metadata/metadata");
  CHECK(layout.checkpoint_directories == Names{""});
  CHECK(layout.unknown_directories == Names{"empty/", "jax_key/other/", "logs/"});
  CHECK(layout.unfinished_items ==
        Names{"old.orbax-checkpoint-tmp/", "old.orbax-checkpoint-tmp-17/"});
  CHECK_FALSE(layout.source_uncommitted);
}

TEST_CASE("items are sorted by their bytes") {
  const Layout layout =
      Find({"_CHECKPOINT_METADATA", "b/_METADATA", "B/_METADATA", "a.b/_METADATA", "a/_METADATA",
            "a b/_METADATA", "\xc3\xa9/_METADATA", "\xff\xfe/_METADATA", "\xef\xbf\xbd/_METADATA"});
  CHECK(ItemNames(layout) == Names{"B", "a", "a b", "a.b", "b", "\xc3\xa9", "\xef\xbf\xbd",
                                   "\xff\xfe"});  // not UTF-8: the caller's to say
}

TEST_CASE("the newest step of a root") {
  const Names paths{"metadata/_ROOT_METADATA",
                    "1000/state/_METADATA",
                    "5/state/_METADATA",
                    "5/metrics/metrics",
                    "7.orbax-checkpoint-tmp/state/_METADATA",
                    "9.partial_save/state/_METADATA",
                    ".tmp/x",
                    "notes/readme",
                    "README"};
  Layout layout = Find(paths);
  CHECK(layout.is_root);
  CHECK(StepNames(layout) == Names{"5/", "1000/"});
  REQUIRE(layout.chosen);
  CHECK(layout.chosen->number() == 1000);
  CHECK(layout.chosen->directory == "1000/");
  CHECK(layout.checkpoint_directories == Names{"1000/"});
  CHECK(ItemNames(layout) == Names{"state"});
  CHECK(layout.items[0].directory == "1000/state/");
  CHECK(layout.unfinished_steps == Names{"7.orbax-checkpoint-tmp/", "9.partial_save/"});
  CHECK(layout.unfinished_items.empty());
  CHECK(layout.unknown_directories == Names{"notes/"});
  CHECK_FALSE(layout.source_uncommitted);

  layout = Find(paths, {"5", false, ""});
  CHECK(layout.chosen->number() == 5);
  CHECK(ItemNames(layout) == Names{"metrics", "state"});
  CHECK_FALSE(layout.step_missing);

  for (const char* step : {"7", "9", "6", "x"}) {
    layout = Find(paths, {step, false, ""});
    CHECK(layout.step_missing);
    CHECK_FALSE(layout.chosen);
    CHECK(layout.items.empty());  // no other step is read
  }

  layout = Find(paths, AllSteps());
  CHECK_FALSE(layout.chosen);
  CHECK(ItemNames(layout) == Names{"1000/state", "5/metrics", "5/state"});
  CHECK(layout.checkpoint_directories == Names{"5/", "1000/"});
}

TEST_CASE("what is a root") {
  struct Row {
    Names paths;
    bool is_root;
  };
  const Row rows[] = {
      {{"5/_METADATA"}, true},
      {{"5/"}, false},  // nothing in it
      {{"ckpt_00000100/default/_METADATA"},
       false},  // nothing marks it: one item, or items below it
      {{"ckpt_00000100/default/_METADATA", "ckpt_00000100/_CHECKPOINT_METADATA"}, true},
      {{"a_b_7/_CHECKPOINT_METADATA"}, true},
      {{"5/_METADATA", "metadata/metadata"}, true},  // JSON of the root itself
      {{"5/_METADATA", "state/_METADATA"}, false},   // another child is an item
      {{"5/_METADATA", "state/x"}, true},
      {{"5/_METADATA", "state.orbax-checkpoint-tmp/_METADATA"}, true},
      {{"5/_METADATA", ".state/_METADATA"}, true},
      {{"5/_METADATA", "_CHECKPOINT_METADATA"}, false},
      {{"5/_METADATA", "_METADATA"}, false},
      {{"5/_METADATA", "metadata"}, false},  // an item itself
      {{"5/a/metrics"}, true},               // within two levels
      {{"5/a/b/_METADATA"}, true},
      {{"5/a/b/c/_METADATA"}, false},
      {{"5/.zarray"}, false},  // a bare store with an array called 5
      {{"0/0/.zarray"}, false},
      {{"Dense_0/kernel/.zarray", "Dense_1/kernel/.zarray"}, false},
      {{"layers_0/manifest.ocdbt", "layers_1/manifest.ocdbt"}, false},
      {{"ocdbt.process_0/manifest.ocdbt"}, false},
      {{"state/_METADATA"}, false},
      {{"_5/_METADATA"}, false},
      {{"5a/_METADATA"}, false},
      {{"5/_METADATA", "x_/_METADATA"}, false},
      {{"step_\xd9\xa3/_METADATA"}, false},       // an Arabic digit three
      {{"9223372036854775808/_METADATA"}, true},  // integers of any length
      {{"checkpoint_5"}, true},
      {{"checkpoint_5", "checkpoint_10"}, true},
      {{"checkpoint_-0.5"}, true},  // as Flax writes them
      {{"ckpt_5"}, false},          // a file only with Flax's prefix, or --prefix
      {{"5"}, false},
      {{"checkpoint_a_5"}, false},
      {{"checkpoint_"}, false},
      {{"5@"}, false},
      {{"7.orbax-checkpoint-tmp/_METADATA"}, false},
      {{}, false},
  };
  for (const Row& row : rows) {
    INFO((row.paths.empty() ? "" : row.paths[0]) << " " << row.paths.size());
    CHECK(Find(row.paths).is_root == row.is_root);
  }
}

TEST_CASE("steps of several formats, and names that could be items") {
  // Digits alone are what a manager knows that nobody told otherwise.
  Layout layout = Find({"2/_METADATA", "5/_METADATA", "x_9/_METADATA", "y_1/_CHECKPOINT_METADATA"});
  CHECK(StepNames(layout) == Names{"2/", "5/"});
  CHECK(layout.foreign_steps.size() == 2);
  CHECK(layout.chosen->Name() == "5");
  CHECK(Find({"2/_METADATA", "x_9/_METADATA"}, {"x_9", false, ""}).chosen->Name() == "x_9");

  struct Row {
    Names paths;
    Names ambiguous;
  };
  const Row rows[] = {
      {{"model_1/_METADATA", "model_2/_METADATA"}, {"model_1", "model_2"}},
      {{"a_1/_CHECKPOINT_METADATA", "b_2/_CHECKPOINT_METADATA"}, {"a_1", "b_2"}},
      {{"model_1/_METADATA", "model_2/_METADATA", "model_2/_CHECKPOINT_METADATA"}, {}},
      {{"checkpoint_1/_METADATA", "checkpoint_2/_METADATA"}, {}},
      {{"model_1/_METADATA"}, {}},  // alone it is the checkpoint with that one item
  };
  for (const Row& row : rows) {
    layout = Find(row.paths);
    CHECK(layout.ambiguous_steps == row.ambiguous);
    if (row.ambiguous.empty()) continue;
    CHECK(layout.items.empty());
    CHECK(Find(row.paths, {row.ambiguous[0], false, ""}).chosen->Name() == row.ambiguous[0]);
    CHECK(Find(row.paths, AllSteps()).steps.size() == row.ambiguous.size());
  }
  LayoutOptions run;
  run.prefix = "run_";
  CHECK(Find({"run_1/_METADATA", "run_2/_METADATA"}, run).chosen->Name() == "run_2");
}

// Which steps are meant, and what is left over from a step that was deleted (contract §10.10).
TEST_CASE("the prefix that the user names, and what a deleted step leaves") {
  struct Row {
    Names paths;
    std::string prefix;
    bool named;
    Names steps, foreign;
  };
  const std::string flax(kFlaxPrefix);
  const Row rows[] = {
      {{"ckpt_1", "ckpt_2", "checkpoint_7"}, "ckpt_", true, {"ckpt_1", "ckpt_2"}, {"checkpoint_7"}},
      {{"ckpt_1", "checkpoint_7"}, flax, true, {"checkpoint_7"}, {}},
      {{"ckpt_1", "checkpoint_7"}, "none_", true, {}, {}},
      {{"run1", "run2", "run10"}, "run", true, {"run1", "run2", "run10"}, {}},
      {{"run_0.5", "run_-1", "run_2e1"}, "run_", true, {"run_-1", "run_0.5", "run_2e1"}, {}},
      // Without a prefix a number is no step's file: it may be a chunk.
      {{"1", "2"}, "", true, {}, {}},
      {{"1", "2/_METADATA"}, "", true, {"2/"}, {}},
      {{"check_1_2", "check_1_10"}, "check_1_", true, {"check_1_2", "check_1_10"}, {}},
      // "checkpoint_x" begins with the prefix that was named, and with Flax's.
      {{"checkpoint_1", "checkpoint_x5"},
       "checkpoint_x",
       true,
       {"checkpoint_x5"},
       {"checkpoint_1"}},
      // An item beside the steps makes it no root, unless it is what a deleted step left.
      {{"checkpoint_2/_METADATA", "checkpoint_1/manifest.ocdbt"},
       flax,
       false,
       {"checkpoint_2/"},
       {}},
      {{"checkpoint_2/_METADATA", "x_1/manifest.ocdbt"}, flax, false, {}, {}},
      {{"a_2/_CHECKPOINT_METADATA", "b_3/_CHECKPOINT_METADATA", "x_1/manifest.ocdbt"},
       flax,
       false,
       {},
       {}},
      {{"checkpoint_2", "checkpoint_1_gda/w/.zarray"}, flax, false, {"checkpoint_2"}, {}},
      {{"checkpoint_2", "checkpoint_2_gda/w/.zarray"}, flax, false, {"checkpoint_2"}, {}},
      {{"checkpoint_2", "checkpoint_x_gda/w/.zarray"}, flax, false, {}, {}},
      {{"checkpoint_2", "other_1_gda/w/.zarray"}, flax, false, {}, {}},
      {{"checkpoint_2", "other/w/.zarray"}, flax, false, {}, {}},
      // A step is nothing that has its mark in a hidden directory alone.
      {{"5/.hidden/_METADATA"}, flax, false, {}, {}},
      {{"5/.hidden/_METADATA", "5/a/_METADATA"}, flax, false, {"5/"}, {}},
  };
  for (const Row& row : rows) {
    LayoutOptions options;
    options.prefix = row.prefix;
    options.prefix_named = row.named;
    const Layout layout = Find(row.paths, options);
    INFO(row.paths.front() << " " << row.paths.back() << " " << row.prefix);
    Names foreign;
    for (const Step& step : layout.foreign_steps) foreign.push_back(step.directory + step.file);
    CHECK(StepNames(layout) == row.steps);
    CHECK(foreign == row.foreign);
    CHECK(layout.is_root == !row.steps.empty());
  }
}

TEST_CASE("files of one number, and a directory beside them") {
  // Flax's own order of names decides, whatever the numbers' forms.
  Layout layout = Find({"checkpoint_5", "checkpoint_05", "checkpoint_5.0"});
  CHECK(StepNames(layout) == Names{"checkpoint_05", "checkpoint_5", "checkpoint_5.0"});
  CHECK(layout.duplicate_step_number);
  layout = Find({"checkpoint_4.5", "checkpoint_5/_METADATA", "checkpoint_5.5"});
  CHECK(StepNames(layout) == Names{"checkpoint_4.5", "checkpoint_5/", "checkpoint_5.5"});
  CHECK(layout.chosen->Name() == "checkpoint_5.5");
  layout = Find({"checkpoint_4.5", "checkpoint_5"}, {"checkpoint_4.5", false, ""});
  CHECK(layout.chosen->Name() == "checkpoint_4.5");
  CHECK(Find({"checkpoint_4.5", "checkpoint_5"}, {"5", false, ""}).chosen->Name() ==
        "checkpoint_5");
  CHECK(Find({"checkpoint_4.5", "checkpoint_5"}, {"4", false, ""}).step_missing);
}

TEST_CASE("files of transformers and diffusers") {
  const Layout layout =
      Find({"flax_model.msgpack", "flax_model.txt", "flax_model-00001-of-00002.msgpack", "vae/x",
            "vae/diffusion_flax_model.msgpack", "vae/diffusion_flax_model.msgpack.index.json"});
  CHECK(ItemNames(layout) == Names{"flax_model.msgpack", "vae/diffusion_flax_model.msgpack"});
  CHECK(layout.shards.size() == 2);
}

TEST_CASE("numbers of any length") {
  const Layout layout = Find(
      {"99999999999999999999999/_METADATA", "100000000000000000000000/_METADATA", "7/_METADATA"});
  CHECK(StepNames(layout) == Names{"7/", "99999999999999999999999/", "100000000000000000000000/"});
  CHECK(layout.chosen->number() == std::nullopt);
}

TEST_CASE("databases of processes that were never merged are no items") {
  CHECK(Find({"ocdbt.process_0/manifest.ocdbt", "_sharding"}).unmerged == Names{""});
  const Layout layout =
      Find({"_CHECKPOINT_METADATA", "state/ocdbt.process_1/manifest.ocdbt", "model/_METADATA"});
  CHECK(layout.unmerged == Names{"state/"});
  CHECK(ItemNames(layout) == Names{"model"});
  CHECK(Find({"_CHECKPOINT_METADATA", "state/ocdbt.process_1/x", "state/process_1/manifest.ocdbt"})
            .unmerged.empty());
}

TEST_CASE("steps that are items themselves") {
  Layout layout = Find({"checkpoint_5/_METADATA", "checkpoint_5/checkpoint"});
  CHECK(layout.chosen->number() == 5);
  CHECK(ItemNames(layout) == Names{""});
  CHECK(layout.items[0].directory == "checkpoint_5/");

  layout = Find({"checkpoint_5/_METADATA", "checkpoint_12", "checkpoint_12.txt"});
  CHECK(StepNames(layout) == Names{"checkpoint_5/", "checkpoint_12"});
  CHECK(ItemNames(layout) == Names{"checkpoint_12"});
  CHECK(layout.items[0].kind == ItemKind::kMsgpack);
  CHECK(layout.items[0].file == "checkpoint_12");
  CHECK(layout.items[0].directory == "");
  CHECK(layout.checkpoint_directories.empty());

  layout = Find({"checkpoint_5/_METADATA", "checkpoint_12"}, AllSteps());
  CHECK(ItemNames(layout) == Names{"checkpoint_12", "checkpoint_5"});
}

TEST_CASE("--all-steps and --step change nothing on a flat or step directory") {
  for (const Names& paths :
       {Names{"_METADATA", "manifest.ocdbt"}, Names{"_CHECKPOINT_METADATA", "state/_METADATA"}}) {
    for (const LayoutOptions& options : {AllSteps(), LayoutOptions{"3", false, ""}}) {
      const Layout with = Find(paths, options), without = Find(paths);
      CHECK(ItemNames(with) == ItemNames(without));
      CHECK(with.checkpoint_directories == Names{""});
      CHECK_FALSE(with.step_missing);
      CHECK_FALSE(with.chosen);
    }
  }
}

TEST_CASE("two names for one number") {
  const Names paths{"5/a/_METADATA", "005/b/_METADATA", "4/d/_METADATA"};
  CHECK(Find(paths).duplicate_step_number);
  CHECK(StepNames(Find(paths)) == Names{"4/", "005/", "5/"});
  CHECK_FALSE(Find(paths, {"4", false, ""}).duplicate_step_number);
  CHECK(Find(paths, {"5", false, ""}).duplicate_step_number);
  const Layout all = Find(paths, AllSteps());
  CHECK_FALSE(all.duplicate_step_number);
  CHECK(ItemNames(all) == Names{"005/b", "4/d", "5/a"});
}

TEST_CASE("unfinished names") {
  for (const char* name :
       {"ckpt.orbax-checkpoint-tmp", "5.orbax-checkpoint-tmp-1700000000", "a.partial_save"}) {
    INFO(name);
    CHECK(IsUnfinishedName(name));
    CHECK(Find({"_METADATA"}, {std::nullopt, false, name}).source_uncommitted);
  }
  for (const char* name : {"", "ckpt", ".partial_save.x", "orbax-checkpoint-tmp", "partial_save"}) {
    INFO(name);
    CHECK_FALSE(IsUnfinishedName(name));
    CHECK_FALSE(Find({"_METADATA"}, {std::nullopt, false, name}).source_uncommitted);
  }
  // An item that is only partly saved is an item all the same, and says so.
  const Layout layout = Find({"_CHECKPOINT_METADATA", "a.partial_save/_METADATA", "b/_METADATA",
                              "c.partial_save/d/_METADATA", "e/f.partial_save/_METADATA",
                              "e/g.orbax-checkpoint-tmp/_METADATA"});
  REQUIRE(ItemNames(layout) ==
          Names{"a.partial_save", "b", "c.partial_save/d", "e/f.partial_save"});
  CHECK(layout.items[0].uncommitted);
  CHECK_FALSE(layout.items[1].uncommitted);
  CHECK(layout.items[2].uncommitted);
  CHECK(layout.items[3].uncommitted);
  CHECK(layout.unfinished_items == Names{"e/g.orbax-checkpoint-tmp/"});
}

TEST_CASE("listings that no host would give") {
  for (const Names& paths :
       {Names{"", "/", "//", "a//_METADATA", "/_METADATA", "../_METADATA", "./_METADATA"},
        Names{std::string("a\0b/_METADATA", 13), "\xff/\xff/\xff"},
        Names{"_METADATA", "_METADATA", "_METADATA/"}, Names{"a/", "a", "a/_METADATA"}}) {
    const Layout layout = Find(paths);
    for (const Item& item : layout.items) {
      CHECK_FALSE(item.directory.starts_with("."));
      CHECK_FALSE(item.directory.starts_with("/"));
      CHECK(item.directory.find("//") == std::string::npos);
    }
  }
  CHECK(ItemNames(Find({"a/", "a", "a/_METADATA"})) == Names{"a"});
}

TEST_CASE("large listings") {
  std::vector<std::string> paths{"_CHECKPOINT_METADATA"};
  for (int i = 0; i < 100000; ++i) {
    paths.push_back("plain/leaf" + std::to_string(i) + "/0.0");
    paths.push_back("logs" + std::to_string(i) + "/events");
  }
  paths.push_back("plain/_METADATA");
  Layout layout = FindLayout(Listing(paths), {});
  CHECK(ItemNames(layout) == Names{"plain"});
  CHECK(layout.unknown_directories.size() == 100000);

  paths = {"x"};
  for (int i = 0; i < 100000; ++i) paths.push_back(std::to_string(i) + "/_METADATA");
  layout = FindLayout(Listing(paths), AllSteps());
  CHECK(layout.items.size() == 100000);
}
