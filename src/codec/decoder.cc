#include "codec/decoder.h"

#include <utility>

#include "base/checked.h"
#include "base/limits.h"
#include "codec/capped_decoder.h"
#include "codec/copy_decoder.h"
#include "codec/crc32c_decoder.h"
#include "codec/decoder_chain.h"
#include "codec/zlib_decoder.h"
#include "codec/zstd_decoder.h"
#include "codec/zstd_frame.h"

namespace leafsum::codec {
namespace {

// The head of a frame inside another compression cannot be looked at before it is decoded, so its
// window is bounded beforehand: 8 MiB is what RFC 8878 §3.1.1.1.2 recommends every decoder to
// support.
constexpr int kMaxInnerWindowLog = 23;

// No writer makes bytes between two codecs that are much larger than what they decode to; a bomb
// does.
uint64_t IntermediateLimit(uint64_t decoded_size) {
  const auto limit = CheckedMul(decoded_size, 4);
  return limit ? CheckedAdd(*limit, 1 << 20).value_or(UINT64_MAX) : UINT64_MAX;
}

std::unique_ptr<Decoder> Capped(std::unique_ptr<Decoder> stage, uint64_t limit, ErrorCode code) {
  return std::make_unique<CappedDecoder>(std::move(stage), limit, code);
}

std::unique_ptr<Decoder> MakeStage(const CodecSpec& spec, bool is_outermost, int max_window_log) {
  const bool ignore_trailing = is_outermost && spec.trailing_bytes_ignored;
  switch (spec.kind) {
    case CodecKind::kZstd:
      return MakeZstdDecoder(ignore_trailing, max_window_log);
    case CodecKind::kZlib:
      return MakeZlibDecoder(ZlibFormat::kZlib, ignore_trailing);
    case CodecKind::kGzip:
      return MakeZlibDecoder(ZlibFormat::kGzip, ignore_trailing);
    case CodecKind::kCrc32c:
      return std::make_unique<Crc32cDecoder>();
  }
  return std::make_unique<CopyDecoder>();
}

std::unique_ptr<Decoder> MakeChain(const CodecSpecs& specs, uint64_t decoded_size) {
  std::vector<std::unique_ptr<Decoder>> stages;
  size_t head_reaches =
      specs.size();  // the first compression to be undone: only a crc32c may lie around it
  uint64_t fixed_memory = 0;
  for (auto spec = specs.rbegin(); spec != specs.rend(); ++spec) {
    const bool compresses = spec->kind != CodecKind::kCrc32c;
    const bool sees_head = compresses && head_reaches == specs.size();
    auto stage =
        MakeStage(*spec, stages.empty(), sees_head ? kMaxZstdWindowLog : kMaxInnerWindowLog);
    if (sees_head) {
      head_reaches = stages.size();
    } else if (spec->kind == CodecKind::kZstd) {
      fixed_memory += ZstdStreamMemory({0, uint64_t{1} << kMaxInnerWindowLog, std::nullopt});
    } else {
      fixed_memory += stage->MemoryNeeded({}).value_or(0);
    }
    const bool gives_content = stages.size() + 1 == specs.size();
    stages.push_back(gives_content ? Capped(std::move(stage), decoded_size, ErrorCode::kInvalid)
                                   : Capped(std::move(stage), IntermediateLimit(decoded_size),
                                            ErrorCode::kLimit));
  }
  return std::make_unique<DecoderChain>(std::move(stages), head_reaches, fixed_memory);
}

}  // namespace

std::unique_ptr<Decoder> MakeDecoder(const CodecSpecs& specs, uint64_t decoded_size) {
  if (specs.size() > 1) return MakeChain(specs, decoded_size);
  std::unique_ptr<Decoder> stage = specs.empty() ? std::make_unique<CopyDecoder>()
                                                 : MakeStage(specs[0], true, kMaxZstdWindowLog);
  return Capped(std::move(stage), decoded_size, ErrorCode::kInvalid);
}

}  // namespace leafsum::codec
