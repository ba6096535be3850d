// The decoders that core.wasm does without: codecs.wasm and the native tests link rare_codecs.cc,
// core.wasm links no_rare_codecs.cc, whose one decoder says `unsupported`.
#pragma once

#include "codec/stage.h"

namespace leafsum::codec {

// `limit`: decoded bytes that its caller will take.
std::unique_ptr<Decoder> MakeRareDecoder(CodecKind kind, bool trailing_bytes_ignored,
                                         uint64_t limit);
// What decoding any value takes at most, for one whose head cannot be seen beforehand.
uint64_t MaxRareMemory(CodecKind kind, uint64_t limit);

}  // namespace leafsum::codec
