// Drives a decoder as its callers do, in pieces of any size.
#pragma once

#include <algorithm>
#include <string>

#include "codec/decoder.h"
#include "support/hex.h"

namespace leafsum::codec::test {

struct Outcome {
  ByteVector bytes;
  bool done = false;
  uint64_t trailing = 0;
  std::optional<Error> error;

  // "stuck": neither an end nor progress, which breaks the decoder's contract.
  std::string code() const {
    return error ? std::string(ErrorCodeName(error->code)) : done ? "done" : "stuck";
  }
};

struct Pieces {
  size_t in = SIZE_MAX;
  size_t out = SIZE_MAX;
  bool late_last = false;  // `last` comes with an empty piece of its own
};

// Gives at most the rest of `decoded_size` and one byte as room, each piece in its own allocation.
inline Outcome Run(Decoder& decoder, Bytes encoded, uint64_t decoded_size, Pieces pieces = {}) {
  Outcome outcome;
  size_t at = 0;
  for (;;) {
    const size_t n = std::min(pieces.in, encoded.size() - at);
    const bool last = at + n == encoded.size() && !(pieces.late_last && n != 0);
    const leafsum::test::Exact in(encoded.subspan(at, n));
    const auto room = static_cast<size_t>(std::min<uint64_t>(
        decoded_size + 1 - std::min<uint64_t>(outcome.bytes.size(), decoded_size), pieces.out));
    const std::unique_ptr<uint8_t[]> out(new uint8_t[room]);
    const Progress p = decoder.Decode(in, last, {out.get(), room});
    if (p.consumed > n || p.produced > room) std::abort();
    at += p.consumed;
    outcome.bytes.insert(outcome.bytes.end(), out.get(), out.get() + p.produced);
    outcome.done = p.done;
    outcome.trailing = p.trailing;
    outcome.error = p.error;
    if (p.done && p.error) std::abort();
    if (p.done && at != encoded.size()) std::abort();
    if (p.done || p.error) return outcome;
    if (p.consumed == 0 && p.produced == 0) return outcome;
  }
}

inline Outcome Run(const CodecSpecs& specs, Bytes encoded, uint64_t decoded_size,
                   Pieces pieces = {}) {
  return Run(*MakeDecoder(specs, decoded_size), encoded, decoded_size, pieces);
}

inline const std::vector<Pieces>& AllPieces() {
  static const std::vector<Pieces> pieces = {
      {},        {1, SIZE_MAX},       {SIZE_MAX, 1},       {1, 1}, {3, 7}, {64, 100},
      {1000, 1}, {5, SIZE_MAX, true}, {SIZE_MAX, 64, true}};
  return pieces;
}

inline CodecSpec Spec(CodecKind kind, bool trailing_bytes_ignored = false) {
  return {kind, trailing_bytes_ignored};
}

}  // namespace leafsum::codec::test
