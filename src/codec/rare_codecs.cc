#include "codec/rare_codecs.h"

#include "codec/blosc_decoder.h"
#include "codec/bz2_decoder.h"
#include "codec/zlib_decoder.h"

namespace leafsum::codec {

std::unique_ptr<Decoder> MakeRareDecoder(CodecKind kind, bool trailing_bytes_ignored,
                                         uint64_t limit) {
  if (kind == CodecKind::kBz2) return MakeBz2Decoder();
  if (kind == CodecKind::kBlosc) return MakeBloscDecoder(limit);
  return MakeZlibDecoder(kind == CodecKind::kGzip ? ZlibFormat::kGzip : ZlibFormat::kZlib,
                         trailing_bytes_ignored);
}

uint64_t MaxRareMemory(CodecKind kind, uint64_t limit) {
  if (kind == CodecKind::kBz2) return kMaxBz2Memory;
  if (kind == CodecKind::kBlosc) return MaxBloscMemory(limit);
  return kInflateMemory;
}

}  // namespace leafsum::codec
