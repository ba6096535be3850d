// Judges a source as a whole: does each reader that restores anything from it restore what was
// hashed (contract §11)? Pure: a listing and the documents of its checkpoints in, material for
// findings out.
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
  // For each checkpoint directory: its `_CHECKPOINT_METADATA`, and the names in its
  // `_CHECKPOINT_DELETION`.
  const std::map<std::string, orbax::CheckpointMetadata>& documents;
  const std::map<std::string, std::vector<std::string>>& journals;
  bool named_step = false;    // the user named the step
  bool named_prefix = false;  // or the prefix of the steps
  std::map<std::string, std::string> links =
      {};  // followed links directly in the source, each with its target
};

struct Judgement {
  std::vector<Divergence> divergences;
  std::optional<std::string>
      newer_step;  // the step that latest_step() gives, if above the step that was read
  // Items whose handler is not Orbax's, with its name. What a reader makes of them is unknown.
  std::vector<std::pair<const orbax::Item*, std::string>> unknown_handlers;
  // Stores without `_METADATA` beside a file that only Orbax writes, with the name of that file:
  // the tree is lost, and every reader refuses it (contract §10.24).
  std::vector<std::pair<const orbax::Item*, std::string>> lost_trees;
};

Judgement Judge(const SourceView& source);

// What each entry point would take from the source, for `check --readers`.
struct ReaderRow {
  std::string checkpoint;  // the directory of the checkpoint
  std::string reader, versions;
  std::vector<std::string> takes;  // "state/ as a tree"
  std::string raises;
};
std::vector<ReaderRow> Describe(const SourceView& source);

// Which item AUTO takes in the checkpoint that was read; nothing if several steps were read.
AutoItem AutoOf(const SourceView& source);

}  // namespace leafsum::readers
