// The index of a `sharding_indexed` shard: where each inner chunk lies in the shard's value.
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
  uint32_t position = 0;  // of its offset in the index
};

// Whether the range of an entry that is not empty can be. Asked only of entries that are used: a
// shard at an edge of the array has others, of chunks beyond it, which no reader looks at.
Status CheckEntry(const ShardIndexEntry& entry, uint64_t shard_size);

// Inner chunks of one shard, and the encoded size of its index; nothing on overflow. `shard_shape`
// is in stored axes: StoredShape() of the outer chunk's shape.
std::optional<uint64_t> InnerChunkCount(const std::vector<uint64_t>& shard_shape,
                                        const ShardingSpec& spec);
std::optional<uint64_t> ShardIndexSize(const std::vector<uint64_t>& shard_shape,
                                       const ShardingSpec& spec);

// `bytes` is exactly the index. The ranges in it are as they are: CheckEntry.
Result<std::vector<ShardIndexEntry>> DecodeShardIndex(Bytes bytes,
                                                      const std::vector<uint64_t>& shard_shape,
                                                      const ShardingSpec& spec);

// How an array's chunks are made of shards, from what a key holds inwards.
struct ChunkLevel {
  const CodecChain* codecs;         // of a chunk of this level: a shard, or (the last one) elements
  std::vector<uint64_t> shape;      // along the array's axes
  std::vector<uint32_t> transpose;  // stored axis i of this level is that axis of the array
};
// At least one: an array without shards has the chunks that its keys hold.
std::vector<ChunkLevel> ChunkLevels(const ArrayMetadata& array);

}  // namespace leafsum::zarr
