// What holds of every array whose metadata was taken, whichever version of zarr it is in.
#pragma once

#include "base/limits.h"
#include "fuzz/fuzz.h"
#include "support/zarr_writer.h"
#include "zarr/array_metadata.h"
#include "zarr/chunk_grid.h"
#include "zarr/shard_index.h"

namespace leafsum::fuzz {

inline void CheckGrid(const zarr::ArrayMetadata& array) {
  const auto grid = zarr::GridShape(array.shape, array.chunk_shape);
  FUZZ_CHECK(grid.size() == array.shape.size());
  const auto count = zarr::ChunkCount(grid);
  if (!count || *count == 0) return;
  for (const uint64_t linear : {uint64_t{0}, *count / 2, *count - 1}) {
    const auto index = zarr::Unravel(linear, grid);
    for (size_t i = 0; i < grid.size(); ++i) FUZZ_CHECK(index[i] < grid[i]);
    const std::string key = zarr::ChunkKey(array.key_encoding, index);
    FUZZ_CHECK(zarr::ParseChunkKey(array.key_encoding, grid, key) == std::optional(linear));
    FUZZ_CHECK(!zarr::ParseChunkKey(array.key_encoding, grid, key + "0/"));
  }
}

inline void CheckLevels(const zarr::ArrayMetadata& array) {
  const auto levels = zarr::ChunkLevels(array);
  FUZZ_CHECK(!levels.empty());
  for (const auto& level : levels) {
    FUZZ_CHECK(level.shape.size() == array.shape.size());
    FUZZ_CHECK(level.transpose.empty() || level.transpose.size() == array.shape.size());
    for (uint32_t axis : level.transpose) FUZZ_CHECK(axis < array.shape.size());
    if (level.codecs->sharding.empty()) {
      FUZZ_CHECK(&level == &levels.back());
      continue;
    }
    const auto& spec = level.codecs->sharding[0];
    for (const auto& codec : spec.index_codecs) FUZZ_CHECK(codec.kind == codec::CodecKind::kCrc32c);
  }
}

inline void CheckArray(const zarr::ArrayMetadata& array) {
  FUZZ_CHECK(array.shape.size() <= kMaxRank && array.chunk_shape.size() == array.shape.size());
  for (uint64_t n : array.chunk_shape) FUZZ_CHECK(n > 0);
  FUZZ_CHECK(array.fill_value.size() == array.type.itemsize);
  FUZZ_CHECK(array.type.itemsize >= 1 && array.type.itemsize <= zarr::kMaxItemsize);
  uint64_t nbytes = array.type.itemsize, chunk_nbytes = nbytes;
  for (size_t i = 0; i < array.shape.size(); ++i) {
    nbytes *= array.shape[i];
    chunk_nbytes *= array.chunk_shape[i];
  }
  FUZZ_CHECK(array.nbytes == nbytes && array.chunk_nbytes == chunk_nbytes);
  // The fill value is content already.
  ByteVector fill = array.fill_value;
  FUZZ_CHECK(!zarr::NormalizeElements(array.type, false, fill));
  FUZZ_CHECK(fill == array.fill_value);
  (void)zarr::HasRareCodec(array.codecs);
  CheckGrid(array);
  CheckLevels(array);
}

inline bool IsZero(const ByteVector& bytes) {
  for (uint8_t b : bytes)
    if (b != 0) return false;
  return true;
}

// What was taken, written and read again, is the same. Of a fill value that the tests' writer
// cannot spell, zero stands in its place.
inline void CheckGoesAround(zarr::ArrayMetadata array,
                            Result<zarr::ArrayMetadata> (*parse)(Bytes)) {
  if (array.zarr_format == 2 && !IsZero(array.fill_value))
    std::fill(array.fill_value.begin(), array.fill_value.end(), uint8_t{0});
  const auto read = parse(AsBytes(test::WriteArrayMetadata(array)));
  FUZZ_CHECK_SAYING(read, test::WriteArrayMetadata(array));
  FUZZ_CHECK(read->shape == array.shape && read->chunk_shape == array.chunk_shape);
  FUZZ_CHECK(read->type == array.type && read->fill_value == array.fill_value);
  FUZZ_CHECK(read->nbytes == array.nbytes && read->chunk_nbytes == array.chunk_nbytes);
  FUZZ_CHECK(read->key_encoding.is_default == array.key_encoding.is_default);
  FUZZ_CHECK(read->key_encoding.separator == array.key_encoding.separator);
  FUZZ_CHECK(test::WriteArrayMetadata(*read) == test::WriteArrayMetadata(array));
}

}  // namespace leafsum::fuzz
