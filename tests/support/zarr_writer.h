// Writes zarr metadata and shard indices as ours to read: documents from values, so that tests can
// go around.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "zarr/array_metadata.h"
#include "zarr/shard_index.h"

namespace leafsum::test {

// The `.zarray` or `zarr.json`, by zarr_format. Fill values are spelled so that every bit survives:
// hex for floats of v3, base64 where the format has it. A v2 float's fill value must be a number
// that "%.17g" can spell.
std::string WriteArrayMetadata(const zarr::ArrayMetadata& array);

ByteVector WriteShardIndex(const std::vector<zarr::ShardIndexEntry>& entries,
                           const zarr::ShardingSpec& spec);

}  // namespace leafsum::test
