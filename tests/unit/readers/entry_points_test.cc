#include "readers/entry_points.h"

#include <algorithm>

#include "base/text.h"
#include "readers/source.h"
#include "support/catch.h"
#include "support/kept_text.h"

using namespace leafsum;
using namespace leafsum::readers;

namespace {

using Names = std::vector<std::string>;
using Handlers = std::map<std::string, std::string, std::less<>>;

const std::string kTree = "orbax.checkpoint.handlers.PyTreeCheckpointHandler",
                  kJson = "orbax.checkpoint.handlers.JsonCheckpointHandler",
                  kProto = "orbax.checkpoint.handlers.ProtoCheckpointHandler",
                  kArray = "orbax.checkpoint.handlers.ArrayCheckpointHandler",
                  kKey = "orbax.checkpoint.handlers.JaxRandomKeyCheckpointHandler";

std::vector<FileEntry> Listing(Names paths) {
  std::sort(paths.begin(), paths.end());
  std::vector<FileEntry> listing;
  for (const std::string& path : paths) {
    FileEntry entry;
    entry.path = test::KeptText(path);
    if (path.ends_with('/')) entry.kind = FileEntry::Kind::kDirectory;
    listing.push_back(entry);
  }
  return listing;
}

// "" where there is no such document; the handler of a flat checkpoint as the item "".
std::optional<orbax::CheckpointMetadata> Document(const std::optional<Handlers>& handlers) {
  if (!handlers) return std::nullopt;
  orbax::CheckpointMetadata document;
  if (const auto flat = handlers->find(""); flat != handlers->end())
    document.handler = flat->second;
  else
    document.item_handlers = *handlers;
  return document;
}

// "state:tree cfg:json", or "! and why".
std::string Told(const Answer& answer) {
  std::string text = answer.raises.empty() ? "" : "! " + answer.raises;
  for (const Opened& opened : answer.opened)
    text += (text.empty() ? "" : " ") + (opened.directory.empty() ? "." : opened.directory) + ":" +
            std::string(HandlerName(opened.handler));
  return text;
}

}  // namespace

TEST_CASE("what each entry point takes of a directory") {
  struct Row {
    Names paths;
    std::optional<Handlers> handlers;
    std::string pytree, composite, load, checkpointables;
    // Of 0.12.8, where it differs.
    std::optional<std::string> recent_load = {}, recent_checkpointables = {};
    bool below_checkpoint = false;
  };
  const std::string no_tree = "! no _METADATA and no msgpack file checkpoint",
                    no_item = "! no directory in it", nothing = "! no tree in it",
                    flat = "! a flat checkpoint has no items";
  const Row rows[] = {
      // Flat: the directory is the tree.
      {{"_METADATA"}, {}, ".:a tree", no_item, ".:a tree", "", {}, flat},
      {{"_METADATA", "_CHECKPOINT_METADATA"},
       Handlers{{"", kTree}},
       ".:a tree",
       "! item_handlers is for a flat checkpoint",
       ".:a tree",
       "",
       {},
       flat},
      {{"_METADATA", "_CHECKPOINT_METADATA"},
       Handlers{{"", kJson}},
       ".:a tree",
       "! item_handlers is for a flat checkpoint",
       ".:JSON",
       "",
       {},
       flat},
      {{"_METADATA", "_CHECKPOINT_METADATA"},
       Handlers{{"", kArray}},
       ".:a tree",
       "! item_handlers is for a flat checkpoint",
       ".:a tree",
       "",
       {},
       flat},
      {{"_CHECKPOINT_METADATA", "data.json"},
       Handlers{{"", kJson}},
       no_tree,
       "! item_handlers is for a flat checkpoint",
       nothing,
       "",
       {},
       flat},
      {{"_METADATA", "_CHECKPOINT_METADATA"},
       Handlers{},
       ".:a tree",
       no_item,
       "! item_handlers is for a checkpoint with items",
       "",
       {},
       flat},
      // With the marker of v1 the directory itself is never the tree.
      {{"_METADATA", "_CHECKPOINT_METADATA", "orbax.checkpoint"},
       {},
       ".:a tree",
       no_item,
       nothing,
       ""},
      {{"_METADATA", "orbax.checkpoint"},
       {},
       ".:a tree",
       no_item,
       "! orbax.checkpoint without _CHECKPOINT_METADATA",
       "! orbax.checkpoint without _CHECKPOINT_METADATA"},
      // msgpack.
      {{"checkpoint"}, {}, ".:a tree", no_item, nothing, ""},
      {{"notes"}, {}, no_tree, no_item, nothing, ""},
      // Items: the first tree by name, after the name that comes before all.
      {{"_CHECKPOINT_METADATA", "cfg/metadata", "model/_METADATA"},
       Handlers{{"cfg", kJson}, {"model", kTree}},
       no_tree,
       "cfg/:JSON model/:a tree",
       "model/:a tree",
       "cfg/:JSON model/:a tree"},
      {{"_CHECKPOINT_METADATA", "a/_METADATA", "pytree/_METADATA", "state/_METADATA"},
       Handlers{{"a", kTree}, {"pytree", kTree}, {"state", kTree}},
       no_tree,
       "a/:a tree pytree/:a tree state/:a tree",
       "pytree/:a tree",
       "a/:a tree pytree/:a tree state/:a tree",
       "state/:a tree"},
      // Without a handler v0 raises and v1 tries a tree.
      {{"_CHECKPOINT_METADATA", "cfg/metadata", "model/_METADATA"},
       {},
       no_tree,
       "! no known handler for cfg/",
       "model/:a tree",
       "! cfg/ is not a tree"},
      {{"_CHECKPOINT_METADATA", "a/_METADATA", "b/_METADATA"},
       Handlers{{"a", kTree}},
       no_tree,
       "! no known handler for b/",
       "a/:a tree",
       "a/:a tree b/:a tree"},
      {{"_CHECKPOINT_METADATA", "a/_METADATA", "b/_METADATA"},
       Handlers{{"a", kTree}, {"b", "my.Handler"}},
       no_tree,
       "! no known handler for b/",
       "a/:a tree",
       "a/:a tree b/:a tree"},
      // Of another kind than its handler.
      {{"_CHECKPOINT_METADATA", "a/_METADATA", "b/_METADATA"},
       Handlers{{"a", kTree}, {"b", kJson}},
       no_tree,
       "! b/ is not JSON",
       "a/:a tree",
       "! b/ is not JSON"},
      // Each kind, by each name that makes it one.
      {{"_CHECKPOINT_METADATA", "a/data.json", "b/metadata", "c/metrics", "p/proto.pbtxt"},
       Handlers{{"a", kJson}, {"b", kJson}, {"c", kJson}, {"p", kProto}},
       no_tree,
       "a/:JSON b/:JSON c/:JSON p/:a proto",
       nothing,
       "a/:JSON b/:JSON c/:JSON p/:a proto"},
      {{"_CHECKPOINT_METADATA", "p/metadata"},
       Handlers{{"p", kProto}},
       no_tree,
       "! p/ is not a proto",
       nothing,
       "! p/ is not a proto"},
      // What v0 reads and v1 does not.
      {{"_CHECKPOINT_METADATA", "a/checkpoint"},
       Handlers{{"a", kTree}},
       no_tree,
       "a/:a tree",
       nothing,
       "! a/ is not a tree"},
      {{"_CHECKPOINT_METADATA", "a/checkpoint/.zarray"},
       Handlers{{"a", kArray}},
       no_tree,
       "a/:one array",
       nothing,
       "! a/ is not a tree"},
      {{"_CHECKPOINT_METADATA", "a/checkpoint/zarr.json"},
       Handlers{{"a", kArray}},
       no_tree,
       "a/:one array",
       nothing,
       "! a/ is not a tree"},
      {{"_CHECKPOINT_METADATA", "a/_METADATA"},
       Handlers{{"a", kArray}},
       no_tree,
       "a/:one array",
       "a/:a tree",
       "a/:a tree"},
      {{"_CHECKPOINT_METADATA", "k/jax_random_key/_METADATA"},
       Handlers{{"k", kKey}},
       no_tree,
       "k/:a random key",
       nothing,
       "! k/ is not a tree"},
      {{"_CHECKPOINT_METADATA", "k/np_random_key/_METADATA"},
       Handlers{{"k", kKey}},
       no_tree,
       "k/:a random key",
       nothing,
       "! k/ is not a tree"},
      {{"_CHECKPOINT_METADATA", "k/jax_random_key/checkpoint"},
       Handlers{{"k", kKey}},
       no_tree,
       "k/:a random key",
       nothing,
       "! k/ is not a tree"},
      {{"_CHECKPOINT_METADATA", "k/np_random_key/checkpoint"},
       Handlers{{"k", kKey}},
       no_tree,
       "k/:a random key",
       nothing,
       "! k/ is not a tree"},
      {{"_CHECKPOINT_METADATA", "k/checkpoint"},
       Handlers{{"k", kKey}},
       no_tree,
       "! k/ is not a random key",
       nothing,
       "! k/ is not a tree"},
      {{"_CHECKPOINT_METADATA", "k/np_random_key/_METADATA"},
       Handlers{{"k", kJson}},
       no_tree,
       "! k/ is not JSON",
       nothing,
       "! k/ is not JSON"},
      // Names that v1 leaves out, and one that it reads in its own way whatever was saved.
      {{"_CHECKPOINT_METADATA", "AUTO/_METADATA", "metrics/_METADATA",
        "_CHECKPOINT_DELETION/_METADATA", "m/_METADATA"},
       Handlers{{"AUTO", kTree}, {"metrics", kTree}, {"_CHECKPOINT_DELETION", kTree}, {"m", kTree}},
       no_tree,
       "AUTO/:a tree _CHECKPOINT_DELETION/:a tree m/:a tree metrics/:a tree",
       "m/:a tree",
       "m/:a tree"},
      {{"_CHECKPOINT_METADATA", "state/_METADATA", "state/metadata"},
       Handlers{{"state", kJson}},
       no_tree,
       "state/:JSON",
       "state/:a tree",
       "state/:a tree"},
      // No checkpoint by itself: one around it, others in it.
      {{"_METADATA"},
       {},
       ".:a tree",
       no_item,
       "! the directory around it is a checkpoint",
       "! the directory around it is a checkpoint",
       {},
       {},
       true},
      {{"_METADATA", "_CHECKPOINT_METADATA", "orbax.checkpoint", "a/_METADATA"},
       {},
       ".:a tree",
       "! no known handler for a/",
       "a/:a tree",
       "a/:a tree",
       {},
       {},
       true},
      {{"5/_CHECKPOINT_METADATA", "5/_METADATA"},
       {},
       no_tree,
       "! no known handler for 5/",
       "! a directory of checkpoints",
       "! a directory of checkpoints"},
      {{"5/_CHECKPOINT_METADATA", "5/_METADATA", "_CHECKPOINT_METADATA"},
       {},
       no_tree,
       "! no known handler for 5/",
       "5/:a tree",
       "5/:a tree"},
      {{"5/_CHECKPOINT_METADATA", "5/_METADATA", "_METADATA"},
       {},
       ".:a tree",
       "! no known handler for 5/",
       "5/:a tree",
       "5/:a tree",
       {},
       flat},
  };
  // As the source itself, and as a directory of it.
  for (const Row& row : rows)
    for (const std::string directory : {"", "x/y/"}) {
      Names paths;
      for (const std::string& path : row.paths) paths.push_back(directory + path);
      const auto listing = Listing(paths);
      const orbax::ListingIndex index(listing);
      const auto document = Document(row.handlers);
      const auto answers =
          AskEntryPoints({index, directory, row.below_checkpoint, document ? &*document : nullptr});
      INFO(row.paths.back() << " in " << directory);
      REQUIRE(answers.size() == 6);
      const std::string wanted[] = {row.pytree,
                                    row.composite,
                                    row.load,
                                    row.checkpointables,
                                    row.recent_load.value_or(row.load),
                                    row.recent_checkpointables.value_or(row.checkpointables)};
      for (size_t i = 0; i < answers.size(); ++i) {
        std::string told = Told(answers[i]);
        for (size_t at; !directory.empty() && (at = told.find(directory)) != told.npos;)
          told.replace(at, directory.size(),
                       told.substr(at + directory.size(), 1) == ":" ? "." : "");
        INFO(answers[i].entry->name << " " << answers[i].entry->versions);
        CHECK(told == wanted[i]);
      }
    }
}

TEST_CASE("the class that a handler's name says") {
  struct Row {
    const char* name;
    Handler handler;
    std::string_view is;
  };
  const Row rows[] = {
      {"", Handler::kNone, "an unknown kind"},
      {"my.PyTreeCheckpointHandler", Handler::kUnknown, "an unknown kind"},
      {"orbax.checkpoint.x.OtherHandler", Handler::kUnknown, "an unknown kind"},
      {"orbax.checkpoint.a.b.PyTreeCheckpointHandler", Handler::kPyTree, "a tree"},
      {"orbax.checkpoint.BasePyTreeCheckpointHandler", Handler::kPyTree, "a tree"},
      {"orbax.checkpoint.a.StandardCheckpointHandler", Handler::kPyTree, "a tree"},
      {"orbax.checkpoint.a.PyTreeHandler", Handler::kPyTree, "a tree"},
      {"orbax.checkpoint.a.StatefulCheckpointableHandler", Handler::kPyTree, "a tree"},
      {"orbax.checkpoint.a.ArrayCheckpointHandler", Handler::kArray, "one array"},
      {"orbax.checkpoint.a.JaxRandomKeyCheckpointHandler", Handler::kRandomKey, "a random key"},
      {"orbax.checkpoint.a.NumpyRandomKeyCheckpointHandler", Handler::kRandomKey, "a random key"},
      {"orbax.checkpoint.a.JsonCheckpointHandler", Handler::kJson, "JSON"},
      {"orbax.checkpoint.a.JsonHandler", Handler::kJson, "JSON"},
      {"orbax.checkpoint.a.MetricsHandler", Handler::kJson, "JSON"},
      {"orbax.checkpoint.a.ProtoCheckpointHandler", Handler::kProto, "a proto"},
      {"orbax.checkpoint.a.ProtoHandler", Handler::kProto, "a proto"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    CHECK(ParseHandler(row.name) == row.handler);
    CHECK(HandlerName(row.handler) == row.is);
  }
}

TEST_CASE("check --readers: what each reader takes of a source, a row each") {
  const auto told = [](const Names& paths, const std::map<std::string, Handlers>& handlers,
                       bool all_steps = false) {
    const auto listing = Listing(paths);
    orbax::LayoutOptions options;
    options.all_steps = all_steps;
    const auto layout = orbax::FindLayout(listing, options);
    std::map<std::string, orbax::CheckpointMetadata> documents;
    for (const auto& [directory, of] : handlers) documents[directory] = *Document(of);
    std::string text;
    for (const ReaderRow& row : Describe({listing, layout, documents, {}})) {
      text += row.checkpoint + "|" + row.reader + "|";
      for (const std::string& takes : row.takes) text += takes + ";";
      text += row.raises + "\n";
    }
    return text;
  };
  CHECK(told({"_CHECKPOINT_METADATA", "cfg/metadata", "model/_METADATA"},
             {{"", {{"cfg", kJson}, {"model", kTree}}}}) ==
        "|PyTreeCheckpointer, StandardCheckpointer|no _METADATA and no msgpack file checkpoint\n"
        "|Checkpointer(CompositeCheckpointHandler), CheckpointManager.restore|"
        "cfg/ as JSON;model/ as a tree;\n"
        "|v1 load|model/ as a tree;\n"
        "|v1 load_checkpointables|cfg/ as JSON;model/ as a tree;\n"
        "|v1 load|model/ as a tree;\n"
        "|v1 load_checkpointables|cfg/ as JSON;model/ as a tree;\n");
  const std::string flat = told({"_METADATA"}, {});
  CHECK(flat.find("|the source itself as a tree;\n") != flat.npos);
  CHECK(flat.find("steps by") == flat.npos);

  // Of a root: the newest by each format that there is, then the readers of what was read.
  const auto steps = [&](const Names& names, bool all_steps = false) {
    Names paths;
    for (const std::string& name : names) paths.push_back(name + "/_METADATA");
    const std::string text = told(paths, {}, all_steps);
    std::string lines;
    for (size_t at = 0; (at = text.find("steps by ", at)) != text.npos; at += 9)
      lines += text.substr(at + 9, text.find(';', at) - at - 9) + "; ";
    return lines;
  };
  CHECK(steps({"2", "10", "9"}) == "numbers: 10; ");
  CHECK(steps({"2", "007", "010"}) == "numbers: 2; numbers of 3 digits: 010; ");
  CHECK(steps({"2", "1000", "007"}) == "numbers: 1000; numbers of 3 digits: 1000; ");
  CHECK(steps({"02", "003"}) == "numbers of 2 digits: 02; numbers of 3 digits: 003; ");
  CHECK(steps({"0", "00"}) == "numbers: 0; numbers of 2 digits: 00; ");
  CHECK(steps({"ckpt_1", "ckpt_3", "2"}) == "numbers: 2; names such as ckpt_5: ckpt_3; ");
  CHECK(steps({"1", "2.orbax-checkpoint-tmp-1"}) == "numbers: 1; ");
  // Each step that was read has its rows.
  const std::string all = told({"1/_METADATA", "2/_METADATA"}, {}, true);
  CHECK(all.find("1/|PyTreeCheckpointer") != all.npos);
  CHECK(all.find("2/|PyTreeCheckpointer") != all.npos);
  const std::string one = told({"1/_METADATA", "2/_METADATA"}, {});
  CHECK(one.find("1/|PyTreeCheckpointer") == one.npos);
}

TEST_CASE("AUTO of a source is that of the one checkpoint that was read") {
  const auto take = [](const Names& paths, bool all_steps) {
    const auto listing = Listing(paths);
    orbax::LayoutOptions options;
    options.all_steps = all_steps;
    const auto layout = orbax::FindLayout(listing, options);
    return AutoOf(SourceView{listing, layout, {}, {}});
  };
  const Names root{"1/_CHECKPOINT_METADATA", "1/a/_METADATA", "2/_CHECKPOINT_METADATA",
                   "2/b/_METADATA", "2/state/_METADATA"};
  CHECK(take(root, false).orbax_0_11_37 == "b");
  CHECK(take(root, false).orbax_0_12_8 == "state");
  CHECK_FALSE(take(root, true).orbax_0_11_37.has_value());
  // A directory in a checkpoint is none to v1, and is not asked.
  CHECK(take({"_METADATA"}, false).orbax_0_12_8 == "");
}
