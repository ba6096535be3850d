// What one walk may cost, whatever its tree claims to be.
//
// Every number is a sum over the whole tree, so whether a tree is too large does not depend on the
// order in which its nodes arrive. A tree that is too large is given up as a whole.
#pragma once

#include <cstdint>

#include "base/limits.h"

namespace leafsum::ocdbt {

struct WalkBudget {
  uint64_t nodes = 0;  // visits: a node counts each time that it is referenced
  uint64_t repeated =
      0;  // of these, visits of a node referenced before: a tree has none, a bomb 2^height
  uint64_t encoded_bytes = 0;  // that visits read
  uint64_t decoded_bytes = 0;  // that they decompressed, and the paths that they wrote out
  uint64_t name_bytes = 0;     // that are kept: keys and distinct paths
  uint64_t keys = 0;

  bool Exceeded() const {
    return nodes > kMaxTreeNodes || repeated > kMaxRepeatedNodes || encoded_bytes > kMaxTreeBytes ||
           decoded_bytes > kMaxTreeBytes || name_bytes > kMaxNameBytes || keys > kMaxKeys;
  }
};

}  // namespace leafsum::ocdbt
