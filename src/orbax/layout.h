// Which files make a checkpoint: from a listing to a root or step directory and its items
// (contract §10.9, §10.10; formats §3.1). Pure: decided from names alone. What Orbax's own
// readers would take of the same names is the matter of src/readers.
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
  std::string name;  // as contract §2: relative to the step directory; to the root under all_steps
  std::string directory;  // relative to the source, "" or ending in "/"
  ItemKind kind = ItemKind::kPyTree;
  std::string file;  // kMsgpack, kJson, kProto: its one file, relative to the source
  // A msgpack tree may refer to arrays beside it; a file that is itself the checkpoint cannot.
  bool HasStore() const { return kind != ItemKind::kMsgpack || file == directory + "checkpoint"; }
  bool uncommitted =
      false;  // its own directory's name says that it is unfinished (contract §10.21)
};

struct LayoutOptions {
  // --step, or the lockfile's: a number in digits, or the name of a directory.
  std::optional<std::string> step;
  bool all_steps = false;
  std::string source_name;          // last component of the source's own path, "" if unknown
  std::string prefix{kFlaxPrefix};  // --prefix: of Flax's step files, and of step directories
  bool prefix_named = false;        // the user gave it: steps of it are meant where there are any
  std::string step_file{};          // or, where it is there, the step that this file is
  std::string file{};  // the source is this one file (others are what it refers to), else ""
};

struct Step {
  std::string prefix;     // of the name, without the "_" at its end
  std::string digits;     // of the name, as they stand; "" of a file that Flax names with sign,
                          // fraction or exponent
  std::string directory;  // relative to the source, ending in "/"; "" for a file
  std::string file;       // a msgpack file that is itself the checkpoint ("checkpoint_5"), else ""
  double value = 0;       // of a file, as Flax reads it

  std::string Name() const {
    return file.empty() ? directory.substr(0, directory.size() - 1) : file;
  }
  std::optional<uint64_t> number() const { return NumberOf(digits); }
};

struct Layout {
  bool is_root = false;
  std::vector<Step>
      steps;  // of a root, ascending by number, then name; committed names of its format only
  // Step-named children of another format than the root's: a manager of that format would take
  // them.
  std::vector<Step> foreign_steps;
  // Directories that could each be a checkpoint or a step, and nothing says which: --step or
  // --all-steps does.
  std::vector<std::string> ambiguous_steps;
  std::vector<std::string>
      unfinished_steps;  // sibling directories with an unfinished name: a warning each
  // Directories in a checkpoint that were skipped because their name is unfinished: `uncommitted`,
  // an error.
  std::vector<std::string> unfinished_items;
  std::optional<Step> chosen;          // of a root unless all_steps
  bool step_missing = false;           // options.step names no step of this root
  bool duplicate_step_number = false;  // two names for the chosen number: refused unless all_steps
  std::vector<Item> items;             // sorted by name as UTF-8 bytes
  std::vector<std::string>
      checkpoint_directories;  // "" or the chosen step(s): where _CHECKPOINT_METADATA is looked for
  // Directories in it that say that they are checkpoints by themselves: items, or items lie in
  // them.
  std::vector<std::string> nested_checkpoints;
  // Directories that have databases of processes and nothing that brings them together: never
  // finished.
  std::vector<std::string> unmerged;
  bool source_uncommitted = false;  // the source's or the chosen step's own name is unfinished
  std::vector<std::string> unknown_directories;  // of no kind: `unknown-file`
  std::vector<std::string>
      shards;  // of a Flax tree that is kept in several msgpack files: not read
};

Layout FindLayout(const std::vector<FileEntry>& listing, const LayoutOptions& options);

}  // namespace leafsum::orbax
