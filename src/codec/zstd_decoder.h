// A value that is one zstd frame (formats §1.3, §2.1: no second frame, no skippable one), decoded
// as a stream.
#pragma once

#include "codec/stage.h"

namespace leafsum::codec {

// `trailing_bytes_ignored`: for zarr v3, where bytes after the first frame are skipped and counted.
std::unique_ptr<Decoder> MakeZstdDecoder(bool trailing_bytes_ignored, int max_window_log);

}  // namespace leafsum::codec
