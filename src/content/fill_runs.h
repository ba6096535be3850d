// Where an array has no stored chunk for a while: pure arithmetic over shapes, beside chunk_runs.h.
//
// Groups of chunks (chunk_runs.h) follow one another in the content, so groups without any stored
// chunk are one stretch of fill value, however many chunks that is. A `.zarray` of 60 bytes can
// declare 2^60 of them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "content/job.h"

namespace leafsum::content {

class FillRuns {
 public:
  // `shape` has no zero and its bytes fit in 64 bits. `outer`: the chunks that keys hold; `inner`:
  // those that elements lie in, which divide them; the same without sharding.
  FillRuns(std::vector<uint64_t> shape, std::vector<uint64_t> outer, std::vector<uint64_t> inner,
           uint32_t itemsize);

  struct Fill {
    uint64_t next_group =
        0;               // of `inner` chunks: the first that may hold something, or their number
    uint64_t bytes = 0;  // of content before it
  };
  // From the start of `group`; nothing where a chunk that is stored may be part of it. `stored`:
  // ascending by index.
  std::optional<Fill> From(uint64_t group, std::span<const ChunkRef> stored) const;

 private:
  struct Grid {
    Grid(const std::vector<uint64_t>& shape, std::vector<uint64_t> chunk);
    std::vector<uint64_t> chunk, size;  // of one chunk; in chunks
    size_t p = 0;                       // the last axis that tells groups apart
    uint64_t groups = 1, slots = 1;     // slots: chunks of a group
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
