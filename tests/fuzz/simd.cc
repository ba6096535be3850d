// Code that is written for wide registers, or for pieces, against the plain form of the same.
#include <algorithm>
#include <cstring>

#include "base/crc32c.h"
#include "codec/shuffle.h"
#include "fuzz/fuzz.h"
#include "hash/blake3.h"
#include "hash/blake3_tree.h"
#include "hash/sha256.h"
#include "support/encode.h"

extern "C" {
#include "blake3_impl.h"
}

namespace leafsum::fuzz {
namespace {

// BLAKE3 by its specification, with the portable compression alone.
struct Node {
  uint32_t cv[8];
  uint8_t block[64] = {};
  uint8_t length = 0;
  uint64_t counter = 0;
  uint8_t flags = 0;

  void Value(uint32_t (&out)[8]) const {
    std::copy(std::begin(cv), std::end(cv), out);
    blake3_compress_in_place_portable(out, block, length, counter, flags);
  }
};

Node ChunkNode(Bytes chunk, uint64_t counter) {
  Node node;
  std::copy(IV, IV + 8, node.cv);
  node.counter = counter;
  size_t at = 0;
  for (bool first = true;; first = false) {
    const size_t n = std::min<size_t>(64, chunk.size() - at);
    std::memset(node.block, 0, sizeof node.block);
    if (n > 0) std::memcpy(node.block, chunk.data() + at, n);
    node.length = static_cast<uint8_t>(n);
    node.flags = first ? CHUNK_START : 0;
    at += n;
    if (at == chunk.size()) break;
    uint32_t next[8];
    node.Value(next);
    std::copy(next, next + 8, node.cv);
  }
  node.flags |= CHUNK_END;
  return node;
}

Node TreeNode(Bytes bytes, uint64_t counter) {
  if (bytes.size() <= hash::kChunkLen) return ChunkNode(bytes, counter);
  size_t left = hash::kChunkLen;
  while (left * 2 < bytes.size()) left *= 2;
  Node node;
  std::copy(IV, IV + 8, node.cv);
  uint32_t values[2][8];
  TreeNode(bytes.first(left), counter).Value(values[0]);
  TreeNode(bytes.subspan(left), counter + left / hash::kChunkLen).Value(values[1]);
  for (size_t i = 0; i < 16; ++i) store32(node.block + 4 * i, values[i / 8][i % 8]);
  node.length = 64;
  node.flags = PARENT;
  return node;
}

hash::Digest PlainBlake3(Bytes bytes) {
  Node root = TreeNode(bytes, 0);
  root.flags |= ROOT;
  root.counter = 0;
  uint32_t value[8];
  root.Value(value);
  hash::Digest digest;
  for (size_t i = 0; i < 8; ++i) store32(digest.data() + 4 * i, value[i]);
  return digest;
}

// The input over and over, some KiB of it: trees have many shapes.
ByteVector Stretched(Bytes input, size_t n) {
  ByteVector out(n);
  for (size_t i = 0; i < n && !input.empty(); ++i)
    out[i] = static_cast<uint8_t>(input[i % input.size()] + i / input.size());
  return out;
}

template <class Hash>
void InPieces(Hash& hash, Bytes bytes, size_t piece) {
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(piece, bytes.size())))
    hash.Update(bytes.first(std::min(piece, bytes.size())));
}

void RunBlake3(Bytes bytes, size_t piece) {
  const hash::Digest plain = PlainBlake3(bytes);
  FUZZ_CHECK(hash::Blake3Of(bytes) == plain);
  hash::Blake3 blake3;
  InPieces(blake3, bytes, piece);
  FUZZ_CHECK(blake3.Finish() == plain);
  hash::BlockHasher hasher(bytes.size());
  InPieces(hasher, bytes, piece);
  FUZZ_CHECK(hasher.Finish() == plain);
}

// Over several blocks, which a BlockHasher puts together itself.
void RunBlocks(Bytes input, Choices& choices) {
  const size_t size =
      static_cast<size_t>(hash::kBlockSize) * (1 + choices.Below(2)) + choices.U16() + 1;
  const size_t piece = 1 + choices.U16();
  const ByteVector bytes = Stretched(input, size);
  const hash::Digest digest = hash::Blake3Of(bytes);
  hash::BlockHasher hasher(size);
  InPieces(hasher, bytes, piece);
  FUZZ_CHECK(hasher.Finish() == digest);
  FUZZ_CHECK(hasher.blocks().size() == hash::BlockCount(size) * hash::kBlockValueSize);
  FUZZ_CHECK(hash::MergeBlocks(hasher.blocks()) == digest);
}

void RunSha256(Bytes bytes, size_t piece) {
  const hash::Digest plain = hash::Sha256Of(bytes);
  const auto portable = hash::MakePortableSha256();
  InPieces(*portable, bytes, piece);
  FUZZ_CHECK(portable->Finish() == plain);
  std::vector<ByteVector> messages;
  for (size_t at = 0; messages.size() < 9; at += piece % 97)
    messages.push_back(ToVector(bytes.first(std::min(at, bytes.size()))));
  const auto digests = hash::Sha256OfAll(messages);
  FUZZ_CHECK(digests.size() == messages.size());
  for (size_t i = 0; i < messages.size(); ++i)
    FUZZ_CHECK(digests[i] == hash::Sha256Of(messages[i]));
}

void RunCrc32c(Bytes bytes, size_t piece) {
  const uint32_t plain = test::Crc32cOf(bytes);
  FUZZ_CHECK(Crc32c(bytes) == plain);
  uint32_t crc = 0;
  for (Bytes rest = bytes; !rest.empty(); rest = rest.subspan(std::min(piece, rest.size())))
    crc = Crc32c(rest.first(std::min(piece, rest.size())), crc);
  FUZZ_CHECK(crc == plain);
}

// Blosc's filters as their definition has them, element by element.
void RunShuffle(Bytes shuffled, size_t size) {
  const size_t n = shuffled.size() / size;
  ByteVector expected = ToVector(shuffled), out(shuffled.size());
  for (size_t e = 0; e < n; ++e)
    for (size_t i = 0; i < size; ++i) expected[e * size + i] = shuffled[i * n + e];
  codec::Unshuffle(size, shuffled, out);
  FUZZ_CHECK(out == expected);
  expected = ToVector(shuffled);
  if (n % 8 == 0)
    for (size_t bit = 0; bit < n * size * 8; ++bit) {
      // Bit k of byte i of element e lies in row i * 8 + k at place e.
      const size_t e = bit / (size * 8), i = bit / 8 % size, k = bit % 8;
      const size_t from = (i * 8 + k) * n + e;
      const uint8_t set = shuffled[from / 8] >> (from % 8) & 1;
      uint8_t& to = expected[e * size + i];
      to = static_cast<uint8_t>((to & ~(1 << k)) | set << k);
    }
  codec::BitUnshuffle(size, shuffled, out);
  FUZZ_CHECK(out == expected);
}

}  // namespace

void Run(Bytes input) {
  Choices choices(input);
  const uint8_t what = choices.U8();
  const size_t piece = 1 + choices.U16() % 3000;
  if (what % 64 == 63) return RunBlocks(input, choices);
  const size_t size = choices.U16() % 40000;
  const ByteVector bytes =
      (what & 64) != 0 ? Stretched(choices.Rest(), size) : ToVector(choices.Rest());
  switch (what % 4) {
    case 0:
      return RunBlake3(bytes, piece);
    case 1:
      return RunSha256(bytes, piece);
    case 2:
      return RunCrc32c(bytes, piece);
    case 3:
      return RunShuffle(bytes, 1 + piece % 255);
  }
}

}  // namespace leafsum::fuzz
