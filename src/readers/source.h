// Everything that is judged of a source as a whole: whether each reader that restores anything from
// it restores what was hashed (contract §11). Pure: a listing and the documents of its checkpoints
// in, findings' material out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "io/file_entry.h"
#include "orbax/layout.h"
#include "orbax/side_files.h"
#include "readers/divergence.h"
#include "readers/entry_points.h"

namespace leafsum::readers {

struct SourceView {
  const std::vector<FileEntry>& listing;  // sorted by path
  const orbax::Layout& layout;
  // By checkpoint directory: `_CHECKPOINT_METADATA`, and the names in `_CHECKPOINT_DELETION`.
  const std::map<std::string, orbax::CheckpointMetadata>& documents;
  const std::map<std::string, std::vector<std::string>>& journals;
  bool named_step = false;    // the user said which step is meant
  bool named_prefix = false;  // or which steps
  std::map<std::string, std::string> links =
      {};  // right in the source and followed, to where each leads
};

struct Judgement {
  std::vector<Divergence> divergences;
  std::optional<std::string>
      newer_step;  // what latest_step() restores, above the step that was read
  // Items whose handler is none of Orbax's: what a reader makes of them is not known. With the
  // handler's name.
  std::vector<std::pair<const orbax::Item*, std::string>> unknown_handlers;
  // Bare stores beside what only Orbax writes: a tree without its `_METADATA`, which every reader
  // refuses (contract §10.24). With the mark that tells.
  std::vector<std::pair<const orbax::Item*, std::string>> lost_trees;
};

Judgement Judge(const SourceView& source);

// What each entry point would take of the source: `check --readers`.
struct ReaderRow {
  std::string checkpoint;  // its directory
  std::string reader, versions;
  std::vector<std::string> takes;  // "state/ as a tree"
  std::string raises;
};
std::vector<ReaderRow> Describe(const SourceView& source);

// Which item AUTO takes of the checkpoint that was read; neither where several steps were.
AutoItem AutoOf(const SourceView& source);

}  // namespace leafsum::readers
