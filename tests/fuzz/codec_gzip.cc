// The decoder of `gzip` values.
#include "fuzz/codec_pieces.h"

void leafsum::fuzz::Run(Bytes input) {
  RunCodec({{codec::CodecKind::kGzip, false}}, Choices(input));
}
