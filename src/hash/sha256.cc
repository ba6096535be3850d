#include "hash/sha256.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace leafsum::hash {
namespace {

constexpr size_t kBlockLen = 64;

// Fractional parts of the cube roots of the first 64 primes (FIPS 180-4 §4.2.2).
constexpr uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t LoadBe(const uint8_t* p) {
  return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | uint32_t{p[3]};
}
void StoreBe(uint8_t* p, uint32_t v) {
  for (int i = 0; i < 4; ++i) p[i] = static_cast<uint8_t>(v >> (24 - 8 * i));
}

// FIPS 180-4 §6.2.2 step 3: `d` and `h` become the next e and a.
inline void Round(uint32_t a, uint32_t b, uint32_t c, uint32_t& d, uint32_t e, uint32_t f,
                  uint32_t g, uint32_t& h, uint32_t kw) {
  const uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
  const uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
  const uint32_t t1 = h + s1 + (g ^ (e & (f ^ g))) + kw;
  d += t1;
  h = t1 + s0 + ((a & b) | (c & (a | b)));
}

class PortableSha256 final : public StreamingHash {
 public:
  void Update(Bytes bytes) override {
    length_ += bytes.size();
    if (buffered_ > 0) {
      const size_t take = std::min(kBlockLen - buffered_, bytes.size());
      std::copy_n(bytes.data(), take, buffer_.data() + buffered_);
      buffered_ += take;
      bytes = bytes.subspan(take);
      if (buffered_ < kBlockLen) return;
      Compress(buffer_.data());
      buffered_ = 0;
    }
    for (; bytes.size() >= kBlockLen; bytes = bytes.subspan(kBlockLen)) Compress(bytes.data());
    std::copy_n(bytes.data(), bytes.size(), buffer_.data());
    buffered_ = bytes.size();
  }

  // Pads with 80, zeros and the length in bits, be64 (FIPS 180-4 §5.1.1).
  Digest Finish() override {
    const uint64_t bits = length_ * 8;
    buffer_[buffered_++] = 0x80;
    if (buffered_ > kBlockLen - 8) {
      std::fill(buffer_.begin() + buffered_, buffer_.end(), uint8_t{0});
      Compress(buffer_.data());
      buffered_ = 0;
    }
    std::fill(buffer_.begin() + buffered_, buffer_.end() - 8, uint8_t{0});
    StoreBe(buffer_.data() + kBlockLen - 8, static_cast<uint32_t>(bits >> 32));
    StoreBe(buffer_.data() + kBlockLen - 4, static_cast<uint32_t>(bits));
    Compress(buffer_.data());
    Digest out;
    for (size_t i = 0; i < 8; ++i) StoreBe(out.data() + 4 * i, state_[i]);
    return out;
  }

 private:
  void Compress(const uint8_t* block) {
    uint32_t w[64];
    for (int i = 0; i < 16; ++i) w[i] = LoadBe(block + 4 * i);
    for (int i = 16; i < 64; ++i) {
      const uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
      const uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    // Eight rounds at a time: instead of moving eight words along, each round names them one place
    // further.
    uint32_t a = state_[0], b = state_[1], c = state_[2], d = state_[3];
    uint32_t e = state_[4], f = state_[5], g = state_[6], h = state_[7];
    for (int i = 0; i < 64; i += 8) {
      Round(a, b, c, d, e, f, g, h, kRound[i] + w[i]);
      Round(h, a, b, c, d, e, f, g, kRound[i + 1] + w[i + 1]);
      Round(g, h, a, b, c, d, e, f, kRound[i + 2] + w[i + 2]);
      Round(f, g, h, a, b, c, d, e, kRound[i + 3] + w[i + 3]);
      Round(e, f, g, h, a, b, c, d, kRound[i + 4] + w[i + 4]);
      Round(d, e, f, g, h, a, b, c, kRound[i + 5] + w[i + 5]);
      Round(c, d, e, f, g, h, a, b, kRound[i + 6] + w[i + 6]);
      Round(b, c, d, e, f, g, h, a, kRound[i + 7] + w[i + 7]);
    }
    const uint32_t add[8] = {a, b, c, d, e, f, g, h};
    for (size_t i = 0; i < 8; ++i) state_[i] += add[i];
  }

  std::array<uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint64_t length_ = 0;  // bytes
  std::array<uint8_t, kBlockLen> buffer_{};
  size_t buffered_ = 0;
};

Sha256Factory& Factory() {
  static Sha256Factory factory = MakePortableSha256;
  return factory;
}

}  // namespace

std::unique_ptr<StreamingHash> MakePortableSha256() { return std::make_unique<PortableSha256>(); }

Digest Sha256Of(Bytes bytes) {
  PortableSha256 hash;
  hash.Update(bytes);
  return hash.Finish();
}

void SetSha256Factory(Sha256Factory factory) {
  Factory() = factory ? std::move(factory) : Sha256Factory(MakePortableSha256);
}

std::unique_ptr<StreamingHash> MakeSha256() { return Factory()(); }

}  // namespace leafsum::hash
