// Where a node or value lies: a range of a named file (OCDBT "indirect data reference").
#pragma once

#include <cstdint>
#include <string>

namespace leafsum::ocdbt {

// A path is base ++ relative. A node reached through `base` gives its own references the transitive
// path T ++ base, T being the one under which it was referenced itself (formats §1.4).
struct DataFileId {
  std::string base_path;
  std::string relative_path;
  std::string Path() const { return base_path + relative_path; }
  bool operator==(const DataFileId&) const = default;
};

struct IndirectDataReference {
  DataFileId file_id;  // base_path includes the transitive path already
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
