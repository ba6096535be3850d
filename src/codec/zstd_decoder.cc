#include "codec/zstd_decoder.h"

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include <algorithm>
#include <array>

#include "codec/zstd_frame.h"

namespace leafsum::codec {
namespace {

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder(bool trailing_bytes_ignored, int max_window_log)
      : tail_(trailing_bytes_ignored), max_window_log_(max_window_log) {}

  Progress Decode(Bytes in, bool last, MutableBytes out) override;
  void Reset() override;
  std::optional<uint64_t> MemoryNeeded(Bytes head) const override;

 private:
  enum class Part { kHeader, kBlocks, kTail };

  // Both read `in` from p.consumed on and add to `p`.
  void ReadHeader(Bytes in, bool last, MutableBytes out, Progress& p);
  void ReadBlocks(Bytes in, bool last, MutableBytes out, Progress& p);
  // Feeds zstd once; returns whether the frame is complete.
  bool Feed(Bytes in, MutableBytes out, Progress& p);
  void Truncated(Progress& p) const;

  // The context keeps its buffers across Reset.
  std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context_{nullptr, ZSTD_freeDCtx};
  Tail tail_;
  const int max_window_log_;
  Part part_ = Part::kHeader;
  std::array<uint8_t, kMaxZstdHeader> head_{};  // a header that comes in pieces
  size_t head_len_ = 0;
  bool output_pending_ = false;  // `out` was filled: zstd may hold more without reading more
  uint64_t consumed_ = 0;
};

Progress ZstdDecoder::Decode(Bytes in, bool last, MutableBytes out) {
  Progress p;
  if (!context_) context_.reset(ZSTD_createDCtx());
  if (!context_) {
    p.error = NoMemory("zstd frame");
    return p;
  }
  if (part_ == Part::kHeader) ReadHeader(in, last, out, p);
  if (part_ == Part::kBlocks && !p.error) ReadBlocks(in, last, out, p);
  if (part_ == Part::kTail && !p.error)
    tail_.Take(in.subspan(p.consumed), last, "zstd frame", consumed_, p);
  return p;
}

// zstd itself would skip skippable frames, so the header is checked first: in place, so that zstd
// sees the whole frame and may decode it in one pass, or gathered if it comes in pieces.
void ZstdDecoder::ReadHeader(Bytes in, bool last, MutableBytes out, Progress& p) {
  Result<std::optional<ZstdHeader>> header = std::optional<ZstdHeader>();
  if (head_len_ == 0) header = ParseZstdHeader(in, max_window_log_);
  if (head_len_ > 0 || (header && !*header)) {
    while (header && !*header && p.consumed < in.size()) {
      head_[head_len_++] =
          in[p.consumed++];  // never more than kMaxZstdHeader: by then it is a header or an error
      ++consumed_;
      header = ParseZstdHeader(Bytes(head_.data(), head_len_), max_window_log_);
    }
  }
  if (!header) {
    p.error = header.error();
  } else if (!*header) {
    if (last) Truncated(p);
  } else {
    part_ = Part::kBlocks;
    if (head_len_ > 0) {
      Progress ignored;  // a header gives no output
      Feed(Bytes(head_.data(), head_len_), out, ignored);
      p.error = ignored.error;
    }
  }
}

void ZstdDecoder::ReadBlocks(Bytes in, bool last, MutableBytes out, Progress& p) {
  const Bytes rest = in.subspan(p.consumed);
  // zstd treats repeated calls that change nothing as an error.
  if (!rest.empty() || output_pending_) {
    Progress fed;
    const bool complete = Feed(rest, out, fed);
    p.consumed += fed.consumed;
    p.produced = fed.produced;
    consumed_ += fed.consumed;
    output_pending_ = fed.produced == out.size();
    p.error = fed.error;
    if (complete) part_ = Part::kTail;
    if (complete || p.error) return;
  }
  if (last && p.consumed == in.size() && !output_pending_) Truncated(p);
}

bool ZstdDecoder::Feed(Bytes in, MutableBytes out, Progress& p) {
  ZSTD_inBuffer input{in.data(), in.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  const size_t status = ZSTD_decompressStream(context_.get(), &output, &input);
  p.consumed = input.pos;
  p.produced = output.pos;
  if (ZSTD_isError(status)) p.error = ZstdError(status);
  return status == 0;
}

void ZstdDecoder::Truncated(Progress& p) const {
  p.error =
      Error{ErrorCode::kTruncated, "zstd frame ends too early", consumed_, "more bytes", "0 bytes"};
}

void ZstdDecoder::Reset() {
  if (context_) ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
  tail_.Reset();
  part_ = Part::kHeader;
  head_len_ = 0;
  output_pending_ = false;
  consumed_ = 0;
}

std::optional<uint64_t> ZstdDecoder::MemoryNeeded(Bytes head) const {
  const uint64_t kept = context_ ? ZSTD_sizeof_DCtx(context_.get()) : 0;
  const auto header = ParseZstdHeader(head, max_window_log_);
  if (!header) return std::max(kept, ZstdBaseMemory());
  if (!*header) return std::nullopt;
  return std::max(kept, ZstdStreamMemory(**header));
}

}  // namespace

std::unique_ptr<Decoder> MakeZstdDecoder(bool trailing_bytes_ignored, int max_window_log) {
  return std::make_unique<ZstdDecoder>(trailing_bytes_ignored, max_window_log);
}

}  // namespace leafsum::codec
