#include "hash/blake3_tree.h"

#include <blake3_impl.h>

#include <cassert>
#include <cstring>

namespace leafsum::hash {
namespace {

constexpr size_t kValueLen = BLAKE3_OUT_LEN;
static_assert(kChunkLen == BLAKE3_CHUNK_LEN);
static_assert(sizeof(ChainingValue) == kValueLen);

// One level of parents over `n` values, with all lanes at work; an odd last value moves up
// unchanged.
size_t CompressParents(const uint8_t* values, size_t n, uint8_t* out) {
  const uint8_t* parents[MAX_SIMD_DEGREE_OR_2];
  const size_t pairs = n / 2;
  for (size_t i = 0; i < pairs; ++i) parents[i] = values + 2 * i * kValueLen;
  blake3_hash_many(parents, pairs, 1, IV, 0, false, PARENT, 0, 0, out);
  if (n % 2 != 0) std::memcpy(out + pairs * kValueLen, values + 2 * pairs * kValueLen, kValueLen);
  return pairs + n % 2;
}

}  // namespace

ChainingValue SubtreeValue(Bytes bytes, uint64_t first_chunk) {
  assert(!bytes.empty());
  // Returns as many values as there are lanes: the subtree's nodes at one level.
  uint8_t values[MAX_SIMD_DEGREE_OR_2 * kValueLen];
  uint8_t above[MAX_SIMD_DEGREE_OR_2 * kValueLen];
  size_t n =
      blake3_compress_subtree_wide(bytes.data(), bytes.size(), IV, first_chunk, 0, values, false);
  while (n > 1) {
    n = CompressParents(values, n, above);
    std::memcpy(values, above, n * kValueLen);
  }
  ChainingValue out;
  std::memcpy(out.data(), values, kValueLen);
  return out;
}

ChainingValue ParentValue(const uint8_t left_right[64], bool is_root) {
  uint32_t words[8];
  std::memcpy(words, IV, sizeof(words));
  const auto flags = static_cast<uint8_t>(is_root ? PARENT | ROOT : PARENT);
  blake3_compress_in_place(words, left_right, BLAKE3_BLOCK_LEN, 0, flags);
  ChainingValue out;
  store_cv_words(out.data(), words);
  return out;
}

}  // namespace leafsum::hash
