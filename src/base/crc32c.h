// CRC-32C (Castagnoli, RFC 3720 §12.1): reflected polynomial 0x82F63B78, initial and final XOR of
// all ones, unmasked. Guards OCDBT nodes and manifests and zarr v3's `crc32c` codec.
#pragma once

#include "base/bytes.h"

namespace leafsum {

// Continues `crc` (0 at the start) over `bytes`.
uint32_t Crc32c(Bytes bytes, uint32_t crc = 0);

}  // namespace leafsum
