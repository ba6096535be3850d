// A node of the version tree, where generations are listed that the manifest no longer holds
// itself.
//
// The current state never needs one; listing history does (OCDBT "version tree node").
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ocdbt/manifest.h"

namespace leafsum::ocdbt {

struct VersionTreeNode {
  uint8_t height = 0;
  std::vector<BtreeGenerationReference> versions;   // height 0
  std::vector<VersionNodeReference> version_nodes;  // height > 0: children, of height - 1
};

// Decodes the node that `reference` names and checks it against that: arity, height, newest
// generation. `work` as in DecodeEnvelope.
Result<VersionTreeNode> DecodeVersionTreeNode(Bytes encoded, const VersionNodeReference& reference,
                                              uint8_t version_tree_arity_log2,
                                              uint64_t* work = nullptr);

}  // namespace leafsum::ocdbt
