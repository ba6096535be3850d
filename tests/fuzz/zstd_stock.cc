// The patched zstd, with our Huffman decoder in it, against zstd as it was released: the same
// frames are taken, with the same bytes.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "codec/decoder.h"
#include "fuzz/fuzz.h"

extern "C" {
size_t PlainWhole(void* out, size_t room, const void* in, size_t size, int checksum);
size_t PlainPieces(void* out, size_t room, const void* in, size_t size, size_t piece, int checksum);
size_t FastWhole(void* out, size_t room, const void* in, size_t size, int checksum);
size_t FastPieces(void* out, size_t room, const void* in, size_t size, size_t piece, int checksum);
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

bool SameBytes(const ByteVector& a, const ByteVector& b, size_t n) {
  return std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(n), b.begin());
}

// Bytes of content, or kRefused, and the content.
struct Outcome {
  size_t size = kRefused;
  const ByteVector& bytes;
};

void CheckSame(const Outcome& ours, const Outcome& plain, const Outcome& fast) {
  FUZZ_CHECK_SAYING(ours.size == plain.size,
                    "ours " + std::to_string(ours.size) + ", stock " + std::to_string(plain.size));
  if (ours.size == kRefused) return;
  FUZZ_CHECK(SameBytes(ours.bytes, plain.bytes, ours.size));
  FUZZ_CHECK(fast.size == ours.size && SameBytes(ours.bytes, fast.bytes, ours.size));
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
  static ByteVector our_bytes(kMost), plain_bytes(kMost), fast_bytes(kMost);
  uint8_t *plain = plain_bytes.data(), *fast = fast_bytes.data();
  const uint8_t* in = frame.data();
  const size_t n = frame.size();
  CheckSame({Ours(our_bytes, frame, checksum), our_bytes},
            {PlainWhole(plain, kMost, in, n, checksum), plain_bytes},
            {FastWhole(fast, kMost, in, n, checksum), fast_bytes});
  if (const auto decoded = codec::DecodeZstdFrame(frame, kMost)) {
    FUZZ_CHECK(PlainWhole(plain, kMost, in, n, 1) == decoded->size());
    FUZZ_CHECK(SameBytes(*decoded, plain_bytes, decoded->size()));
  }
  if ((flags & 32) == 0) return;
  const size_t whole = PlainWhole(plain, kMost, in, n, checksum);
  const size_t ours = OursInPieces(our_bytes, frame, piece, checksum);
  // The release takes some frames in pieces that it refuses whole (cmake/patches/README.md).
  if (ours == kRefused && whole == kRefused) return;
  CheckSame({ours, our_bytes}, {PlainPieces(plain, kMost, in, n, piece, checksum), plain_bytes},
            {FastPieces(fast, kMost, in, n, piece, checksum), fast_bytes});
}

}  // namespace leafsum::fuzz
