// Two or more codecs in a row. Between neighbours lies one small buffer, so that memory does not
// depend on the size of a value; a single codec needs no chain and decodes from `in` to `out`
// directly.
//
// Of several errors the first in decoding order is the cause of the others: where a stage fails,
// those before it run on to their end, their output thrown away, and their error wins. So a damaged
// value is a CRC mismatch, not the nonsense that follows from it, however the value was cut into
// pieces.
#pragma once

#include <vector>

#include "codec/stage.h"

namespace leafsum::codec {

class DecoderChain final : public Decoder {
 public:
  // In decoding order, each a CappedDecoder. `head_reaches` is the first stage that sees the head
  // of the value as it is stored, behind stages that pass bytes through; `fixed_memory` is what all
  // the others take at most.
  DecoderChain(std::vector<std::unique_ptr<Decoder>> stages, size_t head_reaches,
               uint64_t fixed_memory);

  Progress Decode(Bytes in, bool last, MutableBytes out) override;
  void Reset() override;
  std::optional<uint64_t> MemoryNeeded(Bytes head) const override;

 private:
  struct Stage {
    std::unique_ptr<Decoder> decoder;
    bool done = false;
    // What the stage has produced and the next has not taken: [begin, end). Filled again only when
    // empty.
    ByteVector buffer;
    size_t begin = 0;
    size_t end = 0;
  };

  // Runs stage `i` once; true where anything moved.
  bool Step(size_t i, Bytes in, bool last, MutableBytes out, Progress& total);

  std::vector<Stage> stages_;
  const size_t head_reaches_;
  const uint64_t fixed_memory_;
  uint64_t trailing_ = 0;
  size_t alive_;                  // stages before the one that failed
  std::optional<Error> failure_;  // of stage alive_
};

inline constexpr size_t kChainBuffer = 64 << 10;

}  // namespace leafsum::codec
