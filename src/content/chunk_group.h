// Chunks of a group side by side, from the keys that hold them to content: where they lie, what
// their streams will take and whether that fits the grant, their runs, their ends.
#pragma once

#include <memory>
#include <vector>

#include "content/chunk_runs.h"
#include "content/chunk_stream.h"
#include "content/read_plan.h"
#include "content/run_assembler.h"
#include "content/shard_levels.h"

namespace leafsum::content {

class ChunkGroup {
 public:
  // Which chunks of the group, and how they are read.
  struct Window {
    uint64_t first = 0, count = 0;  // slots
    uint64_t piece = 0;             // of one read
    uint64_t position = 0;          // nothing is wanted of what chunks have before it
    uint64_t kept = 0;              // bytes that somebody keeps meanwhile
    bool to_the_end = true;         // values are read to their ends
    bool direct = true;             // content may come cut anywhere
  };

  // `runs`: where in the array the reading is. `on_value`: may be empty.
  ChunkGroup(Reading& reading, ChunkRuns& runs, OnValue on_value);

  // All of the current group.
  Window Whole() const { return {0, runs_.slots(), piece_, 0, 0, true, runs_.slots() == 1}; }
  // kDone: it can go on.
  ReadState Begin(const Window& window);
  // The content of the window's runs, those that `runs` names; kDone: that was all.
  ReadState Next(Bytes& out);
  // Where in the group's content lies what Next gave.
  uint64_t offset() const { return assembler_.offset(); }

  // What is the largest of all chunks that were looked at: a decoder, the encoded bytes.
  struct Heads {
    uint64_t decoder = 0, range = 0;
  };
  // Instead of Next: looks at the heads of the window's chunks, and no further.
  ReadState Survey(Heads& most);
  // What chunks take that are no larger.
  OpenCost CostOf(const Heads& most) const;
  // The group will be begun again.
  void ForgetHashes() { levels_.ForgetHashes(); }

 private:
  enum class Phase { kIndexes, kStreams, kMemory, kLoad, kRuns, kFinish, kValues, kEnd };

  ReadState Step(Bytes& out);
  ReadState OpenStreams();
  ReadState CountMemory();
  ReadState LoadWhole();
  ReadState Finish();

  Reading& reading_;
  ChunkRuns& runs_;
  const OnValue on_value_;
  const bool whole_;      // chunks are decoded whole
  const uint64_t piece_;  // of one read, where the group is read at once
  ShardLevels levels_;
  RunAssembler assembler_;
  Window window_;
  Phase phase_ = Phase::kEnd;
  std::vector<ShardLevels::Slot> slots_;  // of the window
  size_t next_slot_ = 0;                  // where the phase is
  // Where chunks are decoded whole: of the window without its decoder, and of that.
  uint64_t whole_memory_ = 0, decoder_memory_ = 0;
  std::unique_ptr<codec::Decoder> shared_decoder_;
};

}  // namespace leafsum::content
