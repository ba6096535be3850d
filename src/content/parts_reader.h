// Reads a group of chunks that exceeds the whole budget (read_plan.h): an ability of codecs.wasm.
// In core.wasm the job says how much the group takes, and codecs.wasm runs it.
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
  // Whether it takes over the current group, which would take `needed` bytes at once.
  virtual bool Begin(uint64_t needed) = 0;
  // The group's content, or its subtrees' values; empty if a step of work gave none. kDone: the
  // group has ended.
  virtual ReadState Next(Bytes& out) = 0;
  virtual uint64_t unit() const = 0;
  virtual uint64_t HashValues(Bytes values, uint64_t position, uint64_t skip, uint64_t end,
                              hash::BlockHasher& hasher) const = 0;
  virtual const ReadPlan& plan() const = 0;
};

// `budget`: the upper bound of every grant.
std::unique_ptr<PartsReader> MakePartsReader(Reading& reading, ChunkRuns& runs, ChunkGroup& group,
                                             uint64_t budget);

}  // namespace leafsum::content
