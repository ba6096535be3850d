#include "readers/source.h"

#include <algorithm>
#include <ctime>

#include "readers/flax_bytes.h"
#include "readers/links.h"
#include "support/catch.h"
#include "support/kept_text.h"

using namespace leafsum;
using namespace leafsum::readers;

namespace {

using Names = std::vector<std::string>;
using Handlers = std::map<std::string, std::string, std::less<>>;

const std::string kTree =
    "orbax.checkpoint._src.handlers.pytree_checkpoint_handler.PyTreeCheckpointHandler";
const std::string kJson =
    "orbax.checkpoint._src.handlers.json_checkpoint_handler.JsonCheckpointHandler";
const std::string kArray =
    "orbax.checkpoint._src.handlers.array_checkpoint_handler.ArrayCheckpointHandler";

struct Case {
  Names paths;  // "a@" is a link
  Handlers item_handlers;
  std::string handler;
  Names journal;
  std::optional<std::string> step;
};

std::vector<FileEntry> Listing(Names paths) {
  std::sort(paths.begin(), paths.end());
  std::vector<FileEntry> listing;
  for (std::string& path : paths) {
    FileEntry entry;
    if (path.ends_with('@')) {
      entry.kind = FileEntry::Kind::kSymlink;
      path.pop_back();
    } else if (path.ends_with('/')) {
      entry.kind = FileEntry::Kind::kDirectory;
    }
    entry.path = test::KeptText(path);
    listing.push_back(entry);
  }
  return listing;
}

Judgement JudgeCase(const Case& c) {
  const auto listing = Listing(c.paths);
  orbax::LayoutOptions options;
  options.step = c.step;
  const auto layout = orbax::FindLayout(listing, options);
  std::map<std::string, orbax::CheckpointMetadata> documents;
  std::map<std::string, std::vector<std::string>> journals;
  if (!c.item_handlers.empty()) documents[""].item_handlers = c.item_handlers;
  if (!c.handler.empty()) documents[""].handler = c.handler;
  if (!c.journal.empty()) journals[""] = c.journal;
  return Judge({listing, layout, documents, journals, c.step.has_value()});
}

Names Places(const Judgement& judgement) {
  Names places;
  for (const Divergence& divergence : judgement.divergences) places.push_back(divergence.place);
  std::sort(places.begin(), places.end());
  return places;
}

// A flat checkpoint, and one with the items cfg (JSON) and model.
const Names kFlat{
    "_METADATA", "_CHECKPOINT_METADATA", "_sharding",           "array_metadatas/process_0",
    "d/x",       "manifest.ocdbt",       "ocdbt.process_0/d/y", "ocdbt.process_0/manifest.ocdbt"};
const Names kPlain{"_METADATA", "_CHECKPOINT_METADATA", "a/.zarray", "a/0", "b/zarr.json", "b/c/0"};
const Names kItems{"_CHECKPOINT_METADATA", "cfg/metadata", "model/_METADATA", "model/d/x",
                   "model/manifest.ocdbt"};
const Names kRoot{"2/_CHECKPOINT_METADATA", "2/default/_METADATA", "5/_CHECKPOINT_METADATA",
                  "5/default/_METADATA"};

Names With(Names paths, const Names& more) {
  paths.insert(paths.end(), more.begin(), more.end());
  return paths;
}

}  // namespace

TEST_CASE("honest checkpoints: every reader takes what was hashed") {
  const Case cases[] = {
      {kFlat, {}, kTree, {}, {}},
      {kPlain, {}, kTree, {}, {}},
      {kItems, {{"cfg", kJson}, {"model", kTree}}, "", {}, {}},
      {kItems,
       {{"cfg", kJson}, {"model", kTree}, {"descriptor", "orbax.checkpoint.x.DescriptorHandler"}},
       "",
       {},
       {}},
      {With(kItems, {"orbax.checkpoint", "notes/a.txt"}),
       {{"cfg", kJson}, {"model", kTree}},
       "",
       {},
       {}},
      {{"_CHECKPOINT_METADATA", "arr/_METADATA", "arr/checkpoint/.zarray", "arr/checkpoint/0"},
       {{"arr", kArray}},
       "",
       {},
       {}},
      {With(kRoot,
            {"7.orbax-checkpoint-tmp-3/default/_METADATA", "metadata/_ROOT_METADATA", "latest@"}),
       {},
       "",
       {},
       {}},
      {{"checkpoint"}, {}, "", {}, {}},
      {{"checkpoint", "a/.zarray", "a/0"}, {}, "", {}, {}},
      {{"checkpoint_5", "checkpoint_10"}, {}, "", {}, {}},
      {{"manifest.ocdbt", "d/x"}, {}, "", {}, {}},
      {{"w/.zarray", "w/0", "g/h/zarr.json"}, {}, "", {}, {}},
      {{"a/_METADATA", "b/_METADATA"}, {}, "", {}, {}},
      // Checkpoints of their own in a directory: each one's own file says what reads it.
      {{"a/_METADATA", "a/_CHECKPOINT_METADATA", "b/_METADATA", "b/_CHECKPOINT_METADATA"},
       {},
       "",
       {},
       {}},
      {With(kFlat, {".git/config", ".git/refs/heads/checkpoint_1",
                    ".cache/huggingface/download/_METADATA.metadata"}),
       {},
       kTree,
       {},
       {}},
  };
  for (const Case& c : cases) {
    INFO(c.paths.front() << " " << c.paths.size());
    const Judgement judgement = JudgeCase(c);
    CHECK(Places(judgement) == Names{});
    CHECK_FALSE(judgement.newer_step.has_value());
    CHECK(judgement.unknown_handlers.empty());
    CHECK(judgement.lost_trees.empty());
  }
}

TEST_CASE("a mark that nobody read is a divergence, wherever it lies") {
  // Each mark, in each kind of place of each base.
  for (const char* mark : {"_METADATA", "manifest.ocdbt", ".zarray", "zarr.json", "checkpoint",
                           "checkpoint_7", "orbax.checkpoint", "_CHECKPOINT_METADATA"}) {
    for (const Names* base : {&kFlat, &kItems, &kRoot}) {
      const std::string inner = base == &kFlat ? "" : base == &kItems ? "model/" : "5/default/";
      for (const std::string& place : {inner + ".a/", inner + "d/", inner + "d/deep/er/",
                                       inner + "ocdbt.process_0/x/", inner + "state/"}) {
        // A store's own place for a mark is no place for it here.
        const Names paths = With(*base, {place + mark, inner + "manifest.ocdbt"});
        INFO(place + mark);
        const Judgement judgement = JudgeCase({paths, {}, "", {}, {}});
        CHECK(std::any_of(
            judgement.divergences.begin(), judgement.divergences.end(),
            [&](const Divergence& d) { return place.starts_with(d.place) && !d.place.empty(); }));
      }
    }
  }
  CHECK(Places(JudgeCase({With(kFlat, {".git/_METADATA"}), {}, kTree, {}, {}})) == Names{".git/"});
  // Right in the source it is named itself.
  CHECK(Places(JudgeCase({With(kFlat, {".zarray"}), {}, kTree, {}, {}})) == Names{".zarray"});
  CHECK(Places(JudgeCase(
            {With(kItems, {"checkpoint_7"}), {{"cfg", kJson}, {"model", kTree}}, "", {}, {}})) ==
        Names{"checkpoint_7"});
}

TEST_CASE("directories that readers take and nobody hashed are named with their readers") {
  const Judgement judgement =
      JudgeCase({With(kItems, {".a/_METADATA"}), {{"cfg", kJson}, {"model", kTree}}, "", {}, {}});
  REQUIRE(judgement.divergences.size() == 1);
  CHECK(judgement.divergences[0].place == ".a/");
  CHECK(judgement.divergences[0].reader.find("v1 load (0.11.37)") != std::string::npos);
  CHECK(judgement.divergences[0].reader.find("v1 load_checkpointables (0.12.8)") !=
        std::string::npos);
  // By a handler it needs no mark.
  CHECK(Places(JudgeCase({With(kItems, {".a/metadata"}),
                          {{".a", kJson}, {"cfg", kJson}, {"model", kTree}},
                          "",
                          {},
                          {}})) == Names{".a/"});
}

TEST_CASE("a handler of another kind than the item") {
  struct Row {
    Handlers handlers;
    Names places;
    size_t unknown;
  };
  const Row rows[] = {
      {{{"cfg", kJson}, {"model", kJson}}, {"model/"}, 0},
      {{{"cfg", kTree}, {"model", kTree}}, {"cfg/"}, 0},
      {{{"cfg", kJson}, {"model", kArray}}, {"model/"}, 0},
      {{{"cfg", kJson}, {"model", "my.Handler"}}, {}, 1},
      {{{"cfg", kJson}, {"model", ""}}, {}, 0},
  };
  for (const Row& row : rows) {
    const Judgement judgement = JudgeCase({kItems, row.handlers, "", {}, {}});
    CHECK(Places(judgement) == row.places);
    CHECK(judgement.unknown_handlers.size() == row.unknown);
  }
  CHECK(Places(JudgeCase({kFlat, {}, kJson, {}, {}})) == Names{""});
}

TEST_CASE("each kind of item fits its handlers, and no other") {
  const std::string handlers[] = {
      kTree, kJson, kArray,
      "orbax.checkpoint._src.handlers.proto_checkpoint_handler.ProtoCheckpointHandler"};
  struct Row {
    const char* kind;
    Names files;
    std::string fits;  // of tree, JSON, array, proto
  };
  const Row rows[] = {
      {"a tree", {"i/_METADATA"}, "T..."},
      {"a tree in OCDBT", {"i/_METADATA", "i/manifest.ocdbt", "i/checkpoint/.zarray"}, "T..."},
      {"one array", {"i/_METADATA", "i/checkpoint/.zarray"}, "..A."},
      {"one array of zarr 3", {"i/_METADATA", "i/checkpoint/zarr.json"}, "..A."},
      {"a leaf called checkpoint", {"i/_METADATA", "i/checkpoint/.zarray", "i/b/.zarray"}, "T..."},
      {"an array beside what is none", {"i/_METADATA", "i/checkpoint/.zarray", "i/b/0"}, "..A."},
      {"msgpack", {"i/checkpoint"}, "T.A."},
      {"JSON", {"i/data.json"}, ".J.."},
      {"JSON twice", {"i/data.json", "i/metadata"}, ".J.."},
      {"proto", {"i/proto.pbtxt"}, "...P"},
      {"a bare database", {"i/manifest.ocdbt"}, "TJAP"},  // no reader of Orbax's takes it
      {"a bare array", {"i/.zarray"}, "TJAP"},
  };
  for (const Row& row : rows)
    for (size_t h = 0; h < 4; ++h) {
      INFO(row.kind << " " << handlers[h]);
      const Judgement judgement =
          JudgeCase({With(row.files, {"_CHECKPOINT_METADATA"}), {{"i", handlers[h]}}, "", {}, {}});
      const bool differs = std::any_of(
          judgement.divergences.begin(), judgement.divergences.end(), [](const Divergence& d) {
            return d.place == "i/" && d.takes.find("item_handlers") != std::string::npos;
          });
      CHECK(differs == (row.fits[h] == '.'));
    }
}

TEST_CASE("what was hashed is named, of many the first three") {
  const Names one{"_CHECKPOINT_METADATA", ".x/_METADATA"};
  const std::pair<Names, std::string> rows[] = {
      {{}, "nothing"},
      {{"a/_METADATA"}, "a/"},
      {{"a/_METADATA", "b/_METADATA", "c/_METADATA"}, "a/, b/, c/"},
      {{"a/_METADATA", "b/_METADATA", "c/_METADATA", "d/_METADATA"}, "a/, b/, c/ and others"}};
  for (const auto& [items, hashed] : rows) {
    const Judgement judgement = JudgeCase({With(one, items), {}, "", {}, {}});
    const auto told = std::find_if(
        judgement.divergences.begin(), judgement.divergences.end(), [](const Divergence& d) {
          return d.place == ".x/" && d.reader.find("load_checkpointables") != d.reader.npos;
        });
    INFO(hashed);
    REQUIRE(told != judgement.divergences.end());
    CHECK(told->hashed == hashed);
  }
}

TEST_CASE("an item whose deletion has begun") {
  // With files alone, with directories alone.
  for (const char* item : {"cfg", "model"})
    CHECK(Places(JudgeCase({kItems, {{"cfg", kJson}, {"model", kTree}}, "", {item}, {}})) ==
          Names{std::string(item) + "/"});
  CHECK(Places(JudgeCase({kItems, {{"cfg", kJson}, {"model", kTree}}, "", {"model"}, {}})) ==
        Names{"model/"});
  CHECK(Places(JudgeCase({kItems, {{"cfg", kJson}, {"model", kTree}}, "", {"gone"}, {}})) ==
        Names{});
}

TEST_CASE("the newest step, by every format of names") {
  struct Row {
    Names more;
    std::optional<std::string> step;
    Names places;
    std::optional<std::string> newer;
  };
  const Row rows[] = {
      {{}, {}, {}, {}},
      {{}, "2", {}, "5"},
      {{"9/"}, {}, {}, "9"},  // whatever is in it
      {{"9@"}, {}, {}, "9"},  // a link too
      {{"9.orbax-checkpoint-tmp-1/default/_METADATA"}, {}, {}, {}},
      {{"18446744073709551617/"}, {}, {}, "18446744073709551617"},
      {{"x_9/default/_METADATA"}, {}, {"x_9/"}, {}},
      {{"09/default/_METADATA"}, {}, {"5/"}, {}},    // a manager of plain numbers does not see 09
      {{"checkpoint_9"}, {}, {"checkpoint_9"}, {}},  // Flax
      {{"checkpoint_9"}, "5", {}, {}},               // the user said which one is meant
      {{"x_9/default/_METADATA"}, "x_9", {}, {}},
      {{"9.partial_save/default/_METADATA"}, {}, {}, {}},
      {{"x.orbax-checkpoint-tmp_9/default/_METADATA"}, {}, {}, {}},
      {{"003/default/_METADATA"}, {}, {"003/"}, {}},  // all that a manager of three digits knows
  };
  for (const Row& row : rows) {
    INFO((row.more.empty() ? "" : row.more[0]));
    const Judgement judgement = JudgeCase({With(kRoot, row.more), {}, "", {}, row.step});
    CHECK(Places(judgement) == row.places);
    CHECK(judgement.newer_step == row.newer);
  }
  // Of names with fractions, which only Flax writes, the greatest number is the newest, not the
  // first in the listing.
  const Names flax{"checkpoint_4", "checkpoint_5"};
  CHECK(JudgeCase({With(flax, {"checkpoint_10.5@", "checkpoint_20.5@"}), {}, "", {}, {}})
            .newer_step == "checkpoint_20.5");
  CHECK(
      JudgeCase({With(flax, {"checkpoint_20.5@", "checkpoint_9.5@"}), {}, "", {}, {}}).newer_step ==
      "checkpoint_20.5");
  CHECK(JudgeCase({With(flax, {"checkpoint_10.5@", "checkpoint_9@"}), {}, "", {}, {}}).newer_step ==
        "checkpoint_10.5");
  // Steps that do not say that they are checkpoints: v1 load(root) takes the first name.
  const Names flat{"10/_METADATA", "9/_METADATA"};
  CHECK(Places(JudgeCase({flat, {}, "", {}, "10"})) == Names{});
  CHECK(Places(JudgeCase({flat, {}, "", {}, {}})) == Names{});
  CHECK(Places(JudgeCase({{"9/_METADATA", "8/_METADATA"}, {}, "", {}, {}})) == Names{"8/"});
}

// See contract §10.10, formats §3.8.
TEST_CASE("Flax takes the last name of its order") {
  struct Row {
    Names paths;
    Names places;
    std::optional<std::string> newer;
  };
  const Row rows[] = {
      {{"checkpoint_1", "checkpoint_2"}, {}, {}},
      {{"checkpoint_1", "checkpoint_zzz"}, {"checkpoint_zzz"}, {}},
      {{"checkpoint_1", "checkpoint_"}, {"checkpoint_"}, {}},  // no newest, but a tree nobody read
      {{"checkpoint_1", "checkpoint_7.5/x"}, {}, "checkpoint_7.5"},
      {{"checkpoint_1", "checkpoint_-7.5/x"}, {}, {}},
      {{"checkpoint_1", "checkpoint_7.5@"}, {}, "checkpoint_7.5"},
      {{"checkpoint_1", "checkpoint_7.5@", "checkpoint_8.5@"}, {}, "checkpoint_8.5"},
      {{"checkpoint_1", "checkpoint_1.0/x"}, {"checkpoint_1.0"}, {}},
      {{"checkpoint_0.5", "checkpoint_0.25"}, {}, {}},
      {{"checkpoint_0.5", "checkpoint_0.25", "checkpoint_0.75@"}, {}, "checkpoint_0.75"},
      {{"checkpoint_5/_METADATA", "checkpoint_zzz"}, {"checkpoint_zzz"}, {}},
  };
  for (const Row& row : rows) {
    INFO(row.paths.back());
    const Judgement judgement = JudgeCase({row.paths, {}, "", {}, {}});
    Names places = Places(judgement);  // twice where it is the newest and a tree that nobody read
    places.erase(std::unique(places.begin(), places.end()), places.end());
    CHECK(places == row.places);
    CHECK(judgement.newer_step == row.newer);
  }
}

TEST_CASE("a store beside what only Orbax writes has lost its tree") {
  CHECK(JudgeCase({{"_CHECKPOINT_METADATA", "manifest.ocdbt"}, {{"x", kTree}}, "", {}, {}})
            .lost_trees.empty());
  // By the handler of the checkpoint itself, or of the item: those that read a tree or an array.
  const std::pair<std::string, bool> by_handler[] = {
      {kTree, true},
      {kArray, true},
      {"orbax.checkpoint.x.JaxRandomKeyCheckpointHandler", true},
      {kJson, false},
      {"my.Handler", false},
      {"", false}};
  for (const auto& [handler, lost] : by_handler) {
    INFO(handler);
    for (const Names& store : {Names{"manifest.ocdbt", "d/x"}, Names{".zarray", "0"}}) {
      CHECK(JudgeCase({With(store, {"_CHECKPOINT_METADATA"}), {}, handler, {}, {}})
                .lost_trees.size() == (lost && store[0] != ".zarray" ? 1 : 0));
      Names below{"_CHECKPOINT_METADATA"};
      for (const std::string& file : store) below.push_back("m/" + file);
      CHECK(JudgeCase({below, {{"m", handler}}, "", {}, {}}).lost_trees.size() == (lost ? 1 : 0));
      CHECK(JudgeCase({below, {{"other", handler}}, "", {}, {}}).lost_trees.empty());
    }
  }
  for (const char* mark : {"_sharding", "_strings.json", "array_metadatas/process_0",
                           "ocdbt.process_0/manifest.ocdbt"}) {
    INFO(mark);
    CHECK(JudgeCase({{"manifest.ocdbt", "d/x", mark}, {}, "", {}, {}}).lost_trees.size() == 1);
    CHECK(JudgeCase({{"manifest.ocdbt", "d/x", "checkpoint", mark}, {}, "", {}, {}})
              .lost_trees.empty());
  }
  CHECK(
      JudgeCase({{"_CHECKPOINT_METADATA", "model/manifest.ocdbt"}, {{"model", kTree}}, "", {}, {}})
          .lost_trees.size() == 1);
}

TEST_CASE("what AUTO takes, by version") {
  struct Row {
    Names paths;
    std::optional<std::string> old, recent;
  };
  const Row rows[] = {
      {kFlat, "", ""},
      {{"_CHECKPOINT_METADATA", "b/_METADATA", "pytree/_METADATA", "state/_METADATA"},
       "pytree",
       "state"},
      {{"_CHECKPOINT_METADATA", "pytree/_METADATA", "cfg/_METADATA"}, "pytree", "cfg"},
      {With(kFlat, {"d/_METADATA"}), "d", "d"},
      {{"_CHECKPOINT_METADATA", "metrics/_METADATA", "AUTO/_METADATA"}, {}, {}},
      {{"orbax.checkpoint", "a/_METADATA"}, {}, {}},
      {{"a/_METADATA"}, "a", "a"},
  };
  for (const Row& row : rows) {
    const auto listing = Listing(row.paths);
    const orbax::ListingIndex index(listing);
    const AutoItem item = AutoOf(CheckpointView{index, "", false, nullptr});
    CHECK(item.orbax_0_11_37 == row.old);
    CHECK(item.orbax_0_12_8 == row.recent);
  }
}

TEST_CASE("Flax restores of a file what msgpack makes of all of it") {
  struct Row {
    std::string bytes;
    bool restores;
    uint64_t more = 0;  // bytes behind those that are seen
  };
  const std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08", 25);
  const Row rows[] = {
      // As Flax 0.12.8 answered.
      {"\x81\xa1"
       "a\x05",
       true},
      {"\x91\x05", true},
      {"5", true},
      {"\xa1"
       "a",
       true},
      {"\xc4\x01"
       "a",
       true},
      {"\x81\x05\x06", true},
      {"", false},
      {{"\xd5\x01\0\0", 4}, true},
      {{"\xd5\x01\0\0\0", 5}, false},
      // An empty container is nothing.
      {"\x80", false},
      {"\x90", false},
      {{"\xde\0\0", 3}, false},
      // Texts, images, pickles, archives: bytes are left over.
      {"# readme", false},
      {"{}", false},
      {"\xff\xd8\xff\xe0", false, 900},
      {png, false, 900},
      {"\x80\x04\x95", false, 900},
      {"PK\x03\x04", false, 900},
      // Cut off, or never used.
      {"\x81\xa1", false},
      {"\xde", false},
      {"\xc1", false},
      {"\x92\xc1", false},
      // What is not seen may be anything.
      {"\x82\xa1"
       "a\x05",
       true, 900},
      {"\xdf\x01", true, 900},
      {std::string(64, '\x91'), true, 1},
      {"\xdb\xff\xff\xff\xff", false, 900},
      {"\xdd\xff\xff\xff\xff", true, 900},
  };
  for (const Row& row : rows) {
    INFO(row.bytes.size() << " "
                          << int(row.bytes.empty() ? 0 : static_cast<uint8_t>(row.bytes[0])));
    CHECK(MayRestoreFlax(AsBytes(row.bytes), row.bytes.size() + row.more) == row.restores);
  }
}

TEST_CASE("a file with a name of Flax's is a mark where Flax would look at it and can restore it") {
  struct Row {
    Names more;
    bool not_flax, told;
  };
  const Row rows[] = {
      {{"checkpoint_notes"}, false, true},
      {{"checkpoint_notes"}, true, false},
      {{"checkpoint_tmp"}, false, false},
      {{"checkpoint_7.orbax-checkpoint-tmp-1"}, false, false},
      {{"cfg/checkpoint_7"}, false, true},
      {{"cfg/checkpoint_7"}, true, false},
      {{"model/checkpoint_7"}, false, false},
  };
  for (const Row& row : rows) {
    auto listing = Listing(With(kItems, row.more));
    for (FileEntry& entry : listing)
      entry.not_flax = row.not_flax && entry.path.find("checkpoint_") != std::string::npos;
    const auto layout = orbax::FindLayout(listing, {});
    INFO(row.more[0] << row.not_flax);
    CHECK((Judge({listing, layout, {}, {}}).divergences.size() == 1) == row.told);
  }
}

TEST_CASE("--prefix says which steps are meant") {
  struct Row {
    Names paths;
    std::string prefix, chosen;
  };
  const Row rows[] = {
      {{"ckpt_1", "ckpt_2", "checkpoint_7"}, "ckpt_", "ckpt_2"},
      {{"ckpt_1", "checkpoint_zzz", "checkpoint_7", "checkpoint_7_gda/w/.zarray"},
       "ckpt_",
       "ckpt_1"},
      {{"ckpt_1", "x_9/_METADATA", "x_9/_CHECKPOINT_METADATA"}, "ckpt_", "ckpt_1"},
      {{"ckpt_1", "9/_METADATA", "9/_CHECKPOINT_METADATA"}, "ckpt_", "ckpt_1"},
      {{"m_3/_METADATA", "9/_METADATA", "9/_CHECKPOINT_METADATA"}, "m_", "m_3"},
  };
  for (const Row& row : rows) {
    const auto listing = Listing(row.paths);
    orbax::LayoutOptions options;
    options.prefix = row.prefix;
    options.prefix_named = true;
    const auto layout = orbax::FindLayout(listing, options);
    INFO(row.paths[1]);
    REQUIRE(layout.chosen.has_value());
    CHECK(layout.chosen->Name() == row.chosen);
    const Judgement judgement = Judge({listing, layout, {}, {}, false, true});
    CHECK(Places(judgement) == Names{});
    CHECK_FALSE(judgement.newer_step.has_value());
  }
}

TEST_CASE("arrays that a Flax file of another step refers to are that step's") {
  CHECK(Places(JudgeCase(
            {{"checkpoint_1", "checkpoint_1_gda/w/.zarray", "checkpoint_2"}, {}, "", {}, {}})) ==
        Names{});
}

TEST_CASE("a link is a gap where a reader may open it") {
  struct Row {
    std::string link;
    bool to_directory;
    LinkRole role;
  };
  const Row rows[] = {
      {"notes.txt", false, LinkRole::kElsewhere},
      {"README", false, LinkRole::kElsewhere},
      {"model/notes.txt", false, LinkRole::kElsewhere},
      {"notes", true, LinkRole::kMayBeOpened},
      {"_CHECKPOINT_DELETION", false, LinkRole::kMayBeOpened},
      {"checkpoint_9", false, LinkRole::kMayBeOpened},
      {"model/checkpoint", false, LinkRole::kMayBeOpened},
      {"model/d/notes.txt", false, LinkRole::kMayBeOpened},
      {"model/0.1", false, LinkRole::kMayBeOpened},
      {"model/manifest.0000000000000001", false, LinkRole::kMayBeOpened},
      {"flax_model.msgpack", false, LinkRole::kMayBeOpened},
      {".git/x", false, LinkRole::kCompanion},
      {".git/_METADATA", false, LinkRole::kMayBeOpened},
      {".git/refs/_METADATA", false, LinkRole::kCompanion},
      {"run_9", false, LinkRole::kMayBeOpened},
      {"model/run_9", false, LinkRole::kMayBeOpened},
  };
  for (const Row& row : rows) {
    const auto listing = Listing(With(kItems, {row.link + "@"}));
    const auto layout = orbax::FindLayout(listing, {});
    FileEntry link{row.link, 0, FileEntry::Kind::kSymlink, row.to_directory};
    INFO(row.link);
    CHECK(LinkRoles(layout, false).RoleOf(link) == row.role);
  }
}

TEST_CASE("a link in a root is a gap where a reader of the root, or of the step, may open it") {
  struct Row {
    std::string link;
    bool to_directory;
    LinkRole role, with_checkpoints;  // that of a root whose children are no checkpoints, or are
  };
  const LinkRole opened = LinkRole::kMayBeOpened, elsewhere = LinkRole::kElsewhere;
  const Row rows[] = {
      {"_METADATA", false, opened, opened},
      {"checkpoint_x", false, opened, opened},
      {"run_9", false, opened, opened},
      {"ckpt_tmp", false, opened, opened},  // begins as the steps do
      {"notes", true, opened, elsewhere},
      {"notes", false, elsewhere, elsewhere},
      {"data.json", false, elsewhere, elsewhere},
      {"ckpt_1/_METADATA", false, opened, elsewhere},
      {"ckpt_1/state/_METADATA", false, elsewhere, elsewhere},
      {"ckpt_1/notes", true, elsewhere, elsewhere},
      {"ckpt_2/_METADATA", false, opened, opened},
      {"ckpt_2/notes", true, opened, opened},
      {"ckpt_2/notes", false, elsewhere, elsewhere},
      {"other/_METADATA", false, opened, opened},
  };
  const auto listing =
      Listing({"ckpt_1/state/_METADATA", "ckpt_1/_CHECKPOINT_METADATA", "ckpt_2/state/_METADATA",
               "ckpt_2/_CHECKPOINT_METADATA", "other/x"});
  const auto layout = orbax::FindLayout(listing, {});
  REQUIRE(layout.chosen->prefix == "ckpt");
  for (const Row& row : rows) {
    INFO(row.link);
    const FileEntry link{row.link, 0, FileEntry::Kind::kSymlink, row.to_directory};
    CHECK(LinkRoles(layout, false).RoleOf(link) == row.role);
    CHECK(LinkRoles(layout, true).RoleOf(link) == row.with_checkpoints);
  }
  const auto plain = Listing({"1/_METADATA", "2/_METADATA"});
  const auto numbers = orbax::FindLayout(plain, {});
  for (const auto& [name, role] : {std::pair{"notes", elsewhere}, {"7", opened}})
    CHECK(LinkRoles(numbers, true).RoleOf({name, 0, FileEntry::Kind::kSymlink, false}) == role);
}

// Databases that were never merged have a finding of their own (contract §10.21).
TEST_CASE("a process's manifest is no mark where nothing was merged") {
  const Names base{"_CHECKPOINT_METADATA", "model/_METADATA",
                   "state/ocdbt.process_1/manifest.ocdbt"};
  CHECK(Places(JudgeCase({base, {}, "", {}, {}})) == Names{});
  for (const char* more : {"state/ocdbt.process_1/d/manifest.ocdbt", "other/x/y/manifest.ocdbt",
                           "model/a/manifest.ocdbt", "other/ocdbt.process_1/x/manifest.ocdbt"}) {
    const std::string place = std::string(more).substr(0, std::string(more).rfind('/') + 1);
    CHECK(Places(JudgeCase({With(base, {more}), {}, "", {}, {}})) == Names{place});
  }
  const Names merged{"model/manifest.ocdbt", "model/ocdbt.process_0/manifest.ocdbt"};
  CHECK(Places(JudgeCase({With(base, merged), {}, "", {}, {}})) == Names{});
  CHECK(Places(JudgeCase({With(base, {".zarray"}), {}, "", {}, {}})) == Names{".zarray"});
}

// Each row is a source of n things of one kind times n of another: four times as many may take some
// more than four times as long, never sixteen.
TEST_CASE("the cost is linear in what there is") {
  using Make = Names (*)(size_t);
  const auto step = [](size_t i) { return std::to_string(i + 1) + "/"; };
  static const auto kStep = step;
  const Make makers[] = {
      // Bare items and documents, steps and what is read of them.
      [](size_t n) {
        Names all;
        for (size_t i = 0; i < n; ++i) {
          all.push_back(kStep(i) + "_CHECKPOINT_METADATA");
          all.push_back(kStep(i) + "w/a/.zarray");
        }
        return all;
      },
      // Links and steps.
      [](size_t n) {
        Names all;
        for (size_t i = 0; i < n; ++i) {
          all.push_back(kStep(i) + "_METADATA");
          all.push_back(kStep(i) + "x@");
        }
        return all;
      },
      // Prefixes and names.
      [](size_t n) {
        Names all;
        for (size_t i = 0; i < n; ++i) {
          all.push_back("p" + std::to_string(i) + "_1/_METADATA");
          all.push_back(kStep(i) + "_METADATA");
        }
        return all;
      },
      // Files of Flax's, which lie in one directory, and marks.
      [](size_t n) {
        Names all;
        for (size_t i = 0; i < n; ++i) {
          all.push_back("flax_model_" + std::to_string(i) + ".msgpack");
          all.push_back("u" + std::to_string(i) + "/b/c/.zarray");
        }
        return all;
      },
  };
  for (const Make make : makers) {
    const auto cost = [&](size_t n) {
      const auto listing = Listing(make(n));
      const std::clock_t begin = std::clock();
      orbax::LayoutOptions options;
      options.all_steps = true;
      const auto layout = orbax::FindLayout(listing, options);
      std::map<std::string, orbax::CheckpointMetadata> documents;
      for (const std::string& directory : layout.checkpoint_directories)
        documents[directory].item_handlers.emplace();
      const SourceView source{listing, layout, documents, {}};
      Judge(source);
      Describe(source);
      const LinkRoles roles(layout, false);
      for (const FileEntry& entry : listing)
        if (entry.kind == FileEntry::Kind::kSymlink) roles.RoleOf(entry);
      return static_cast<double>(std::clock() - begin) + 1000.0;
    };
    cost(500);
    INFO("kind " << &make - makers);
    CHECK(cost(12000) < 10 * cost(3000));
  }
}
