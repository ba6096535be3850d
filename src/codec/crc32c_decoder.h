// zarr v3 `crc32c`: the bytes, then le32 CRC-32C of them. Only the end of the value tells which
// four bytes are the last, so four are always held back. Bytes leave before the checksum is seen,
// so a mismatch comes last.
//
// TensorStore reads as many bytes as it expects and never sees what follows their checksum. If
// `content` gives that number, the rest is skipped and counted.
#pragma once

#include <array>

#include "codec/stage.h"

namespace leafsum::codec {

class Crc32cDecoder final : public Decoder {
 public:
  explicit Crc32cDecoder(std::optional<uint64_t> content = std::nullopt) : content_(content) {}
  Progress Decode(Bytes in, bool last, MutableBytes out) override;
  void Reset() override;
  std::optional<uint64_t> MemoryNeeded(Bytes) const override { return 0; }

 private:
  std::array<uint8_t, 4> held_{};
  size_t held_len_ = 0;
  uint32_t crc_ = 0;
  uint64_t passed_ = 0;  // bytes that left
  std::optional<uint64_t> content_;
  bool checked_ = false;
  Tail tail_{true};
};

}  // namespace leafsum::codec
