// The regular grid of chunks over an array and the keys of its chunks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "zarr/array_metadata.h"

namespace leafsum::zarr {

// The number of chunks along each dimension: ceil(shape / chunk). A dimension of size zero has
// none.
std::vector<uint64_t> GridShape(const std::vector<uint64_t>& shape,
                                const std::vector<uint64_t>& chunk_shape);
// The number of all chunks; nothing if it overflows 64 bits.
std::optional<uint64_t> ChunkCount(const std::vector<uint64_t>& grid);

// The key of a chunk, "0.1" or "c/0/1", without the array's prefix.
std::string ChunkKey(const ChunkKeyEncoding& encoding, const std::vector<uint64_t>& index);
// The linear (row-major) index of the chunk that `key` names; nothing if it names no chunk of this
// grid. Strict: "00", "+1" or an index outside the grid names no chunk.
std::optional<uint64_t> ParseChunkKey(const ChunkKeyEncoding& encoding,
                                      const std::vector<uint64_t>& grid, std::string_view key);
std::vector<uint64_t> Unravel(uint64_t linear, const std::vector<uint64_t>& grid);

}  // namespace leafsum::zarr
