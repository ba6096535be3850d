// The index of a `sharding_indexed` shard: where each inner chunk lies in the shard's value
// (formats §2.2).
//
//   n × { u64 offset, u64 length } in C order of the inner grid (or, where index_codecs transpose
//   it, that array [grid..., 2] with its axes permuted), then le32 CRC-32C where they say so.
//   offset counts from the start of the shard; both 2^64-1: the inner chunk is empty (fill value).
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
  uint32_t position = 0;  // where the entry stands in the index
};

// Checks that the range of a non-empty entry lies in the shard. Called only for entries that are
// used: a shard at an edge of the array also has entries of chunks beyond the edge, which no reader
// looks at.
Status CheckEntry(const ShardIndexEntry& entry, uint64_t shard_size);

// The number of inner chunks of a shard, and the encoded size of its index; nothing on overflow.
// `shard_shape` is in stored axes: StoredShape() of the outer chunk's shape.
std::optional<uint64_t> InnerChunkCount(const std::vector<uint64_t>& shard_shape,
                                        const ShardingSpec& spec);
std::optional<uint64_t> ShardIndexSize(const std::vector<uint64_t>& shard_shape,
                                       const ShardingSpec& spec);

// `bytes` is exactly the index. Its ranges are not checked here; see CheckEntry.
Result<std::vector<ShardIndexEntry>> DecodeShardIndex(Bytes bytes,
                                                      const std::vector<uint64_t>& shard_shape,
                                                      const ShardingSpec& spec);

// One level of an array's chunks, from the values of keys (shards, or plain chunks) inwards.
struct ChunkLevel {
  const CodecChain* codecs;     // of a chunk of this level: a shard, or on the last level elements
  std::vector<uint64_t> shape;  // along the array's axes
  std::vector<uint32_t> transpose;  // stored axis i of this level is that axis of the array
};
// At least one level: without shards, that of the chunks that keys hold.
std::vector<ChunkLevel> ChunkLevels(const ArrayMetadata& array);

}  // namespace leafsum::zarr
