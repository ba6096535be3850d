// zlib streams (RFC 1950) and gzip files of one member (RFC 1952), by zlib's inflate.
#pragma once

#include "codec/stage.h"

namespace leafsum::codec {

enum class ZlibFormat { kZlib, kGzip };

std::unique_ptr<Decoder> MakeZlibDecoder(ZlibFormat format, bool trailing_bytes_ignored);

}  // namespace leafsum::codec
