// BLAKE3-256 by the official C code: whole inputs, and content of known length with its block
// values.
#pragma once

#include <memory>
#include <optional>

#include "hash/digest.h"

namespace leafsum::hash {

// Any input, length unknown beforehand. Init, update, finish is the whole interface.
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

// The root of the tree over two or more block values (n * 32 bytes): splits at the largest power of
// two below n, ROOT on the last parent only.
Digest MergeBlocks(Bytes values);

// Content whose length is known: its digest and, over kBlockSize, its block values in order.
// Update is called until `nbytes` have gone in, not one more; Finish then. From `begin`, a multiple
// of kBlockSize: then blocks() are those from there on, and there is no Finish.
class BlockHasher {
 public:
  explicit BlockHasher(uint64_t nbytes, uint64_t begin = 0);
  ~BlockHasher();
  BlockHasher(BlockHasher&&) noexcept;
  BlockHasher& operator=(BlockHasher&&) noexcept;
  void Update(Bytes bytes);
  // Instead of content its subtrees' chaining values (blake3_tree.h), in order, each over `unit`
  // bytes: a power of two from 1 KiB to kBlockSize that divides where they begin. Only where
  // `nbytes` is more than a block.
  void UpdateValues(Bytes values, uint64_t unit);
  Digest Finish();
  const ByteVector& blocks() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leafsum::hash
