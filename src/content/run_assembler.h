// Decoded bytes become content: run by run from the chunk that each lies in, in staging where
// chunks interleave or elements have to be looked at.
#pragma once

#include <span>
#include <vector>

#include "content/chunk_runs.h"
#include "content/reading.h"
#include "content/shard_levels.h"

namespace leafsum::content {

class RunAssembler {
 public:
  // `runs`: says which run is next.
  RunAssembler(Reading& reading, ChunkRuns& runs);

  // What is read is of the group's slots from `first_slot` on. `direct`: bytes may be given as they
  // were decoded, cut anywhere; else whole elements, as many as there is room for.
  void Begin(uint64_t first_slot, bool direct);
  // The next content, where it lies until the next call; kDone where there are no more runs.
  ReadState Next(std::span<ShardLevels::Slot> slots, Bytes& out);
  // Where in the group's content lies what Next gave.
  uint64_t offset() const { return offset_; }
  // Room for bytes that are passed over, once Next was called.
  MutableBytes scratch() { return scratch_; }

 private:
  bool NextRun();
  // The next bytes of the run, at most `room`, as they were decoded.
  Pull PullRun(ChunkStream& stream, uint64_t room, Bytes& bytes);
  ReadState Stage(const ShardLevels::Slot& slot, Bytes bytes);

  Reading& reading_;
  ChunkRuns& runs_;
  const bool needs_normalizing_;
  bool direct_ = false;
  uint64_t first_slot_ = 0;
  Run run_;
  uint64_t run_left_ = 0;
  ByteVector scratch_, staging_;
  size_t staged_ = 0, normalized_ = 0;
  size_t lent_ = 0;         // of what is staged, by the last Next
  uint64_t staged_at_ = 0;  // in the group's content
  uint64_t offset_ = 0;
};

}  // namespace leafsum::content
