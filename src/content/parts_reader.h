// How a group of chunks that exceeds all of the budget is read all the same (read_plan.h): an
// ability of codecs.wasm. core.wasm says what the group takes, and the job is run by the other one.
#pragma once

#include <cstdint>
#include <memory>

#include "content/chunk_group.h"
#include "content/read_plan.h"
#include "hash/blake3.h"

namespace leafsum::content {

class PartsReader {
 public:
  virtual ~PartsReader() = default;
  // See ContentReader.
  virtual void AllowValues(uint64_t begin, uint64_t alignment) = 0;
  // Whether it takes over the current group, which needs so much at once.
  virtual bool Begin(uint64_t needed) = 0;
  // The group's content, or values of it; none at all where there was work without any. kDone: the
  // group is at its end.
  virtual ReadState Next(Bytes& out) = 0;
  virtual uint64_t unit() const = 0;
  virtual uint64_t HashValues(Bytes values, uint64_t position, uint64_t skip, uint64_t end,
                              hash::BlockHasher& hasher) const = 0;
  virtual const ReadPlan& plan() const = 0;
};

// The one that there is. `budget`: what no grant exceeds.
std::unique_ptr<PartsReader> MakePartsReader(Reading& reading, ChunkRuns& runs, ChunkGroup& group,
                                             uint64_t budget);

}  // namespace leafsum::content
