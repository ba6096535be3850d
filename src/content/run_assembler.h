// Makes content from decoded bytes, run by run, each from its own chunk. Bytes are staged if chunks
// interleave or elements must be checked.
#pragma once

#include <span>
#include <vector>

#include "content/chunk_runs.h"
#include "content/reading.h"
#include "content/shard_levels.h"

namespace leafsum::content {

class RunAssembler {
 public:
  // `runs` says which run is next.
  RunAssembler(Reading& reading, ChunkRuns& runs);

  // The slots that Next gets begin with slot `first_slot` of the group. `direct`: content may be
  // given as it was decoded, cut anywhere; else in whole elements, as many as there is room for.
  void Begin(uint64_t first_slot, bool direct);
  // The next content, valid until the next call; kDone if there are no more runs.
  ReadState Next(std::span<ShardLevels::Slot> slots, Bytes& out);
  // The offset in the group's content of what Next gave.
  uint64_t offset() const { return offset_; }
  // Room for bytes that are skipped. Only after Next was called.
  MutableBytes scratch() { return scratch_; }

 private:
  bool NextRun();
  // The next decoded bytes of the run, at most `room`.
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
  size_t lent_ = 0;         // staged bytes that the last Next gave
  uint64_t staged_at_ = 0;  // offset in the group's content
  uint64_t offset_ = 0;
};

}  // namespace leafsum::content
