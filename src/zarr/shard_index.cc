#include "zarr/shard_index.h"

#include <limits>
#include <string>

#include "base/byte_reader.h"
#include "base/checked.h"
#include "base/crc32c.h"
#include "base/text.h"

namespace leafsum::zarr {
namespace {

constexpr uint64_t kEntrySize = 16;
constexpr uint64_t kChecksumSize = 4;
constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();

uint64_t Swapped(uint64_t v) {
  uint64_t out = 0;
  for (int i = 0; i < 8; ++i) out = out << 8 | (v >> (8 * i) & 0xff);
  return out;
}

std::optional<uint64_t> IndexSize(uint64_t inner_chunks, const ShardingSpec& spec) {
  const auto entries = CheckedMul(inner_chunks, kEntrySize);
  return entries ? CheckedAdd(*entries, kChecksumSize * spec.index_codecs.size()) : std::nullopt;
}

}  // namespace

std::optional<uint64_t> InnerChunkCount(const std::vector<uint64_t>& shard_shape,
                                        const ShardingSpec& spec) {
  if (shard_shape.size() != spec.chunk_shape.size()) return std::nullopt;
  std::vector<uint64_t> grid(shard_shape.size());
  for (size_t i = 0; i < grid.size(); ++i) {
    if (spec.chunk_shape[i] == 0) return std::nullopt;
    grid[i] = CeilDiv(shard_shape[i], spec.chunk_shape[i]);
  }
  return CheckedProduct(grid);
}

std::optional<uint64_t> ShardIndexSize(const std::vector<uint64_t>& shard_shape,
                                       const ShardingSpec& spec) {
  const auto count = InnerChunkCount(shard_shape, spec);
  return count ? IndexSize(*count, spec) : std::nullopt;
}

Result<std::vector<ShardIndexEntry>> DecodeShardIndex(Bytes bytes,
                                                      const std::vector<uint64_t>& shard_shape,
                                                      const ShardingSpec& spec) {
  const auto size = ShardIndexSize(shard_shape, spec);
  if (!size || bytes.size() != *size)
    return Error{size && bytes.size() > *size ? ErrorCode::kInvalid : ErrorCode::kTruncated,
                 "shard index has the wrong size", bytes.size(),
                 size ? ByteCount(*size) : "more than 2^64 bytes", ByteCount(bytes.size())};

  // Checksums stand in encoding order, each over everything before it, so the last one is taken off
  // first.
  for (size_t i = 0; i < spec.index_codecs.size(); ++i) {
    const Bytes covered = bytes.first(bytes.size() - kChecksumSize);
    ByteReader reader(bytes.subspan(covered.size()));
    const uint32_t stored = reader.U32Le();
    const uint32_t computed = Crc32c(covered);
    if (stored != computed)
      return Error{ErrorCode::kChecksum, "CRC-32C of the shard index does not match",
                   covered.size(), Text(computed), Text(stored)};
    bytes = covered;
  }

  // Where the numbers of an entry lie: in a transposed index, the strides of its axes tell.
  std::vector<uint64_t> dims(shard_shape.size()), strides(shard_shape.size() + 1, sizeof(uint64_t));
  for (size_t i = 0; i < dims.size(); ++i) dims[i] = shard_shape[i] / spec.chunk_shape[i];
  dims.push_back(2);
  uint64_t stride = sizeof(uint64_t);
  for (size_t i = dims.size(); i-- > 0;) {
    const size_t axis = spec.index_transpose.empty() ? i : spec.index_transpose[i];
    strides[axis] = stride;
    stride *= dims[axis];
  }
  const auto number = [&](uint64_t at) {
    ByteReader reader(bytes.subspan(static_cast<size_t>(at)));
    const uint64_t n = reader.U64Le();
    return spec.index_big_endian ? Swapped(n) : n;
  };

  std::vector<ShardIndexEntry> entries;
  const size_t count = bytes.size() / kEntrySize;
  entries.reserve(count);  // bounded by the bytes at hand
  for (size_t n = 0; n < count; ++n) {
    uint64_t position = 0, rest = n;
    for (size_t i = dims.size() - 1; i-- > 0; rest /= dims[i])
      position += rest % dims[i] * strides[i];
    ShardIndexEntry entry{number(position), number(position + strides.back()), false,
                          static_cast<uint32_t>(position)};
    entry.empty = entry.offset == kNone && entry.length == kNone;
    entries.push_back(entry);
  }
  return entries;
}

Status CheckEntry(const ShardIndexEntry& entry, uint64_t shard_size) {
  if (entry.empty || RangeFits(entry.offset, entry.length, shard_size)) return std::nullopt;
  const bool half = entry.offset == kNone || entry.length == kNone;
  return Error{
      ErrorCode::kInvalid,
      half ? "shard index entry is half empty" : "shard index entry lies outside the shard",
      entry.position,
      half ? "both or neither of offset and length 2^64-1" : "within " + ByteCount(shard_size),
      Text("offset ", entry.offset, ", length ", entry.length)};
}

std::vector<ChunkLevel> ChunkLevels(const ArrayMetadata& array) {
  std::vector<ChunkLevel> levels;
  const size_t rank = array.chunk_shape.size();
  ChunkLevel level{&array.codecs, array.chunk_shape, {}};
  for (;;) {
    // The input axes of this level's transpose are the stored axes of the levels before it.
    std::vector<uint32_t> total(rank);
    for (size_t i = 0; i < rank; ++i) {
      const size_t axis = level.codecs->transpose.empty() ? i : level.codecs->transpose[i];
      total[i] = level.transpose.empty() ? static_cast<uint32_t>(axis) : level.transpose[axis];
    }
    bool identity = true;
    for (size_t i = 0; i < rank; ++i) identity = identity && total[i] == i;
    level.transpose = identity ? std::vector<uint32_t>() : std::move(total);
    levels.push_back(level);
    if (level.codecs->sharding.empty()) return levels;
    const ShardingSpec& spec = level.codecs->sharding[0];
    for (size_t i = 0; i < rank; ++i)
      level.shape[level.transpose.empty() ? i : level.transpose[i]] = spec.chunk_shape[i];
    level.codecs = &spec.codecs;
  }
}

}  // namespace leafsum::zarr
