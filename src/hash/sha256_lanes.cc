// SHA-256 of four messages at a time, one in each lane of a vector. The rounds depend on each
// other, so a single message would leave three quarters of a vector idle.
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "hash/sha256.h"
#include "hash/sha256_rounds.h"

namespace leafsum::hash {
namespace {

using sha256::kBlockLen;
constexpr size_t kLanes = 4;
// The compilers' own vectors: SSE natively, SIMD128 in wasm.
using Words = uint32_t __attribute__((vector_size(16)));
using Octets = uint8_t __attribute__((vector_size(16)));

Words LoadBe(const uint8_t* p) {
  Octets bytes;
  std::memcpy(&bytes, p, sizeof bytes);
  return reinterpret_cast<Words>(
      __builtin_shufflevector(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
}

// w[j] gets word j of each lane's block.
void LoadBlocks(const std::array<const uint8_t*, kLanes>& at, Words (&w)[16]) {
  for (size_t j = 0; j < 16; j += 4) {
    const Words a = LoadBe(at[0] + 4 * j), b = LoadBe(at[1] + 4 * j), c = LoadBe(at[2] + 4 * j),
                d = LoadBe(at[3] + 4 * j);
    const Words ab = __builtin_shufflevector(a, b, 0, 4, 1, 5),
                cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const Words ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7),
                cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    w[j] = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
    w[j + 1] = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
    w[j + 2] = __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5);
    w[j + 3] = __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7);
  }
}

// Where a lane is in its message: in its whole blocks, then in the padded ones.
struct Lane {
  const uint8_t* at = nullptr;
  size_t blocks = 0;  // whole blocks that lie at `at`
  size_t padded = 0;  // blocks in `padding` still to come
  uint8_t padding[2 * kBlockLen];
  size_t message = 0;
  bool busy = false;

  void Begin(size_t index, Bytes bytes) {
    const size_t whole = bytes.size() / kBlockLen;
    padded = sha256::Pad(bytes.subspan(whole * kBlockLen), bytes.size(), padding);
    at = bytes.data();
    blocks = whole;
    message = index;
    busy = true;
    Turn();
  }
  // Goes from the message's own blocks to the padded ones; the lane is idle once these are done
  // too.
  void Turn() {
    if (blocks > 0) return;
    busy = padded > 0;
    at = padding;
    blocks = std::exchange(padded, 0);
  }
};

}  // namespace

std::vector<Digest> Sha256OfAll(std::span<const ByteVector> messages) {
  std::vector<Digest> digests(messages.size());
  static constexpr uint8_t kIdle[kBlockLen] = {};
  std::array<Lane, kLanes> lanes;
  Words state[8] = {};
  size_t next = 0;
  const auto fill = [&](size_t l) {
    if (next == messages.size()) return;
    lanes[l].Begin(next, messages[next]);
    ++next;
    for (size_t i = 0; i < 8; ++i) state[i][l] = sha256::kInitial[i];
  };
  for (size_t l = 0; l < kLanes; ++l) fill(l);
  for (;;) {
    size_t run = 0;  // blocks until some lane has to turn
    std::array<const uint8_t*, kLanes> at;
    std::array<size_t, kLanes> step;
    for (size_t l = 0; l < kLanes; ++l) {
      const Lane& lane = lanes[l];
      if (lane.busy) run = run == 0 ? lane.blocks : std::min(run, lane.blocks);
      at[l] = lane.busy ? lane.at : kIdle;
      step[l] = lane.busy ? kBlockLen : 0;
    }
    if (run == 0) return digests;
    for (size_t i = 0; i < run; ++i) {
      Words w[16];
      LoadBlocks(at, w);
      sha256::Compress(w, state);
      for (size_t l = 0; l < kLanes; ++l) at[l] += step[l];
    }
    for (size_t l = 0; l < kLanes; ++l) {
      Lane& lane = lanes[l];
      if (!lane.busy) continue;
      lane.at = at[l];
      lane.blocks -= run;
      lane.Turn();
      if (lane.busy) continue;
      Digest& digest = digests[lane.message];
      for (size_t i = 0; i < digest.size(); ++i)
        digest[i] = static_cast<uint8_t>(state[i / 4][l] >> (24 - 8 * (i % 4)));
      fill(l);
    }
  }
}

}  // namespace leafsum::hash
