// The decoder of `crc32c` values.
#include "fuzz/codec_pieces.h"

void leafsum::fuzz::Run(Bytes input) {
  RunCodec({{codec::CodecKind::kCrc32c, false}}, Choices(input));
}
