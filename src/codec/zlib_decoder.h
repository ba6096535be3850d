// zlib streams (RFC 1950) and gzip files of one member (RFC 1952), by zlib's inflate.
#pragma once

#include "codec/stage.h"

namespace leafsum::codec {

enum class ZlibFormat { kZlib, kGzip };

// inflate's state with its tables and a window of 32 KiB, the largest that the format allows.
inline constexpr uint64_t kInflateMemory = 48 << 10;

std::unique_ptr<Decoder> MakeZlibDecoder(ZlibFormat format, bool trailing_bytes_ignored);

}  // namespace leafsum::codec
