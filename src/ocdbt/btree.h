// Decodes one node of the b-tree and checks it in itself. The walk checks it against its parent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ocdbt/data_file_table.h"
#include "ocdbt/indirect_data_reference.h"

namespace leafsum::ocdbt {

// A key as it is stored: the first `prefix_length` bytes of the key before it, then `suffix`. The
// expanded keys of a hostile node could be thousands of times its size, so KeyCursor expands them
// one at a time.
struct NodeKey {
  std::string_view suffix;
  uint16_t prefix_length = 0;
  size_t size() const { return prefix_length + suffix.size(); }
};

struct LeafNodeEntry {
  NodeKey key;
  bool indirect = false;
  uint32_t file = 0;    // indirect: index into the node's table
  uint64_t offset = 0;  // in that file; inline: in BtreeNode::body
  uint64_t length = 0;
};

struct InteriorNodeEntry {
  NodeKey key;
  uint16_t subtree_common_prefix_length = 0;
  DataLocation location;
  BtreeNodeStatistics statistics;
};

struct BtreeNode {
  uint8_t height = 0;
  DataFileTable files;
  std::vector<LeafNodeEntry> leaf_entries;          // height 0
  std::vector<InteriorNodeEntry> interior_entries;  // height > 0
  std::string_view first_key;  // without the implicit prefix, like all keys here
  std::string last_key;
  ByteVector body;  // what keys, paths and inline values are views of: moving keeps them, copying
                    // would not

  BtreeNode() = default;
  BtreeNode(BtreeNode&&) = default;
  BtreeNode& operator=(BtreeNode&&) = default;
};

// Expands the keys of a node, in order.
class KeyCursor {
 public:
  explicit KeyCursor(std::string_view implicit_prefix)
      : key_(implicit_prefix), fixed_(implicit_prefix.size()) {}
  // The next key, behind the implicit prefix. Valid until the next call.
  const std::string& Next(const NodeKey& key) {
    key_.resize(fixed_ + key.prefix_length);
    return key_ += key.suffix;
  }

 private:
  std::string key_;
  size_t fixed_;
};

// Decodes a body that DecodeBtreeNodeEnvelope gave. The length of the transitive path only bounds
// the lengths of paths.
Result<BtreeNode> DecodeBtreeNodeBody(ByteVector body, size_t transitive_path_length);
// `work`: see DecodeEnvelope.
Result<ByteVector> DecodeBtreeNodeEnvelope(Bytes encoded, uint64_t* work = nullptr);
// Decodes envelope and body.
Result<BtreeNode> DecodeBtreeNode(Bytes encoded, size_t transitive_path_length = 0);

}  // namespace leafsum::ocdbt
