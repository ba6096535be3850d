#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "archive/unpacker.h"
#include "base/text.h"

namespace leafsum::archive {
namespace {

constexpr int kWindowLog = 27;  // 128 MiB, what zstd itself takes unless it is asked for more

class Unzstd final : public Unpacker {
 public:
  Progress Unpack(Bytes in, bool is_last, MutableBytes out) override;
  RestartPoint Point() const override { return {in_, out_, 0, true, {}}; }
  bool Restart(const RestartPoint& point) override {
    in_ = point.in;
    out_ = point.out;
    is_between_ = true;
    return !context_ || !ZSTD_isError(ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only));
  }

 private:
  std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context_{nullptr, ZSTD_freeDCtx};
  bool is_between_ = true;  // frames
  uint64_t in_ = 0, out_ = 0;
};

Unpacker::Progress Unzstd::Unpack(Bytes in, bool is_last, MutableBytes out) {
  Progress p;
  if (!context_) {
    context_.reset(ZSTD_createDCtx());
    if (!context_) {
      p.error = Error{ErrorCode::kLimit, "no memory for zstd", {}, "", ""};
      return p;
    }
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kWindowLog);
  }
  if (in.empty() && is_last && is_between_) {
    p.is_done = true;
    return p;
  }
  ZSTD_inBuffer input{in.data(), in.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  const size_t left = ZSTD_decompressStream(context_.get(), &output, &input);
  p.consumed = input.pos;
  p.produced = output.pos;
  in_ += input.pos;
  out_ += output.pos;
  if (ZSTD_isError(left)) {
    const ZSTD_ErrorCode code = ZSTD_getErrorCode(left);
    p.error = Error{code == ZSTD_error_checksum_wrong                  ? ErrorCode::kChecksum
                    : code == ZSTD_error_frameParameter_windowTooLarge ? ErrorCode::kUnsupported
                                                                       : ErrorCode::kInvalid,
                    Text("the compressed data: ", ZSTD_getErrorName(left)),
                    {},
                    "",
                    ""};
    return p;
  }
  if (input.pos > 0 || output.pos > 0) is_between_ = left == 0;
  p.is_boundary = is_between_ && input.pos > 0;
  if (!is_between_ && is_last && input.pos == in.size() && output.pos < out.size())
    p.error = Error{ErrorCode::kTruncated, "the compressed data end too early", {}, "", ""};
  return p;
}

}  // namespace

std::unique_ptr<Unpacker> MakeUnzstd() { return std::make_unique<Unzstd>(); }

}  // namespace leafsum::archive
