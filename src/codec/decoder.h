// The interface of every decompressor: a stream from encoded to decoded bytes.
//
// The caller knows how long the decoded bytes must be (from the array's metadata) and never gives
// more room than that plus one byte, so output is bounded whatever a frame claims.
#pragma once

#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/codec_spec.h"

namespace leafsum::codec {

struct Progress {
  size_t consumed = 0;    // of `in`
  size_t produced = 0;    // of `out`
  bool done = false;      // the end of the encoded value was reached and is correct
  uint64_t trailing = 0;  // with `done`: bytes of the value that no reader looks at
  std::optional<Error> error;
};

class Decoder {
 public:
  virtual ~Decoder() = default;

  // Decodes from `in` to `out`. `last` says that the value ends with `in`. Makes progress unless it
  // needs more input (`in` is used up and not `last`) or more room (`out` is full). An empty `in`
  // with `last` ends in `done` or in a `truncated` error. After `done` or an error, call only
  // Reset.
  virtual Progress Decode(Bytes in, bool last, MutableBytes out) = 0;

  // Gets ready for the next value, keeping its memory.
  virtual void Reset() = 0;

  // The memory that decoding the value that begins with `head` will take, buffers included. Ask
  // before the first Decode, so that a window is counted before it is allocated. nullopt: `head` is
  // too short to tell (give at least kHeadBytes, or the whole value). A broken head gives a small
  // number: Decode will say what is wrong.
  virtual std::optional<uint64_t> MemoryNeeded(Bytes head) const = 0;
};

inline constexpr size_t kHeadBytes = 64;

// A decoder for a whole chain; an empty chain copies. `decoded_size` is the size that the metadata
// demands.
std::unique_ptr<Decoder> MakeDecoder(const CodecSpecs& specs, uint64_t decoded_size);

// Decodes the body of an OCDBT node: one zstd frame that is all of `encoded` (no second frame, no
// skippable one, nothing after it), of at most `limit` decoded bytes.
Result<ByteVector> DecodeZstdFrame(Bytes encoded, uint64_t limit);

}  // namespace leafsum::codec
