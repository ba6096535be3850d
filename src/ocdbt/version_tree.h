// A node of the version tree, which lists the generations that the manifest no longer holds itself.
//
// Reading the current state never needs one; listing the history does (OCDBT "version tree node").
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

// Decodes the node that `reference` names and checks it against the reference: arity, height,
// newest generation. `work`: see DecodeEnvelope.
Result<VersionTreeNode> DecodeVersionTreeNode(Bytes encoded, const VersionNodeReference& reference,
                                              uint8_t version_tree_arity_log2,
                                              uint64_t* work = nullptr);

}  // namespace leafsum::ocdbt
