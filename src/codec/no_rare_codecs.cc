#include "codec/rare_codecs.h"

namespace leafsum::codec {
namespace {

class MissingDecoder final : public Decoder {
 public:
  Progress Decode(Bytes, bool, MutableBytes) override {
    Progress p;
    p.error =
        Error{ErrorCode::kUnsupported,
              "decoding it takes codecs.wasm, which this host does not have or could not load",
              std::nullopt, "", ""};
    return p;
  }
  void Reset() override {}
  std::optional<uint64_t> MemoryNeeded(Bytes) const override { return 0; }
};

}  // namespace

std::unique_ptr<Decoder> MakeRareDecoder(CodecKind, bool, uint64_t) {
  return std::make_unique<MissingDecoder>();
}

uint64_t MaxRareMemory(CodecKind, uint64_t) { return 0; }

}  // namespace leafsum::codec
