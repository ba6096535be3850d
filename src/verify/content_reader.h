// The content of one array, in C order and clipped to its shape, from chunks of any shape
// (design.md §2).
//
// The chunks of a group (chunk_runs.h) are open side by side. What they take is added up before
// they are opened and must fit the grant: a window per chunk, never a chunk per chunk, unless a
// chunk is smaller than a window or transposed. A shard's chunks are found through its index, which
// is read first. Groups of which nothing is stored are not opened at all (fill_runs.h).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "hash/blake3.h"
#include "verify/chunk_runs.h"
#include "verify/chunk_stream.h"
#include "verify/fill_runs.h"
#include "verify/job.h"
#include "zarr/shard_index.h"

namespace leafsum::verify {

class ContentReader {
 public:
  // Called in order of the chunks' index for every value present, once it was read whole. Only
  // where values are read whole and once: plain chunks, and shards of one chunk (all of Orbax's).
  using OnValue = std::function<void(const ChunkRef&, const hash::Digest&)>;

  // `task` and `queue` outlive the reader. `memory`: the grant for all that it holds. `on_value`:
  // may be empty.
  ContentReader(const ArrayTask& task, ReadQueue& queue, uint64_t memory, OnValue on_value);
  ~ContentReader();

  static bool HashesValues(const zarr::ArrayMetadata& m);

  // Before the first Next: leaves out whole groups of chunks before byte `position` of the content, and tells with which byte
  // it begins. With `on_value` it is the first one, because every value is read.
  uint64_t StartAt(uint64_t position);

  enum class State { kBytes, kBlocked, kDone, kFailed, kNeedsMemory };
  // The next content, some KiB, where an element may be cut in two; valid until the next call.
  State Next(Bytes& out);

  // kFailed: what is wrong, with file, offset and key.
  const report::Finding& failure() const { return failure_; }
  // kNeedsMemory: how large the grant must be at least for this group of chunks.
  uint64_t memory_needed() const { return memory_needed_; }
  // Bytes behind values that no reader looks at.
  std::vector<report::Finding> TakeWarnings() { return std::move(warnings_); }

 private:
  struct Value;  // what a key of the group holds, or a shard within that
  struct Slot;   // one chunk of the group
  // A level of chunks and, where it is the outermost or they are shards, those of the group.
  struct Level : zarr::ChunkLevel {
    Level(zarr::ChunkLevel level, const zarr::ArrayMetadata& m);
    Level(Level&&) noexcept;
    ~Level();
    const zarr::ShardingSpec* sharding = nullptr;
    std::vector<uint64_t> grid;  // of its chunks over the array
    std::vector<uint64_t> stored_shape;
    std::optional<uint64_t> index_size;     // of one shard; nothing where that overflows
    std::map<uint64_t, Value> values, kept;  // by index in `grid`; what the last group has left
  };
  enum class Phase { kOpen, kIndexes, kSlots, kMemory, kLoad, kRuns, kFinish, kValues };

  State Step(Bytes& out, bool& has_bytes);
  bool ReadFill(Bytes& out, bool& has_bytes);
  State OpenGroup();
  State ReadIndexes();
  State ReadIndexesOf(Level& level);
  State Descend(const Level& level, Level& inner);
  State OpenSlots();
  State CountMemory();
  State LoadWhole();
  State ReadRuns(Bytes& out, bool& has_bytes);
  State FinishSlots();
  State HashValues();
  State NeedMemory(uint64_t bytes);
  State Fail(const ChunkRef& ref, uint64_t position, const Error& error);
  State FailSlot(Slot& slot);
  std::unique_ptr<ValueReader> OpenRange(const ChunkRef& ref, uint64_t offset, uint64_t length);
  static std::vector<Level> LevelsOf(const zarr::ArrayMetadata& m);
  bool sharded() const { return levels_[0].sharding != nullptr; }
  std::vector<uint64_t> PlaceOf(size_t slot) const;
  uint64_t IndexIn(const Level& level, const std::vector<uint64_t>& at) const;
  Value& ValueAt(Level& level, uint64_t index, bool& is_new);

  const ArrayTask& task_;
  ReadQueue& queue_;
  const uint64_t memory_;
  const OnValue on_value_;
  std::vector<Level> levels_;  // outermost first; chunks of the last one hold elements
  ChunkFormat format_;
  ChunkRuns runs_;
  std::optional<FillRuns> fill_runs_;  // unless the fill value is no value of the type
  ByteVector fill_;                    // as content, some KiB
  FillRuns::Fill filling_;             // what is left of it
  bool big_endian_ = false, needs_normalizing_ = false;
  bool whole_ = false;  // chunks are decoded whole
  uint64_t piece_ = 0;  // of one read

  Phase phase_ = Phase::kOpen;
  size_t level_ = 0;                  // whose indexes are being read
  std::vector<Slot> slots_;           // of the group
  size_t next_slot_ = 0;              // where the phase is
  Run run_;
  uint64_t run_left_ = 0;
  uint64_t index_memory_ = 0;  // of shards
  uint64_t whole_memory_ = 0;  // of the group without its decoder, where chunks are decoded whole
  uint64_t decoder_memory_ = 0;
  std::unique_ptr<codec::Decoder> shared_decoder_;
  ByteVector scratch_, staging_, lent_;
  size_t staged_ = 0, normalized_ = 0;

  report::Finding failure_;
  std::vector<report::Finding> warnings_;
  uint64_t memory_needed_ = 0;
  State ended_ = State::kBytes;
};

// The finding that an error in a stored value is.
report::Finding ValueFinding(const ArrayTask& task, const ReadQueue& queue, const ChunkRef& ref,
                             uint64_t position, const Error& error);

}  // namespace leafsum::verify
