// Decides which files make a checkpoint: from a listing to a root or step directory and its items
// (contract §10.9, §10.10; formats §3.1). Pure: decided from names alone. What Orbax's own readers
// would take from the same names is decided in src/readers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/file_entry.h"
#include "orbax/flax_name.h"
#include "orbax/step_name.h"

namespace leafsum::orbax {

enum class ItemKind : uint8_t {
  kPyTree,     // `_METADATA`
  kMsgpack,    // file `checkpoint`
  kBareOcdbt,  // `manifest.ocdbt` alone
  kBareZarr,   // `.zarray`, `.zgroup` or `zarr.json` in it or in a direct subdirectory
  kJson,       // exactly one of `data.json`, `metadata`, `metrics`
  kProto,      // `proto.pbtxt`
  kAmbiguous,  // more than one of the JSON names: `invalid`
};

struct Item {
  std::string name;  // relative to the step directory, under all_steps to the root (contract §2)
  std::string directory;  // relative to the source, "" or ending in "/"
  ItemKind kind = ItemKind::kPyTree;
  std::string file;  // kMsgpack, kJson, kProto: the one file, relative to the source
  // A msgpack tree may refer to arrays beside it; a file that is itself the checkpoint cannot.
  bool HasStore() const { return kind != ItemKind::kMsgpack || file == directory + "checkpoint"; }
  bool uncommitted =
      false;  // the name of its directory says that it is unfinished (contract §10.21)
};

struct LayoutOptions {
  // From --step or the lockfile: a number in digits, or the name of a directory.
  std::optional<std::string> step;
  bool all_steps = false;
  std::string source_name;          // last component of the source's own path, "" if unknown
  std::string prefix{kFlaxPrefix};  // --prefix: for Flax's step files, and for step directories
  bool prefix_named = false;        // the user gave the prefix, so its steps are meant, if any
  std::string step_file{};          // if it exists, the step to take: this file
  std::string file{};  // if the source is this one file (the others are its references), else ""
};

struct Step {
  std::string prefix;     // of the name, without the final "_"
  std::string digits;     // of the name, unchanged; "" for a file that Flax names with sign,
                          // fraction or exponent
  std::string directory;  // relative to the source, ending in "/"; "" for a file
  std::string file;       // a msgpack file that is itself the checkpoint ("checkpoint_5"), else ""
  double value = 0;       // for a file: the number that Flax reads

  std::string Name() const {
    return file.empty() ? directory.substr(0, directory.size() - 1) : file;
  }
  std::optional<uint64_t> number() const { return NumberOf(digits); }
};

struct Layout {
  bool is_root = false;
  std::vector<Step>
      steps;  // of a root, by number, then by name; only committed names of the root's format
  // Children with step names of another format than the root's. A manager of that format would take
  // them.
  std::vector<Step> foreign_steps;
  // Directories each of which could be a checkpoint or a step. Nothing says which, so the user
  // must, by --step or --all-steps.
  std::vector<std::string> ambiguous_steps;
  std::vector<std::string>
      unfinished_steps;  // sibling directories with unfinished names: a warning each
  // Directories in a checkpoint that were skipped because of an unfinished name: `uncommitted`, an
  // error.
  std::vector<std::string> unfinished_items;
  std::optional<Step> chosen;          // in a root, unless all_steps
  bool step_missing = false;           // this root has no step options.step
  bool duplicate_step_number = false;  // two names have the chosen number: refused unless all_steps
  std::vector<Item> items;             // sorted by name as UTF-8 bytes
  std::vector<std::string>
      checkpoint_directories;  // where to look for _CHECKPOINT_METADATA: "", or the chosen steps
  // Directories in the checkpoint that claim to be checkpoints themselves: they are items, or
  // contain items.
  std::vector<std::string> nested_checkpoints;
  // Directories with databases of processes that were never merged: an unfinished save.
  std::vector<std::string> unmerged;
  bool source_uncommitted = false;  // the name of the source or the chosen step is unfinished
  std::vector<std::string> unknown_directories;  // directories of no kind: `unknown-file`
  std::vector<std::string>
      shards;  // files of a Flax tree that is split over several msgpack files: not read
};

Layout FindLayout(const std::vector<FileEntry>& listing, const LayoutOptions& options);

}  // namespace leafsum::orbax
