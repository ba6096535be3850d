// The decoder of `zlib` values.
#include "fuzz/codec_pieces.h"

void leafsum::fuzz::Run(Bytes input) {
  RunCodec({{codec::CodecKind::kZlib, false}}, Choices(input));
}
