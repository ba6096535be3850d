// Stops a decoder that gives more bytes than it may, and keeps the promises that stage.h makes to
// it.
#pragma once

#include "codec/stage.h"

namespace leafsum::codec {

class CappedDecoder final : public Decoder {
 public:
  // More than `limit` bytes is an error of `code`.
  CappedDecoder(std::unique_ptr<Decoder> inner, uint64_t limit, ErrorCode code)
      : inner_(std::move(inner)), limit_(limit), code_(code) {}

  Progress Decode(Bytes in, bool last, MutableBytes out) override;
  void Reset() override;
  std::optional<uint64_t> MemoryNeeded(Bytes head) const override {
    return inner_->MemoryNeeded(head);
  }

 private:
  const std::unique_ptr<Decoder> inner_;
  const uint64_t limit_;
  const ErrorCode code_;
  uint64_t produced_ = 0;
};

}  // namespace leafsum::codec
