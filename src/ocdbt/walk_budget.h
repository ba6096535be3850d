// What one walk may cost, whatever its tree claims to be.
//
// Every number is a sum over the whole tree, so whether a tree is too large does not depend on the
// order in which its nodes arrive. A tree that is too large is given up as a whole.
#pragma once

#include <cstdint>

#include "base/limits.h"

namespace leafsum::ocdbt {

// Ours. What visits of nodes visited before may read and decompress again: nothing, in a tree.
inline constexpr uint64_t kMaxRepeatedNodeBytes = 16ull << 20;
// Keys leave out what they share with the one before. Of Orbax's the names are some ten times what
// is stored of the nodes, with zstd some fifty times; what a few nodes may have beyond.
inline constexpr uint64_t kMaxNameExpansion = 256, kMinNameBytes = 16ull << 20;

struct WalkBudget {
  uint64_t nodes = 0;  // visits: a node counts each time that it is referenced
  uint64_t repeated =
      0;  // of these, visits of a node referenced before: a tree has none, a bomb 2^height
  uint64_t repeated_bytes = 0;  // that these read and decompressed
  uint64_t encoded_bytes = 0;   // that visits read
  uint64_t decoded_bytes = 0;   // that they decompressed, and the paths that they wrote out
  uint64_t name_bytes = 0;      // that are kept: keys and distinct paths
  uint64_t keys = 0;

  // Once all nodes are known: names that are out of proportion, before they are written out.
  bool NamesExceeded() const {
    return name_bytes > kMinNameBytes &&
           (name_bytes - kMinNameBytes) / kMaxNameExpansion > encoded_bytes;
  }
  bool Exceeded() const {
    return nodes > kMaxTreeNodes || repeated > kMaxRepeatedNodes ||
           repeated_bytes > kMaxRepeatedNodeBytes || encoded_bytes > kMaxTreeBytes ||
           decoded_bytes > kMaxTreeBytes || name_bytes > kMaxNameBytes || keys > kMaxKeys;
  }
};

}  // namespace leafsum::ocdbt
