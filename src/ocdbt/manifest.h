// `manifest.ocdbt`: the database's configuration and its generations (OCDBT "manifest").
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ocdbt/indirect_data_reference.h"

namespace leafsum::ocdbt {

inline constexpr char kManifestName[] = "manifest.ocdbt";  // in the database's directory

enum class ManifestKind : uint8_t { kSingle = 0, kNumbered = 1 };

struct Config {
  std::array<uint8_t, 16> uuid{};
  ManifestKind manifest_kind = ManifestKind::kSingle;
  uint32_t max_inline_value_bytes = 0;
  uint32_t max_decoded_node_bytes = 0;
  uint8_t version_tree_arity_log2 = 0;
  bool zstd = false;
  int32_t zstd_level = 0;
  bool operator==(const Config&) const = default;
};

// One generation: its root node, and the writer's statistics of what is below it.
struct BtreeGenerationReference {
  uint64_t generation_number = 0;
  uint8_t root_height = 0;
  IndirectDataReference root;  // root.IsMissing(): the empty tree
  BtreeNodeStatistics statistics;
  uint64_t commit_time_nsecs = 0;
};

// A subtree of the version tree, which lists older generations.
struct VersionNodeReference {
  uint64_t generation_number = 0;  // the newest in the subtree
  uint8_t height = 0;              // the height of its node
  IndirectDataReference location;
  uint64_t num_generations = 0;
  uint64_t commit_time_nsecs = 0;  // the earliest in the subtree
};

struct Manifest {
  Config config;
  std::vector<BtreeGenerationReference> versions;  // inline ones; the last is the current state
  std::vector<VersionNodeReference> version_nodes;
};

// Decodes the whole file. A kNumbered manifest has neither versions nor version nodes.
Result<Manifest> DecodeManifest(Bytes file);

}  // namespace leafsum::ocdbt
