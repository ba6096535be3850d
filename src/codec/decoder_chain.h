// Two or more codecs in a row. One small buffer lies between neighbours, so memory does not depend
// on the size of a value. A single codec needs no chain and decodes from `in` to `out` directly.
//
// Of several errors, the first in decoding order is the cause of the others. So when a stage fails,
// the stages before it run on to their end, their output is discarded, and an error of theirs wins:
// a damaged value is reported as a CRC mismatch, not as the nonsense that follows from it, however
// the value was cut into pieces.
#pragma once

#include <vector>

#include "codec/stage.h"

namespace leafsum::codec {

class DecoderChain final : public Decoder {
 public:
  // `stages` are in decoding order, each a CappedDecoder. `head_reaches` is the compression whose
  // input begins like the stored value, because the stages before it only pass bytes on.
  // `fixed_memory` is the most that all other stages take.
  DecoderChain(std::vector<std::unique_ptr<Decoder>> stages, size_t head_reaches,
               uint64_t fixed_memory);

  Progress Decode(Bytes in, bool last, MutableBytes out) override;
  void Reset() override;
  std::optional<uint64_t> MemoryNeeded(Bytes head) const override;

 private:
  struct Stage {
    std::unique_ptr<Decoder> decoder;
    bool done = false;
    // [begin, end) is what the stage has produced and the next has not taken. Refilled only when
    // empty.
    ByteVector buffer;
    size_t begin = 0;
    size_t end = 0;
  };

  // Runs stage `i` once; returns whether anything moved.
  bool Step(size_t i, Bytes in, bool last, MutableBytes out, Progress& total);

  std::vector<Stage> stages_;
  const size_t head_reaches_;
  const uint64_t fixed_memory_;
  uint64_t trailing_ = 0;
  size_t alive_;                  // stages before the one that failed
  std::optional<Error> failure_;  // the error of stage alive_
};

inline constexpr size_t kChainBuffer = 64 << 10;

}  // namespace leafsum::codec
