// What each entry point of Orbax would open of one checkpoint directory, in which order and by
// which handler (contract §11.1). Pure: decided from names and `_CHECKPOINT_METADATA` alone. docs
// and `check --readers` show the table; each row's experiment is a test against the real reader
// (tests/differential/structure).
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
  std::string_view versions;    // of Orbax, as they were tried
  std::string_view rule;        // in words
  std::string_view experiment;  // of tests/differential/structure/experiments.py
};

struct CheckpointView {
  const orbax::ListingIndex& index;
  std::string directory;          // of the checkpoint: "" or ending in "/"
  bool below_checkpoint = false;  // the directory around it has `_CHECKPOINT_METADATA`
  const orbax::CheckpointMetadata* metadata = nullptr;  // null where there is no such file
};

struct Opened {
  std::string directory;
  Handler handler;
};

struct Answer {
  const EntryPoint* entry;
  std::vector<Opened> opened;  // nothing where it raises
  std::string raises;          // why, in words
};

// One answer for each entry point, in the order of the table.
std::vector<Answer> AskEntryPoints(const CheckpointView& view);

// Which item v1 AUTO takes, as `metadata` and `load` have it: its name, "" for the directory
// itself; nothing where it raises.
struct AutoItem {
  std::optional<std::string> orbax_0_11_37, orbax_0_12_8;
};
AutoItem AutoOf(const CheckpointView& view);

}  // namespace leafsum::readers
