// BLAKE2b with a digest of 64 bytes and no key (RFC 7693), streaming.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace leafsum::hash {

class Blake2b {
 public:
  using Digest = std::array<uint8_t, 64>;

  Blake2b();
  void Update(Bytes bytes);
  Digest Finish();

 private:
  static constexpr size_t kBlockLen = 128;
  void Compress(const uint8_t* block, bool is_last);

  uint64_t state_[8];
  uint64_t length_ = 0;  // bytes compressed so far
  // The last block is compressed with a mark of its own, so a full one waits for another byte.
  std::array<uint8_t, kBlockLen> buffer_{};
  size_t buffered_ = 0;
};

}  // namespace leafsum::hash
