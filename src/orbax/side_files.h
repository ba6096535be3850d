// The small files beside `_METADATA` (formats §3.2, §3.5).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace leafsum::orbax {

// `_CHECKPOINT_METADATA`. Times need 64 bits.
struct CheckpointMetadata {
  std::optional<uint64_t> init_timestamp_nsecs;
  std::optional<uint64_t> commit_timestamp_nsecs;
  bool has_commit_timestamp_member = false;  // the member exists, but may be null
  bool has_custom_metadata = false;
  // `item_handlers`: which class of Orbax wrote, and will read, the checkpoint itself (`handler`)
  // or each of its items. Neither is set if the member is missing or null. An item whose handler is
  // not a text has null.
  std::optional<std::string> handler;
  std::optional<std::map<std::string, std::string, std::less<>>> item_handlers;
  std::vector<std::string> duplicate_members;
};
Result<CheckpointMetadata> ParseCheckpointMetadata(Bytes text);

// `_strings.json`: parameter name → UTF-8 text; no text if the value is not a JSON string.
struct StringLeaves {
  std::map<std::string, std::optional<std::string>, std::less<>> values;
  std::vector<std::string> duplicate_members;
};
Result<StringLeaves> ParseStrings(Bytes text);

// `array_metadatas/process_<n>`: Orbax's own record of what it wrote.
struct SerializedArrayMetadata {
  std::string param_name;
  std::vector<uint64_t> write_shape;
  std::vector<uint64_t> chunk_shape;
  std::optional<std::string> random_key_impl;  // ext_metadata: the only mark of a PRNG key
};
struct ArrayMetadatas {
  std::vector<SerializedArrayMetadata> arrays;
  std::vector<std::string> duplicate_members;
};
Result<ArrayMetadatas> ParseArrayMetadatas(Bytes text);

// `_CHECKPOINT_DELETION` (v1): the names of the item directories to ignore.
Result<std::vector<std::string>> ParseDeletionJournal(Bytes text);

}  // namespace leafsum::orbax
