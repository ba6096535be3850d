// Reads chunks of a group side by side, from the keys that hold them to content: where they lie,
// whether the memory of their streams fits the grant, their runs, and whether they end.
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
  // Which chunks of the group are read, and how.
  struct Window {
    uint64_t first = 0, count = 0;  // slots
    uint64_t piece = 0;             // bytes of one read
    uint64_t position = 0;          // bytes of a chunk before it are not wanted
    uint64_t kept = 0;              // memory that the caller holds meanwhile
    bool to_the_end = true;         // values are read to their ends
    bool direct = true;             // content may be cut anywhere, within elements too
  };

  // `runs` says where in the array the reading is. `on_value` may be empty.
  ChunkGroup(Reading& reading, ChunkRuns& runs, OnValue on_value);

  // The window of the whole current group.
  Window Whole() const { return {0, runs_.slots(), piece_, 0, 0, true, runs_.slots() == 1}; }
  // kDone: Next may be called.
  ReadState Begin(const Window& window);
  // The content of the window's runs that `runs` names, piece by piece; kDone: no more.
  ReadState Next(Bytes& out);
  // The offset in the group's content of what Next gave.
  uint64_t offset() const { return assembler_.offset(); }

  // The maximum over the chunks surveyed: of a decoder's memory, of the encoded bytes.
  struct Heads {
    uint64_t decoder = 0, range = 0;
  };
  // In place of Next: reads only the heads of the window's chunks.
  ReadState Survey(Heads& most);
  // The memory that chunks within these maxima take.
  OpenCost CostOf(const Heads& most) const;
  // Call before the group is begun again.
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
  const bool whole_;      // each chunk is decoded whole before its runs are taken
  const uint64_t piece_;  // bytes of one read when the group is read at once
  ShardLevels levels_;
  RunAssembler assembler_;
  Window window_;
  Phase phase_ = Phase::kEnd;
  std::vector<ShardLevels::Slot> slots_;  // of the window
  size_t next_slot_ = 0;                  // the slot that the phase has reached
  // For chunks decoded whole: the memory of the window without its decoder, and of the decoder.
  uint64_t whole_memory_ = 0, decoder_memory_ = 0;
  std::unique_ptr<codec::Decoder> shared_decoder_;
};

}  // namespace leafsum::content
