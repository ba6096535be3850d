#include "hash/sha256.h"

#include <algorithm>

#include "hash/sha256_rounds.h"

namespace leafsum::hash {
namespace {

using sha256::kBlockLen;

uint32_t LoadBe(const uint8_t* p) {
  return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | uint32_t{p[3]};
}
void StoreBe(uint8_t* p, uint32_t v) {
  for (int i = 0; i < 4; ++i) p[i] = static_cast<uint8_t>(v >> (24 - 8 * i));
}

class PortableSha256 final : public StreamingHash {
 public:
  PortableSha256() { std::copy(sha256::kInitial.begin(), sha256::kInitial.end(), state_); }

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

  Digest Finish() override {
    uint8_t padding[2 * kBlockLen];
    const size_t blocks = sha256::Pad(Bytes(buffer_).first(buffered_), length_, padding);
    for (size_t i = 0; i < blocks; ++i) Compress(padding + i * kBlockLen);
    Digest out;
    for (size_t i = 0; i < 8; ++i) StoreBe(out.data() + 4 * i, state_[i]);
    return out;
  }

 private:
  void Compress(const uint8_t* block) {
    uint32_t w[16];
    for (size_t i = 0; i < 16; ++i) w[i] = LoadBe(block + 4 * i);
    sha256::Compress(w, state_);
  }

  uint32_t state_[8];
  uint64_t length_ = 0;  // bytes
  std::array<uint8_t, kBlockLen> buffer_{};
  size_t buffered_ = 0;
};

}  // namespace

std::unique_ptr<StreamingHash> MakePortableSha256() { return std::make_unique<PortableSha256>(); }

Digest Sha256Of(Bytes bytes) {
  PortableSha256 hash;
  hash.Update(bytes);
  return hash.Finish();
}

std::unique_ptr<StreamingHash> MakeSha256(const Sha256Factory& host) {
  return host ? host() : MakePortableSha256();
}

}  // namespace leafsum::hash
