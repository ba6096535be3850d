// The `codecs` member of zarr v3: a list of codecs, checked against the chunk that they encode.
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "zarr/array_metadata.h"

namespace leafsum::zarr {

// Any number of array -> array codecs (transpose), exactly one array -> bytes codec (bytes or
// sharding_indexed), any number of bytes -> bytes codecs (gzip, zstd, crc32c). `codecs` is null if
// the member is missing.
Result<CodecChain> ParseCodecs(std::string_view member, const JsonValue* codecs,
                               const std::vector<uint64_t>& chunk_shape, const DataType& type);

}  // namespace leafsum::zarr
