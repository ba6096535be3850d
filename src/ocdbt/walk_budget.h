// Limits what one walk may cost, whatever its tree claims.
//
// Every number is a sum over the whole tree, so whether a tree is too large does not depend on the
// order in which its nodes arrive. A tree that is too large is given up as a whole.
#pragma once

#include <cstdint>

#include "base/limits.h"

namespace leafsum::ocdbt {

// Our own choice: how many bytes repeated visits may read and decompress. An honest tree has no
// repeated visits.
inline constexpr uint64_t kMaxRepeatedNodeBytes = 16ull << 20;
// Names are stored prefix-compressed. Orbax's expand to some ten times the stored nodes, with zstd
// to some fifty times. kMinNameBytes is free, for trees of a few nodes.
inline constexpr uint64_t kMaxNameExpansion = 256, kMinNameBytes = 16ull << 20;

struct WalkBudget {
  uint64_t nodes = 0;  // visits: a node counts each time that it is referenced
  uint64_t repeated =
      0;  // visits of a node visited before: an honest tree has none, a bomb 2^height
  uint64_t repeated_bytes = 0;  // read and decompressed by repeated visits
  uint64_t encoded_bytes = 0;   // read by all visits
  uint64_t decoded_bytes = 0;   // decompressed by all visits, and paths expanded
  uint64_t name_bytes = 0;      // kept: keys and distinct paths
  uint64_t keys = 0;

  // Asked once all nodes are known, before names are expanded: are the names out of proportion?
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
