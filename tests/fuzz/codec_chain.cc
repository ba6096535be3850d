// Up to four codecs in a row: the first bytes choose which.
#include "fuzz/codec_pieces.h"

void leafsum::fuzz::Run(Bytes input) {
  Choices choices(input);
  codec::CodecSpecs specs;
  for (size_t n = choices.Below(5); n > 0; --n)
    specs.push_back({static_cast<codec::CodecKind>(choices.Below(6)), false});
  RunCodec(specs, choices);
}
