// The decoders that core.wasm leaves out: codecs.wasm and the native tests link rare_codecs.cc;
// core.wasm links no_rare_codecs.cc, whose one decoder says `unsupported`.
#pragma once

#include "codec/stage.h"

namespace leafsum::codec {

// `limit`: the most decoded bytes that the caller accepts.
std::unique_ptr<Decoder> MakeRareDecoder(CodecKind kind, bool trailing_bytes_ignored,
                                         uint64_t limit);
// The most memory that decoding any value takes, for a value whose head cannot be seen beforehand.
uint64_t MaxRareMemory(CodecKind kind, uint64_t limit);

}  // namespace leafsum::codec
