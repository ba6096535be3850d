// The empty chain: bytes pass unchanged.
#pragma once

#include "codec/stage.h"

namespace leafsum::codec {

class CopyDecoder final : public Decoder {
 public:
  Progress Decode(Bytes in, bool last, MutableBytes out) override;
  void Reset() override {}
  std::optional<uint64_t> MemoryNeeded(Bytes) const override { return 0; }
};

}  // namespace leafsum::codec
