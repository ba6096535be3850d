// BlockHasher and MergeBlocks (contract §3, §10.14).
//
// Inside a block, content is cut into pieces of 2^k chunks, each starting at a multiple of its
// size, so that each piece is a subtree. A piece has at least kPiece bytes (only the last of a
// block may have fewer) and is hashed in the caller's buffer unless an Update ends inside it. The
// values of finished pieces wait on a stack for their right neighbours.
#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "hash/blake3.h"
#include "hash/blake3_tree.h"

namespace leafsum::hash {
namespace {

constexpr size_t kPiece =
    16 * kChunkLen;  // fills the widest kernel (16 lanes) and four times that of wasm
constexpr size_t kMaxStack =
    13;  // a block has 2^12 chunks: at most 12 sizes of pieces, and the one just pushed
static_assert(kBlockSize / kChunkLen == 1 << (kMaxStack - 1));

ChainingValue Merge(Bytes values, bool is_root) {
  const size_t n = values.size() / kBlockValueSize;
  uint8_t pair[64];
  if (n == 1) {
    ChainingValue out;
    std::memcpy(out.data(), values.data(), out.size());
    return out;
  }
  const size_t left = std::bit_floor(n - 1) * kBlockValueSize;
  const ChainingValue l = Merge(values.first(left), false);
  const ChainingValue r = Merge(values.subspan(left), false);
  std::memcpy(pair, l.data(), 32);
  std::memcpy(pair + 32, r.data(), 32);
  return ParentValue(pair, is_root);
}

}  // namespace

uint64_t BlockCount(uint64_t nbytes) {
  return nbytes <= kBlockSize ? 0 : nbytes / kBlockSize + (nbytes % kBlockSize != 0);
}

Digest MergeBlocks(Bytes values) {
  assert(values.size() % kBlockValueSize == 0 && values.size() >= 2 * kBlockValueSize);
  if (values.size() < 2 * kBlockValueSize) return {};
  return Merge(values, true);
}

struct BlockHasher::State {
  State(uint64_t n, uint64_t begin) : nbytes(n), first_block(begin / kBlockSize), position(begin) {}

  uint64_t nbytes;
  uint64_t first_block;  // of `blocks`
  uint64_t position;     // in the whole content: what lies before it is hashed or in `partial`
  Blake3 plain;          // up to kBlockSize: one hash, no blocks
  ByteVector blocks;

  size_t hashed = 0;       // bytes of the block whose values are on the stack
  size_t partial_len = 0;  // bytes of a piece that is not complete yet
  size_t stack_len = 0;
  std::array<uint8_t, kMaxStack * 32> stack;
  std::array<uint8_t, kPiece> partial;

  void Update(Bytes bytes);
  void UpdateValues(Bytes values, size_t unit);
  size_t BlockLength() const;
  size_t Largest() const;
  void PushPiece(Bytes piece, size_t block_len);
  void PushValue(const uint8_t* value, size_t size, size_t block_len);
};

size_t BlockHasher::State::BlockLength() const {
  return static_cast<size_t>(std::min(kBlockSize, nbytes - (position - hashed - partial_len)));
}

// The largest subtree that may begin after the hashed bytes.
size_t BlockHasher::State::Largest() const {
  return hashed == 0 ? kBlockSize : hashed & (~hashed + 1);
}

void BlockHasher::State::Update(Bytes bytes) {
  while (!bytes.empty()) {
    const size_t block_len = BlockLength();
    const size_t left = block_len - hashed;  // bytes of the block, `partial` included
    const size_t whole = std::min(std::min(left, kPiece), Largest());
    size_t take = 0;
    if (partial_len == 0 && bytes.size() >= whole) {
      // Take a whole piece from the caller's buffer: the largest aligned one, or the short one that
      // ends the block.
      take = std::min(std::min(left, bytes.size()), Largest());
      if (take >= kPiece || take < left) take = std::bit_floor(take);
      PushPiece(bytes.first(take), block_len);
    } else {
      take = std::min(whole - partial_len, bytes.size());
      std::memcpy(partial.data() + partial_len, bytes.data(), take);
      partial_len += take;
      if (partial_len == whole) {
        partial_len = 0;
        PushPiece(Bytes(partial.data(), whole), block_len);
      }
    }
    position += take;
    bytes = bytes.subspan(take);
  }
}

void BlockHasher::State::PushPiece(Bytes piece, size_t block_len) {
  const uint64_t first_chunk =
      ((first_block + blocks.size() / kBlockValueSize) * kBlockSize + hashed) / kChunkLen;
  PushValue(SubtreeValue(piece, first_chunk).data(), piece.size(), block_len);
}

void BlockHasher::State::PushValue(const uint8_t* value, size_t size, size_t block_len) {
  std::memcpy(stack.data() + stack_len++ * 32, value, 32);
  hashed += size;
  // The stack keeps one value for each bit set in the number of hashed chunks. At the end of the
  // block all values merge into one.
  const bool ends = hashed == block_len;
  const size_t keep = ends ? 1 : static_cast<size_t>(std::popcount(hashed / kChunkLen));
  for (; stack_len > keep; --stack_len) {
    uint8_t* pair = stack.data() + (stack_len - 2) * 32;
    const ChainingValue parent = ParentValue(pair, false);
    std::memcpy(pair, parent.data(), 32);
  }
  if (!ends) return;
  blocks.insert(blocks.end(), stack.data(), stack.data() + 32);
  stack_len = 0;
  hashed = 0;
}

void BlockHasher::State::UpdateValues(Bytes values, size_t unit) {
  while (partial_len > 0) {  // whole chunks, because values may begin only at a chunk
    const size_t take = std::min(std::bit_floor(partial_len), Largest());
    PushPiece(Bytes(partial).first(take), BlockLength());
    partial_len -= take;
    std::memmove(partial.data(), partial.data() + take, partial_len);
  }
  for (; !values.empty(); values = values.subspan(kBlockValueSize)) {
    PushValue(values.data(), unit, BlockLength());
    position += unit;
  }
}

BlockHasher::BlockHasher(uint64_t nbytes, uint64_t begin)
    : state_(std::make_unique<State>(nbytes, begin)) {}
BlockHasher::~BlockHasher() = default;
BlockHasher::BlockHasher(BlockHasher&&) noexcept = default;
BlockHasher& BlockHasher::operator=(BlockHasher&&) noexcept = default;

void BlockHasher::Update(Bytes bytes) {
  State& s = *state_;
  assert(bytes.size() <= s.nbytes - s.position);
  if (bytes.size() > s.nbytes - s.position)
    bytes = bytes.first(static_cast<size_t>(s.nbytes - s.position));
  if (s.nbytes > kBlockSize) return s.Update(bytes);
  s.plain.Update(bytes);
  s.position += bytes.size();
}

void BlockHasher::UpdateValues(Bytes values, uint64_t unit) {
  assert(state_->nbytes > kBlockSize &&
         values.size() / kBlockValueSize * unit <= state_->nbytes - state_->position);
  state_->UpdateValues(values, static_cast<size_t>(unit));
}

Digest BlockHasher::Finish() {
  assert(state_->position == state_->nbytes);
  return state_->nbytes > kBlockSize ? MergeBlocks(state_->blocks) : state_->plain.Finish();
}

const ByteVector& BlockHasher::blocks() const { return state_->blocks; }

}  // namespace leafsum::hash
