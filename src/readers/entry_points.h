// Models what each entry point of Orbax opens in one checkpoint directory, in which order and by
// which handler (contract §11.1). Pure: decided from names and `_CHECKPOINT_METADATA` alone.
// docs/readers.md and `check --readers` show the table; the experiment of each row is a test
// against the real reader (tests/differential/structure).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orbax/listing_index.h"
#include "orbax/side_files.h"
#include "readers/handlers.h"

namespace leafsum::readers {

// A row of the table.
struct EntryPoint {
  std::string_view name;
  std::string_view versions;    // the versions of Orbax that were tried
  std::string_view rule;        // in words
  std::string_view experiment;  // its name in tests/differential/structure/experiments.py
};

struct CheckpointView {
  const orbax::ListingIndex& index;
  std::string directory;          // of the checkpoint: "", or ends in "/"
  bool below_checkpoint = false;  // its parent directory has `_CHECKPOINT_METADATA`
  const orbax::CheckpointMetadata* metadata = nullptr;  // null if the file is missing
};

struct Opened {
  std::string directory;
  Handler handler;
};

struct Answer {
  const EntryPoint* entry;
  std::vector<Opened> opened;  // empty if it raises
  std::string raises;          // why, in words
};

// One answer for each entry point, in the order of the table.
std::vector<Answer> AskEntryPoints(const CheckpointView& view);

// Which item v1 AUTO takes for `metadata` and `load`: its name, or "" for the directory itself;
// nothing if it raises.
struct AutoItem {
  std::optional<std::string> orbax_0_11_37, orbax_0_12_8;
};
AutoItem AutoOf(const CheckpointView& view);

}  // namespace leafsum::readers
