// The decoder of `blosc` values.
#include "fuzz/codec_pieces.h"

void leafsum::fuzz::Run(Bytes input) {
  RunCodec({{codec::CodecKind::kBlosc, false}}, Choices(input));
}
