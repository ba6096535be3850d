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

bool Same(const Outcome& a, const Outcome& b) {
  return a.size == b.size && (a.size == kRefused || SameBytes(a.bytes, b.bytes, a.size));
}

std::string Text(const char* who, const Outcome& outcome) {
  return std::string(who) +
         (outcome.size == kRefused ? " refuses" : " takes " + std::to_string(outcome.size)) + "; ";
}

}  // namespace

void Run(Bytes input) {
  Choices choices(input);
  const uint8_t flags = choices.U8();
  const int checksum = flags & 1;
  const size_t piece = size_t{1} << (flags >> 1 & 15);
  Bytes frame = choices.Rest();
  // Leafsum refuses other windows before zstd sees them; which ones zstd itself takes depends on
  // the machine.
  ZSTD_FrameHeader header;
  if (ZSTD_getFrameHeader(&header, frame.data(), frame.size()) != 0 || header.windowSize > 1 << 24)
    return;
  const size_t whole_frame = ZSTD_findFrameCompressedSize(frame.data(), frame.size());
  if (!ZSTD_isError(whole_frame)) frame = frame.first(whole_frame);
  static ByteVector bytes[6] = {ByteVector(kMost), ByteVector(kMost), ByteVector(kMost),
                                ByteVector(kMost), ByteVector(kMost), ByteVector(kMost)};
  const uint8_t* in = frame.data();
  const size_t n = frame.size();
  const Outcome ours{Ours(bytes[0], frame, checksum), bytes[0]};
  const Outcome ours_in_pieces{OursInPieces(bytes[1], frame, piece, checksum), bytes[1]};
  const Outcome plain{PlainWhole(bytes[2].data(), kMost, in, n, checksum), bytes[2]};
  const Outcome plain_in_pieces{PlainPieces(bytes[3].data(), kMost, in, n, piece, checksum),
                                bytes[3]};
  const std::string all = Text("ours", ours) + Text("ours in pieces", ours_in_pieces) +
                          Text("stock", plain) + Text("stock in pieces", plain_in_pieces);
  FUZZ_CHECK_SAYING(Same(ours, ours_in_pieces), all);
  // The release holds a frame to other rules whole than in pieces; ours to both (cmake/patches).
  const bool taken = plain.size != kRefused && plain_in_pieces.size != kRefused;
  FUZZ_CHECK_SAYING(taken == (ours.size != kRefused), all);
  if (const auto decoded = codec::DecodeZstdFrame(frame, kMost)) {
    FUZZ_CHECK(checksum == 0 || Same(ours, {decoded->size(), *decoded}));
  }
  if (!taken) return;
  FUZZ_CHECK_SAYING(Same(ours, plain) && Same(ours, plain_in_pieces), all);
  FUZZ_CHECK(Same(ours, {FastWhole(bytes[4].data(), kMost, in, n, checksum), bytes[4]}));
  FUZZ_CHECK(Same(ours, {FastPieces(bytes[5].data(), kMost, in, n, piece, checksum), bytes[5]}));
}

}  // namespace leafsum::fuzz
