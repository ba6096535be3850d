// Up to four codecs in a row: the first bytes choose which.
#include "fuzz/codec_pieces.h"

namespace {
constexpr size_t kKinds = static_cast<size_t>(leafsum::codec::kLastCodec) + 1;
}

void leafsum::fuzz::Run(Bytes input) {
  Choices choices(input);
  codec::CodecSpecs specs;
  for (size_t n = choices.Below(5); n > 0; --n)
    specs.push_back({static_cast<codec::CodecKind>(choices.Below(kKinds)), false});
  RunCodec(specs, choices);
}
