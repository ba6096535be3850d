#include "codec/zstd_frame.h"

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <memory>

#include "base/limits.h"
#include "base/text.h"
#include "codec/decoder.h"
#include "codec/stage.h"

namespace leafsum::codec {

Result<std::optional<ZstdHeader>> ParseZstdHeader(Bytes head, int max_window_log) {
  ZSTD_FrameHeader h;
  const size_t status = ZSTD_getFrameHeader(&h, head.data(), head.size());
  if (ZSTD_isError(status)) {
    if (ZSTD_getErrorCode(status) == ZSTD_error_prefix_unknown)
      return Error{ErrorCode::kInvalid, "not a zstd frame", 0, "magic 28b52ffd",
                   Hex(head.first(std::min(head.size(), kZstdMagicSize)))};
    return ZstdError(status);
  }
  if (status != 0) return std::optional<ZstdHeader>();
  if (h.frameType == ZSTD_skippableFrame)
    return Error{ErrorCode::kInvalid, "a skippable frame where a zstd frame must be", 0,
                 "magic 28b52ffd", Hex(head.first(kZstdMagicSize))};
  if (h.dictID != 0)
    return Error{ErrorCode::kInvalid, "zstd frame needs a dictionary", 0, "no dictionary",
                 Text("dictionary ", h.dictID)};
  if (h.windowSize > uint64_t{1} << max_window_log)
    return Error{ErrorCode::kLimit, "zstd window is larger than allowed", 0,
                 AtMostBytes(uint64_t{1} << max_window_log), ByteCount(h.windowSize)};
  ZstdHeader out;
  out.size = h.headerSize;
  out.window_size = h.windowSize;
  if (h.frameContentSize != ZSTD_CONTENTSIZE_UNKNOWN) out.content_size = h.frameContentSize;
  return std::optional<ZstdHeader>(out);
}

uint64_t ZstdBaseMemory() { return ZSTD_estimateDCtxSize(); }

uint64_t ZstdStreamMemory(const ZstdHeader& header) {
  // As ZSTD_decompressStream allocates: one encoded block, and the window or, if smaller, the
  // content.
  const uint64_t window = std::max(header.window_size, kMinZstdWindow);
  const uint64_t block = std::min<uint64_t>(window, ZSTD_BLOCKSIZE_MAX);
  return ZstdBaseMemory() + block +
         ZSTD_decodingBufferSize_min(window,
                                     header.content_size.value_or(ZSTD_CONTENTSIZE_UNKNOWN));
}

Error ZstdError(size_t code) {
  Error error{ErrorCode::kInvalid, "zstd frame is corrupt", std::nullopt, "", ""};
  switch (ZSTD_getErrorCode(code)) {
    case ZSTD_error_checksum_wrong:
      error.code = ErrorCode::kChecksum;
      error.message = "content checksum of the zstd frame does not match";
      break;
    case ZSTD_error_version_unsupported:
    case ZSTD_error_frameParameter_unsupported:
    case ZSTD_error_dictionary_wrong:
      // Not `unsupported`: in a checkpoint, damage sets these bits, not a later feature, and every
      // reader refuses them.
      error.message = Text("zstd: ", ZSTD_getErrorName(code));
      break;
    case ZSTD_error_memory_allocation:
      return NoMemory("zstd frame");
    case ZSTD_error_frameParameter_windowTooLarge:
      error.code = ErrorCode::kLimit;
      error.message = Text("zstd: ", ZSTD_getErrorName(code));
      break;
    default:
      break;
  }
  return error;
}

// The whole frame lies in memory, so it is decoded in one pass into one buffer, without a window.
// Only decoding tells how large the buffer must be (the content size is a claim), so it grows
// fourfold until the content fits.
Result<ByteVector> DecodeZstdFrame(Bytes encoded, uint64_t limit) {
  auto header = ParseZstdHeader(encoded, kMaxZstdWindowLog);
  if (!header) return header.error();
  const size_t frame_size =
      *header ? ZSTD_findFrameCompressedSize(encoded.data(), encoded.size()) : 0;
  if (!*header ||
      (ZSTD_isError(frame_size) && ZSTD_getErrorCode(frame_size) == ZSTD_error_srcSize_wrong))
    return Error{ErrorCode::kTruncated, "zstd frame ends too early", encoded.size(), "more bytes",
                 "0 bytes"};
  if (ZSTD_isError(frame_size)) return ZstdError(frame_size);
  if (frame_size != encoded.size())
    return Error{ErrorCode::kInvalid, "bytes follow the end of the zstd frame", frame_size,
                 "0 bytes", ByteCount(encoded.size() - frame_size)};

  const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                   ZSTD_freeDCtx);
  if (!context) return NoMemory("zstd frame");
  uint64_t room = std::min<uint64_t>(limit, std::max<uint64_t>(4096, 4 * uint64_t{encoded.size()}));
  if ((*header)->content_size) room = std::min(room, *(*header)->content_size);
  ByteVector out;
  for (;;) {
    out.resize(static_cast<size_t>(room));
    const size_t n =
        ZSTD_decompressDCtx(context.get(), out.data(), out.size(), encoded.data(), encoded.size());
    if (!ZSTD_isError(n)) {
      out.resize(n);
      return out;
    }
    if (ZSTD_getErrorCode(n) != ZSTD_error_dstSize_tooSmall) return ZstdError(n);
    if (room == limit)
      return Error{ErrorCode::kLimit, "decodes to more than " + ByteCount(limit), std::nullopt,
                   AtMostBytes(limit), "more"};
    room = std::min<uint64_t>(limit, std::max<uint64_t>(4096, 4 * room));
  }
}

}  // namespace leafsum::codec
