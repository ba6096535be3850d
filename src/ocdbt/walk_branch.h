// The nodes above the leaves that a walk holds while their children are under way.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ocdbt/btree.h"

namespace leafsum::ocdbt {

// A parent's reference to a child. The full key is the parent's prefix followed by this key.
struct Child {
  uint64_t key_offset = 0;  // in Branch::keys
  uint32_t key_length = 0;
  uint32_t common_prefix_length = 0;
  DataLocation location;
  BtreeNodeStatistics statistics;
};

// An interior node some of whose children are not done; or, above the root, the version that names
// the root.
struct Branch {
  std::shared_ptr<Branch> parent;
  uint32_t index_in_parent = 0;
  int height = 0;
  std::string prefix;       // the implicit prefix of the keys here
  std::string upper_bound;  // every full key below is less than this; "": no bound
  std::string keys;         // of the children, without the prefix, one after another
  std::vector<Child> children;
  std::vector<DataFileId> files;  // base paths, with the transitive path before each
  size_t pending = 0;             // children not done
  BtreeNodeStatistics found;      // of this node and its finished children
  bool broken = false;            // something below was not read, so `found` is incomplete

  std::string_view key(uint32_t i) const {
    return std::string_view(keys).substr(static_cast<size_t>(children[i].key_offset),
                                         children[i].key_length);
  }
  // Every full key below child `i` is at least bound i and, unless bound i + 1 is "", less than
  // bound i + 1.
  std::string Bound(uint32_t i) const;
  const DataFileId& file(uint32_t i) const {
    return files[static_cast<size_t>(children[i].location.file)];
  }
  // Takes the children of a decoded node and expands their keys.
  void Take(const BtreeNode& node);
};

// Checks a node against the reference that led to it, child `index` of `parent` (formats §1.7).
// `node_prefix` is the implicit prefix of its keys. Since every level bounds the keys on both
// sides, the keys of the whole listing are strictly increasing.
Status CheckNode(const Branch& parent, uint32_t index, const BtreeNode& node,
                 std::string_view node_prefix);

// Sums stop at 2^64-1, which no honest reference reaches.
uint64_t SaturatingAdd(uint64_t a, uint64_t b);
void Accumulate(BtreeNodeStatistics& sum, const BtreeNodeStatistics& more);

}  // namespace leafsum::ocdbt
