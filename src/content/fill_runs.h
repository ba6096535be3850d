// Finds stretches of an array that have no stored chunk: pure arithmetic over shapes, beside
// chunk_runs.h.
//
// Groups of chunks (chunk_runs.h) follow one another in the content, so neighbouring groups without
// any stored chunk are one stretch of fill value, however many chunks that is. A `.zarray` of 60
// bytes can declare 2^60 chunks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "content/job.h"

namespace leafsum::content {

class FillRuns {
 public:
  // `shape` must have no zero, and its bytes must fit in 64 bits. `outer` is the shape of the
  // chunks that keys hold, `inner` that of the chunks that elements lie in, which divide the outer
  // ones. Without sharding both are the same.
  FillRuns(std::vector<uint64_t> shape, std::vector<uint64_t> outer, std::vector<uint64_t> inner,
           uint32_t itemsize);

  struct Fill {
    uint64_t next_group =
        0;               // the first group of inner chunks that may hold something, or their number
    uint64_t bytes = 0;  // of content before that group
  };
  // The stretch from the start of `group` on; nothing if the group may contain a stored chunk.
  // `stored` is ascending by index.
  std::optional<Fill> From(uint64_t group, std::span<const ChunkRef> stored) const;

 private:
  struct Grid {
    Grid(const std::vector<uint64_t>& shape, std::vector<uint64_t> chunk);
    std::vector<uint64_t> chunk, size;  // shape of one chunk; of the grid, in chunks
    size_t p = 0;                       // the last axis that tells groups apart
    uint64_t groups = 1, slots = 1;     // slots: chunks in a group
  };
  // The element at which a group begins.
  std::vector<uint64_t> Start(const Grid& grid, uint64_t group) const;
  uint64_t Offset(const std::vector<uint64_t>& element) const;

  std::vector<uint64_t> shape_;
  Grid outer_, inner_;
  uint64_t nbytes_ = 0;
  uint32_t itemsize_ = 0;
};

}  // namespace leafsum::content
