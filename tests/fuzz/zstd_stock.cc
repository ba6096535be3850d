// The patched zstd, with our Huffman decoder in it, against zstd as it was released: the same
// frames are taken, with the same bytes.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "codec/decoder.h"
#include "fuzz/fuzz.h"

extern "C" {
size_t StockZstd(void* out, size_t room, const void* in, size_t size, int checksum);
size_t StockZstdStream(void* out, size_t room, const void* in, size_t size, size_t piece,
                       int checksum);
}

namespace leafsum::fuzz {
namespace {

constexpr size_t kRefused = ~size_t{0};
constexpr size_t kMost = 256 << 10;  // bytes of content

size_t Ours(ByteVector& out, Bytes in, int checksum) {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  if (!checksum) ZSTD_DCtx_setParameter(context, ZSTD_d_forceIgnoreChecksum, ZSTD_d_ignoreChecksum);
  const size_t n = ZSTD_decompressDCtx(context, out.data(), out.size(), in.data(), in.size());
  ZSTD_freeDCtx(context);
  return ZSTD_isError(n) ? kRefused : n;
}

size_t OursInPieces(ByteVector& out, Bytes in, size_t piece, int checksum) {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  if (!checksum) ZSTD_DCtx_setParameter(context, ZSTD_d_forceIgnoreChecksum, ZSTD_d_ignoreChecksum);
  ZSTD_outBuffer to = {out.data(), out.size(), 0};
  size_t at = 0, status = 1, moved = 1;
  while (status != 0 && !ZSTD_isError(status) && (at < in.size() || moved > 0)) {
    ZSTD_inBuffer from = {in.data() + at, std::min(in.size() - at, piece), 0};
    const size_t before = to.pos;
    status = ZSTD_decompressStream(context, &to, &from);
    at += from.pos;
    moved = from.pos + to.pos - before;
    if (moved == 0) break;
  }
  ZSTD_freeDCtx(context);
  return status == 0 && at == in.size() ? to.pos : kRefused;
}

void CheckSame(size_t ours, size_t theirs, const ByteVector& our_bytes,
               const ByteVector& their_bytes) {
  FUZZ_CHECK_SAYING(ours == theirs,
                    "ours " + std::to_string(ours) + ", stock " + std::to_string(theirs));
  if (ours == kRefused) return;
  FUZZ_CHECK(std::equal(our_bytes.begin(), our_bytes.begin() + static_cast<std::ptrdiff_t>(ours),
                        their_bytes.begin()));
}

}  // namespace

void Run(Bytes input) {
  Choices choices(input);
  const uint8_t flags = choices.U8();
  const int checksum = flags & 1;
  const size_t piece = size_t{1} << (flags >> 1 & 15);
  const Bytes frame = choices.Rest();
  // Leafsum refuses other windows before zstd sees them; which ones zstd itself takes depends on
  // the machine.
  ZSTD_FrameHeader header;
  if (ZSTD_getFrameHeader(&header, frame.data(), frame.size()) != 0 || header.windowSize > 1 << 24)
    return;
  static ByteVector our_bytes(kMost), their_bytes(kMost);
  const size_t theirs = StockZstd(their_bytes.data(), kMost, frame.data(), frame.size(), checksum);
  CheckSame(Ours(our_bytes, frame, checksum), theirs, our_bytes, their_bytes);
  if (const auto decoded = codec::DecodeZstdFrame(frame, kMost)) {
    FUZZ_CHECK(theirs == decoded->size());
    FUZZ_CHECK(std::equal(decoded->begin(), decoded->end(), their_bytes.begin()));
  }
  if ((flags & 32) == 0) return;
  const size_t streamed =
      StockZstdStream(their_bytes.data(), kMost, frame.data(), frame.size(), piece, checksum);
  CheckSame(OursInPieces(our_bytes, frame, piece, checksum), streamed, our_bytes, their_bytes);
}

}  // namespace leafsum::fuzz
