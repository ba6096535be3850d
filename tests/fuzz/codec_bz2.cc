// The decoder of `bz2` values.
#include "fuzz/codec_pieces.h"

void leafsum::fuzz::Run(Bytes input) {
  RunCodec({{codec::CodecKind::kBz2, false}}, Choices(input));
}
