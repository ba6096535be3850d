#include "hash/blake2b.h"

#include <algorithm>
#include <bit>

namespace leafsum::hash {
namespace {

// Fractional parts of the square roots of the first eight primes: SHA-512's (RFC 7693 §2.6).
constexpr uint64_t kInitial[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                  0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                  0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
// The first word of the parameter block: 64 bytes of digest, no key, fanout and depth 1 (RFC 7693
// §2.5).
constexpr uint64_t kParameters = 0x01010040;

// The order of the message's words in each round (RFC 7693 §2.7); rounds 10 and 11 are 0 and 1
// again.
constexpr uint8_t kSigma[10][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

uint64_t LoadLe(const uint8_t* p) {
  uint64_t v = 0;
  for (int i = 7; i >= 0; --i) v = v << 8 | p[i];
  return v;
}

// G of RFC 7693 §3.1.
void Mix(uint64_t& a, uint64_t& b, uint64_t& c, uint64_t& d, uint64_t x, uint64_t y) {
  a += b + x;
  d = std::rotr(d ^ a, 32);
  c += d;
  b = std::rotr(b ^ c, 24);
  a += b + y;
  d = std::rotr(d ^ a, 16);
  c += d;
  b = std::rotr(b ^ c, 63);
}

}  // namespace

Blake2b::Blake2b() {
  std::copy_n(kInitial, 8, state_);
  state_[0] ^= kParameters;
}

void Blake2b::Update(Bytes bytes) {
  while (!bytes.empty()) {
    if (buffered_ == kBlockLen) {
      Compress(buffer_.data(), false);
      buffered_ = 0;
    }
    while (buffered_ == 0 && bytes.size() > kBlockLen) {
      Compress(bytes.data(), false);
      bytes = bytes.subspan(kBlockLen);
    }
    const size_t take = std::min(kBlockLen - buffered_, bytes.size());
    std::copy_n(bytes.data(), take, buffer_.data() + buffered_);
    buffered_ += take;
    bytes = bytes.subspan(take);
  }
}

Blake2b::Digest Blake2b::Finish() {
  std::fill(buffer_.begin() + static_cast<ptrdiff_t>(buffered_), buffer_.end(), uint8_t{0});
  Compress(buffer_.data(), true);
  Digest out;
  for (size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<uint8_t>(state_[i / 8] >> (8 * (i % 8)));
  return out;
}

void Blake2b::Compress(const uint8_t* block, bool is_last) {
  length_ += is_last ? buffered_ : kBlockLen;
  uint64_t m[16], v[16];
  for (size_t i = 0; i < 16; ++i) m[i] = LoadLe(block + 8 * i);
  std::copy_n(state_, 8, v);
  std::copy_n(kInitial, 8, v + 8);
  v[12] ^= length_;  // the upper half of the 128-bit counter stays 0
  if (is_last) v[14] = ~v[14];
  for (size_t round = 0; round < 12; ++round) {
    const uint8_t* s = kSigma[round % 10];
    Mix(v[0], v[4], v[8], v[12], m[s[0]], m[s[1]]);
    Mix(v[1], v[5], v[9], v[13], m[s[2]], m[s[3]]);
    Mix(v[2], v[6], v[10], v[14], m[s[4]], m[s[5]]);
    Mix(v[3], v[7], v[11], v[15], m[s[6]], m[s[7]]);
    Mix(v[0], v[5], v[10], v[15], m[s[8]], m[s[9]]);
    Mix(v[1], v[6], v[11], v[12], m[s[10]], m[s[11]]);
    Mix(v[2], v[7], v[8], v[13], m[s[12]], m[s[13]]);
    Mix(v[3], v[4], v[9], v[14], m[s[14]], m[s[15]]);
  }
  for (size_t i = 0; i < 8; ++i) state_[i] ^= v[i] ^ v[i + 8];
}

}  // namespace leafsum::hash
