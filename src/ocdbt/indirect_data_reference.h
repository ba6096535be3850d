// The place of a node or value: a range of a named file (OCDBT "indirect data reference").
#pragma once

#include <cstdint>
#include <string>

namespace leafsum::ocdbt {

// A path is base ++ relative. Let T be the transitive path under which a node was referenced. If it
// was reached through `base`, its own references have the transitive path T ++ base (formats §1.4).
struct DataFileId {
  std::string base_path;
  std::string relative_path;
  std::string Path() const { return base_path + relative_path; }
  bool operator==(const DataFileId&) const = default;
};

struct IndirectDataReference {
  DataFileId file_id;  // its base_path already includes the transitive path
  uint64_t offset = 0;
  uint64_t length = 0;
  bool IsMissing() const {
    return offset == ~uint64_t{0} && length == ~uint64_t{0};
  }  // the empty tree
  bool operator==(const IndirectDataReference&) const = default;
};

struct BtreeNodeStatistics {
  uint64_t num_keys = 0;
  uint64_t num_tree_bytes = 0;
  uint64_t num_indirect_value_bytes = 0;
  bool operator==(const BtreeNodeStatistics&) const = default;
};

}  // namespace leafsum::ocdbt
