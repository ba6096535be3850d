// What a walk holds of the nodes above the leaves, while their children are under way.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ocdbt/btree.h"

namespace leafsum::ocdbt {

// A reference to a child as its parent holds it. Its full key is the parent's prefix and this key.
struct Child {
  uint64_t key_offset = 0;  // in Branch::keys
  uint32_t key_length = 0;
  uint32_t common_prefix_length = 0;
  DataLocation location;
  BtreeNodeStatistics statistics;
};

// An interior node of which not all children are done, or, above the root, the version that names
// it.
struct Branch {
  std::shared_ptr<Branch> parent;
  uint32_t index_in_parent = 0;
  int height = 0;
  std::string prefix;       // the implicit prefix of the keys here
  std::string upper_bound;  // every full key below is less than this; "": no bound
  std::string keys;         // of the children, without the prefix
  std::vector<Child> children;
  std::vector<DataFileId> files;  // base paths with the transitive path
  size_t pending = 0;             // children not done
  BtreeNodeStatistics found;      // of this node and the children that are done
  bool broken = false;            // something below could not be read: `found` says nothing

  std::string_view key(uint32_t i) const {
    return std::string_view(keys).substr(static_cast<size_t>(children[i].key_offset),
                                         children[i].key_length);
  }
  // No full key below child `i` is less than bound i, every one is less than bound i + 1 if that is
  // not "".
  std::string Bound(uint32_t i) const;
  const DataFileId& file(uint32_t i) const {
    return files[static_cast<size_t>(children[i].location.file)];
  }
  // The children of a decoded node; the keys are written out.
  void Take(const BtreeNode& node);
};

// A node against the reference that led to it: child `index` of `parent`. `node_prefix`: the
// implicit prefix of its keys. With the bounds from both sides on every level, the keys of the
// whole listing are strictly increasing.
Status CheckNode(const Branch& parent, uint32_t index, const BtreeNode& node,
                 std::string_view node_prefix);

// The sums stop at 2^64-1, which no reference can say truly.
uint64_t SaturatingAdd(uint64_t a, uint64_t b);
void Accumulate(BtreeNodeStatistics& sum, const BtreeNodeStatistics& more);

}  // namespace leafsum::ocdbt
