#include "codec/decoder.h"

#include <utility>

#include "base/checked.h"
#include "base/limits.h"
#include "codec/capped_decoder.h"
#include "codec/copy_decoder.h"
#include "codec/crc32c_decoder.h"
#include "codec/decoder_chain.h"
#include "codec/rare_codecs.h"
#include "codec/zstd_decoder.h"
#include "codec/zstd_frame.h"

namespace leafsum::codec {
namespace {

// The head of a frame inside another compression cannot be seen before that is decoded, so its
// window is bounded beforehand, to 8 MiB: what RFC 8878 §3.1.1.1.2 recommends that every decoder
// support.
constexpr int kMaxInnerWindowLog = 23;

// No writer's bytes between two codecs are much larger than what they decode to; a bomb's are.
uint64_t IntermediateLimit(uint64_t decoded_size) {
  const auto limit = CheckedMul(decoded_size, 4);
  return limit ? CheckedAdd(*limit, 1 << 20).value_or(UINT64_MAX) : UINT64_MAX;
}

std::unique_ptr<Decoder> Capped(std::unique_ptr<Decoder> stage, uint64_t limit, ErrorCode code) {
  return std::make_unique<CappedDecoder>(std::move(stage), limit, code);
}

// The stage of specs[i].
std::unique_ptr<Decoder> MakeStage(const CodecSpecs& specs, size_t i, int max_window_log,
                                   uint64_t limit, uint64_t decoded_size) {
  const CodecSpec& spec = specs[i];
  const bool ignore_trailing = i + 1 == specs.size() && spec.trailing_bytes_ignored;
  if (spec.kind == CodecKind::kZstd) return MakeZstdDecoder(ignore_trailing, max_window_log);
  if (spec.kind == CodecKind::kCrc32c) {
    size_t sums = 0;
    while (sums < i && specs[sums].kind == CodecKind::kCrc32c) ++sums;
    return std::make_unique<Crc32cDecoder>(spec.trailing_bytes_ignored && sums == i
                                               ? std::optional(decoded_size + 4 * uint64_t{sums})
                                               : std::nullopt);
  }
  return MakeRareDecoder(spec.kind, ignore_trailing, limit);
}

// For a stage whose head cannot be seen beforehand.
uint64_t MaxMemory(CodecKind kind, uint64_t limit) {
  if (kind == CodecKind::kCrc32c) return 0;
  if (kind == CodecKind::kZstd)
    return ZstdStreamMemory({0, uint64_t{1} << kMaxInnerWindowLog, std::nullopt});
  return MaxRareMemory(kind, limit);
}

std::unique_ptr<Decoder> MakeChain(const CodecSpecs& specs, uint64_t decoded_size) {
  std::vector<std::unique_ptr<Decoder>> stages;
  size_t head_reaches =
      specs.size();  // the first compression to undo; only crc32c may lie around it
  uint64_t fixed_memory = 0;
  for (auto spec = specs.rbegin(); spec != specs.rend(); ++spec) {
    const bool compresses = spec->kind != CodecKind::kCrc32c;
    const bool sees_head = compresses && head_reaches == specs.size();
    const bool gives_content = stages.size() + 1 == specs.size();
    const uint64_t limit = gives_content ? decoded_size : IntermediateLimit(decoded_size);
    auto stage = MakeStage(specs, specs.size() - 1 - stages.size(),
                           sees_head ? kMaxZstdWindowLog : kMaxInnerWindowLog, limit, decoded_size);
    if (sees_head)
      head_reaches = stages.size();
    else
      fixed_memory += MaxMemory(spec->kind, limit);
    stages.push_back(
        Capped(std::move(stage), limit, gives_content ? ErrorCode::kInvalid : ErrorCode::kLimit));
  }
  return std::make_unique<DecoderChain>(std::move(stages), head_reaches, fixed_memory);
}

}  // namespace

std::unique_ptr<Decoder> MakeDecoder(const CodecSpecs& specs, uint64_t decoded_size) {
  if (specs.size() > 1) return MakeChain(specs, decoded_size);
  std::unique_ptr<Decoder> stage =
      specs.empty() ? std::make_unique<CopyDecoder>()
                    : MakeStage(specs, 0, kMaxZstdWindowLog, decoded_size, decoded_size);
  return Capped(std::move(stage), decoded_size, ErrorCode::kInvalid);
}

}  // namespace leafsum::codec
