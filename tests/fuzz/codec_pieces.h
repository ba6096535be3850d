// A decoder that is fed in pieces: whatever the pieces, the same outcome, and never more bytes than
// the caller allows.
#pragma once

#include "codec/decoder.h"
#include "fuzz/fuzz.h"
#include "unit/codec/run.h"

namespace leafsum::fuzz {

inline codec::test::Outcome RunPieces(const codec::CodecSpecs& specs, Bytes encoded,
                                      uint64_t decoded_size, codec::test::Pieces pieces) {
  const auto decoder = codec::MakeDecoder(specs, decoded_size);
  const auto memory =
      decoder->MemoryNeeded(encoded.first(std::min(encoded.size(), codec::kHeadBytes)));
  FUZZ_CHECK(memory || encoded.size() < codec::kHeadBytes);
  codec::test::Outcome outcome = codec::test::Run(*decoder, encoded, decoded_size, pieces);
  FUZZ_CHECK(outcome.done || outcome.error);
  FUZZ_CHECK(outcome.bytes.size() <= decoded_size + 1);
  FUZZ_CHECK(!outcome.done || outcome.bytes.size() <= decoded_size);
  // Again with the same decoder: nothing of the first value is left.
  decoder->Reset();
  const codec::test::Outcome again = codec::test::Run(*decoder, encoded, decoded_size, pieces);
  FUZZ_CHECK(again.code() == outcome.code() && again.bytes == outcome.bytes);
  return outcome;
}

inline bool HasZstd(const codec::CodecSpecs& specs) {
  for (const auto& spec : specs)
    if (spec.kind == codec::CodecKind::kZstd) return true;
  return false;
}

// The first bytes of the input: how many decoded bytes there are to be, how trailing bytes are
// taken, and the lengths of the pieces.
inline void RunCodec(codec::CodecSpecs specs, Choices choices) {
  const uint64_t decoded_size = uint64_t{choices.U16()} << (choices.U8() & 3);
  const uint8_t flags = choices.U8();
  for (auto& spec : specs) spec.trailing_bytes_ignored = (flags & 1) != 0;
  codec::test::Pieces pieces;
  pieces.in = size_t{1} << (flags >> 1 & 7);
  pieces.out = size_t{1} << (flags >> 4 & 7);
  pieces.late_last = (flags & 128) != 0;
  // Byte by byte through a bomb would take a minute.
  if (decoded_size > 4096) pieces.out = std::max<size_t>(pieces.out, 64);
  if (decoded_size > 65536) pieces.out = 4096;
  const Bytes encoded = choices.Rest();
  const auto whole = RunPieces(specs, encoded, decoded_size, {});
  const auto cut = RunPieces(specs, encoded, decoded_size, pieces);
  FUZZ_CHECK_SAYING(whole.done == cut.done, whole.code() + " / " + cut.code());
  if (whole.error) {
    // Where zstd fails, it does not say what it has decoded before: of two faults it depends on the
    // pieces which one is met first.
    if (HasZstd(specs)) return;
    FUZZ_CHECK_SAYING(whole.code() == cut.code(), whole.code() + " / " + cut.code());
    FUZZ_CHECK_SAYING(whole.error->message == cut.error->message,
                      whole.error->message + " / " + cut.error->message);
    return;
  }
  FUZZ_CHECK(whole.bytes == cut.bytes && whole.trailing == cut.trailing);
}

}  // namespace leafsum::fuzz
