// `_sharding`: how each jax.Array lay on its devices when it was saved (formats §3.5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace leafsum::orbax {

struct ShardingEntry {
  std::string param_name;  // if it cannot be decoded, the member's name
  // For a NamedSharding: into how many parts each leading axis is cut. Axes without an entry are
  // whole.
  std::optional<std::vector<uint64_t>> parts;
  std::optional<Error> problem;
};

struct ShardingFile {
  std::vector<ShardingEntry> entries;
  std::vector<std::string> duplicate_members;
};

// Parses the whole file. A broken entry does not affect the others.
Result<ShardingFile> ParseSharding(Bytes text);

}  // namespace leafsum::orbax
