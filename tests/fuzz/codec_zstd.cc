// The decoder of `zstd` values.
#include "fuzz/codec_pieces.h"

void leafsum::fuzz::Run(Bytes input) {
  RunCodec({{codec::CodecKind::kZstd, false}}, Choices(input));
}
