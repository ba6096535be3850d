// The regular grid of chunks over an array and the keys of its chunks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "zarr/array_metadata.h"

namespace leafsum::zarr {

// Chunks per dimension: ceil(shape / chunk). A zero-size dimension has none.
std::vector<uint64_t> GridShape(const std::vector<uint64_t>& shape,
                                const std::vector<uint64_t>& chunk_shape);
// Their product, nothing where it overflows 64 bits.
std::optional<uint64_t> ChunkCount(const std::vector<uint64_t>& grid);

// "0.1", "c/0/1": the key of a chunk below the array's prefix and "/".
std::string ChunkKey(const ChunkKeyEncoding& encoding, const std::vector<uint64_t>& index);
// The linear (row-major) index of the chunk that `key` names; nothing where it names none of this
// grid. Strict: "00", "+1" or an index outside the grid name nothing.
std::optional<uint64_t> ParseChunkKey(const ChunkKeyEncoding& encoding,
                                      const std::vector<uint64_t>& grid, std::string_view key);
std::vector<uint64_t> Unravel(uint64_t linear, const std::vector<uint64_t>& grid);

}  // namespace leafsum::zarr
