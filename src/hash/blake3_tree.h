// Chaining values of subtrees and parents: the nodes of BLAKE3's tree, which its public C interface
// does not give.
//
// The tree is over chunks of 1024 bytes. A node over n chunks splits at the largest power of two
// below n, so a run of 2^k chunks that starts at a multiple of 2^k is one subtree. Only the root
// differs: it has the flag ROOT.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace leafsum::hash {

inline constexpr size_t kChunkLen = 1024;  // BLAKE3's chunk, not zarr's

// 8 words, little-endian.
using ChainingValue = std::array<uint8_t, 32>;

// The chaining value of the subtree over `bytes`, which is not empty and whose first chunk is
// number `first_chunk` of the whole input. Never the root.
ChainingValue SubtreeValue(Bytes bytes, uint64_t first_chunk);

// The parent of two nodes that lie side by side. As the root, it is the digest.
ChainingValue ParentValue(const uint8_t left_right[64], bool is_root);

}  // namespace leafsum::hash
