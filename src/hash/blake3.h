// BLAKE3-256 by the official C code, for whole inputs and for content of known length with its
// block values.
#pragma once

#include <memory>
#include <optional>

#include "hash/digest.h"

namespace leafsum::hash {

// Hashes input whose length need not be known beforehand: init, update, finish.
class Blake3 {
 public:
  Blake3();
  ~Blake3();
  Blake3(Blake3&&) noexcept;
  Blake3& operator=(Blake3&&) noexcept;
  void Update(Bytes bytes);
  Digest Finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest Blake3Of(Bytes bytes);

inline constexpr uint64_t kBlockSize = 4ull << 20;
inline constexpr size_t kBlockValueSize = 32;

// Number of block values of content of `nbytes`: 0 up to kBlockSize (contract §3).
uint64_t BlockCount(uint64_t nbytes);

// The root of the tree over two or more block values (n * 32 bytes). The tree splits at the largest
// power of two below n; only the last parent has ROOT set.
Digest MergeBlocks(Bytes values);

// Hashes content of known length: its digest and, over kBlockSize, its block values in order. Call
// Update until exactly `nbytes` have gone in, then Finish. With a `begin` above 0, a multiple of
// kBlockSize, hashing starts there: blocks() are those from there on, and Finish is not called.
class BlockHasher {
 public:
  explicit BlockHasher(uint64_t nbytes, uint64_t begin = 0);
  ~BlockHasher();
  BlockHasher(BlockHasher&&) noexcept;
  BlockHasher& operator=(BlockHasher&&) noexcept;
  void Update(Bytes bytes);
  // Takes, in place of content, the chaining values of its subtrees (blake3_tree.h), in order, each
  // over `unit` bytes: a power of two from 1 KiB to kBlockSize that divides the position where they
  // begin. Only if `nbytes` is more than a block.
  void UpdateValues(Bytes values, uint64_t unit);
  Digest Finish();
  const ByteVector& blocks() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leafsum::hash
