#include "codec/rare_codecs.h"

#include <cstdlib>

#include "codec/blosc_decoder.h"
#include "codec/bz2_decoder.h"
#include "codec/zlib_decoder.h"

namespace leafsum::codec {

// Neither switch has a default: the compiler names a codec that was forgotten here.

std::unique_ptr<Decoder> MakeRareDecoder(CodecKind kind, bool trailing_bytes_ignored,
                                         uint64_t limit) {
  switch (kind) {
    case CodecKind::kZlib:
      return MakeZlibDecoder(ZlibFormat::kZlib, trailing_bytes_ignored);
    case CodecKind::kGzip:
      return MakeZlibDecoder(ZlibFormat::kGzip, trailing_bytes_ignored);
    case CodecKind::kBz2:
      return MakeBz2Decoder();
    case CodecKind::kBlosc:
      return MakeBloscDecoder(limit);
    case CodecKind::kZstd:
    case CodecKind::kCrc32c:
      break;  // decoder.cc makes these
  }
  std::abort();
}

uint64_t MaxRareMemory(CodecKind kind, uint64_t limit) {
  switch (kind) {
    case CodecKind::kZlib:
    case CodecKind::kGzip:
      return kInflateMemory;
    case CodecKind::kBz2:
      return kMaxBz2Memory;
    case CodecKind::kBlosc:
      return MaxBloscMemory(limit);
    case CodecKind::kZstd:
    case CodecKind::kCrc32c:
      break;
  }
  std::abort();
}

}  // namespace leafsum::codec
