#include "zarr/chunk_grid.h"

#include <charconv>

#include "base/checked.h"
#include "base/text.h"

namespace leafsum::zarr {

std::vector<uint64_t> GridShape(const std::vector<uint64_t>& shape,
                                const std::vector<uint64_t>& chunk_shape) {
  std::vector<uint64_t> grid(shape.size());
  for (size_t i = 0; i < shape.size() && i < chunk_shape.size(); ++i)
    grid[i] = chunk_shape[i] == 0 ? 0 : CeilDiv(shape[i], chunk_shape[i]);
  return grid;
}

std::optional<uint64_t> ChunkCount(const std::vector<uint64_t>& grid) {
  return CheckedProduct(grid);
}

std::string ChunkKey(const ChunkKeyEncoding& encoding, const std::vector<uint64_t>& index) {
  std::string key = encoding.is_default ? "c" : index.empty() ? "0" : "";
  for (size_t i = 0; i < index.size(); ++i) {
    if (i > 0 || encoding.is_default) key += encoding.separator;
    key += Text(index[i]);
  }
  return key;
}

std::optional<uint64_t> ParseChunkKey(const ChunkKeyEncoding& encoding,
                                      const std::vector<uint64_t>& grid, std::string_view key) {
  if (grid.empty()) {
    if (key != (encoding.is_default ? "c" : "0")) return std::nullopt;
    return 0;
  }
  if (encoding.is_default) {
    if (key.size() < 2 || key[0] != 'c' || key[1] != encoding.separator) return std::nullopt;
    key.remove_prefix(2);
  }
  uint64_t linear = 0;
  for (size_t i = 0; i < grid.size(); ++i) {
    if (i > 0) {
      if (key.empty() || key[0] != encoding.separator) return std::nullopt;
      key.remove_prefix(1);
    }
    uint64_t n = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), n);
    const size_t digits = static_cast<size_t>(end - key.data());
    if (error != std::errc() || (digits > 1 && key[0] == '0') || n >= grid[i]) return std::nullopt;
    key.remove_prefix(digits);
    const auto scaled = CheckedMul(linear, grid[i]);
    const auto next = scaled ? CheckedAdd(*scaled, n) : std::nullopt;
    if (!next) return std::nullopt;
    linear = *next;
  }
  if (!key.empty()) return std::nullopt;
  return linear;
}

std::vector<uint64_t> Unravel(uint64_t linear, const std::vector<uint64_t>& grid) {
  std::vector<uint64_t> index(grid.size());
  for (size_t i = grid.size(); i-- > 0;) {
    if (grid[i] == 0) continue;
    index[i] = linear % grid[i];
    linear /= grid[i];
  }
  return index;
}

}  // namespace leafsum::zarr
