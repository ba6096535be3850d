// The index of a `sharding_indexed` shard: where each inner chunk lies in the shard's value.
//
//   n × { u64 offset, u64 length } in C order of the inner grid, then le32 CRC-32C where
//   index_codecs say so. offset counts from the start of the shard; both 2^64-1: the inner chunk is
//   empty (fill value).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "zarr/array_metadata.h"

namespace leafsum::zarr {

struct ShardIndexEntry {
  uint64_t offset = 0;
  uint64_t length = 0;
  bool empty = false;
};

// Inner chunks of one shard, and the encoded size of its index; nothing on overflow. `shard_shape`
// is in stored axes: StoredShape() of the outer chunk's shape.
std::optional<uint64_t> InnerChunkCount(const std::vector<uint64_t>& shard_shape,
                                        const ShardingSpec& spec);
std::optional<uint64_t> ShardIndexSize(const std::vector<uint64_t>& shard_shape,
                                       const ShardingSpec& spec);

// `bytes` is exactly the index; every range is checked against `shard_size`.
Result<std::vector<ShardIndexEntry>> DecodeShardIndex(Bytes bytes, uint64_t inner_chunks,
                                                      uint64_t shard_size,
                                                      const ShardingSpec& spec);

}  // namespace leafsum::zarr
