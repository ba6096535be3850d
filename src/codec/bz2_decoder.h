// bzip2 files of one stream (zarr v2 `bz2`): "BZh", '1'..'9', blocks, a CRC-32 of each block and of
// all.
#pragma once

#include "codec/stage.h"

namespace leafsum::codec {

std::unique_ptr<Decoder> MakeBz2Decoder();
inline constexpr uint64_t kMaxBz2Memory = 4 << 20;

}  // namespace leafsum::codec
