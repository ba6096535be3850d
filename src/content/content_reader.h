// The content of one array, in C order and clipped to its shape, from chunks of any shape
// (design.md §2).
//
// The chunks of a group (chunk_runs.h) are open side by side. What they take is added up before
// they are opened and must fit the grant: a window per chunk, never a chunk per chunk, unless a
// chunk is smaller than a window or transposed. A shard's chunks are found through its index, which
// is read first. Groups of which nothing is stored are not opened at all (fill_runs.h). A group
// that exceeds all of the budget is read a few chunks at a time (read_plan.h), if that is allowed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "content/chunk_runs.h"
#include "content/chunk_stream.h"
#include "content/fill_runs.h"
#include "content/job.h"
#include "content/read_plan.h"
#include "hash/blake3.h"
#include "zarr/shard_index.h"

namespace leafsum::content {

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

  // Before the first Next: what does not fit in `budget`, which no grant exceeds, is read in parts.
  void AllowParts(uint64_t budget) { budget_ = budget; }
  // And where that helps, Next may give values of subtrees (unit()): the content begins at byte
  // `begin` of what is hashed. The largest power of two in `alignment` divides what is wanted of it
  // (0: all of it).
  void AllowValues(uint64_t begin, uint64_t alignment);

  // Before the first Next: leaves out whole groups of chunks before byte `position` of the content,
  // and tells with which byte it begins. With `on_value` it is the first one, because every value
  // is read.
  uint64_t StartAt(uint64_t position);

  enum class State { kBytes, kBlocked, kDone, kFailed, kNeedsMemory };
  // The next content, some KiB, where an element may be cut in two; valid until the next call. None
  // at all where there was work without any, so that the caller can pause.
  State Next(Bytes& out);
  // What `out` holds: content where it is 1, else BLAKE3's chaining values of so many bytes of
  // content each.
  uint64_t unit() const { return unit_; }
  // Hashes what of such values, which begin at `position` of the content, is wanted: [skip, end).
  // How much content all are.
  uint64_t HashValues(Bytes values, uint64_t position, uint64_t skip, uint64_t end,
                      hash::BlockHasher& hasher) const;

  // kFailed: what is wrong, with file, offset and key.
  const report::Finding& failure() const { return failure_; }
  // What the last group that was read in parts was read by; no columns: there was none.
  const ReadPlan& plan() const { return plan_; }
  // kNeedsMemory: how large the grant must be at least for this group of chunks.
  uint64_t memory_needed() const { return memory_needed_; }
  // Bytes behind values that no reader looks at.
  std::vector<report::Finding> TakeWarnings() { return std::move(warnings_); }

 private:
  static constexpr size_t kScratch =
      256 << 10;  // decoded bytes on their way to the hash: in the L2 cache
  static constexpr size_t kStaging = 64 << 10;
  static constexpr uint64_t kBase = kScratch + 2 * kStaging;
  static constexpr uint64_t kPerSlot =
      8 << 10;   // a slot's own bookkeeping: queues, a hash of its value
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
    std::optional<uint64_t> index_size;      // of one shard; nothing where that overflows
    std::map<uint64_t, Value> values, kept;  // by index in `grid`; what the last group has left
  };
  enum class Phase { kOpen, kIndexes, kSlots, kMemory, kLoad, kRuns, kFinish, kValues, kKept };
  // Of a group: all at once; the chunks' heads, to plan with; by that plan.
  enum class Mode { kWhole, kSurvey, kParts };

  State Step(Bytes& out, bool& has_bytes);
  bool ReadFill(Bytes& out, bool& has_bytes);
  State OpenGroup();
  State ReadIndexes();
  State ReadIndexesOf(Level& level);
  bool IsBacked(const Level& level, const Value& value);
  State Descend(const Level& level, Level& inner);
  State OpenSlots();
  State CountMemory();
  State LoadWhole();
  bool NextRun();
  State ReadRuns(Bytes& out, bool& has_bytes);
  State FinishSlots();
  State HashValues();
  State NeedMemory(uint64_t bytes);
  State TooMuch(uint64_t bytes);
  State OpenWindow(uint64_t& slots);
  State NextWindow();
  State EndPhase();
  State Survey();
  State MakePlan();
  void Keep(uint64_t offset, Bytes bytes);
  State GiveKept(Bytes& out, bool& has_bytes);
  State Fail(const ChunkRef& ref, uint64_t position, const Error& error);
  State FailSlot(Slot& slot);
  std::unique_ptr<ValueReader> OpenRange(const ChunkRef& ref, uint64_t offset, uint64_t length,
                                         uint64_t piece);
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
  uint64_t piece_ = 0;  // of one read, where the group is read at once

  uint64_t budget_ = 0;  // 0: all at once or not at all
  uint64_t begin_ = 0, alignment_ = 1;
  Mode mode_ = Mode::kWhole;
  ReadPlan plan_;
  uint64_t window_ = 0;      // slots that are opened at once, at most
  uint64_t first_slot_ = 0;  // of the group: slots_[0]
  uint64_t opened_ = 0;      // slots of this window
  uint64_t pass_ = 0, unit_ = 1;
  uint64_t most_decoder_ = 0, most_range_ = 0;  // of any chunk that the survey saw
  bool last_pass_ = true;                       // over the group: values are read to their end
  ByteVector kept_;
  size_t given_ = 0;         // of that
  uint64_t slot_piece_ = 0;  // of one read of a chunk

  Phase phase_ = Phase::kOpen;
  size_t level_ = 0;         // whose indexes are being read
  std::vector<Slot> slots_;  // of the group, or of a window in it
  size_t next_slot_ = 0;     // where the phase is
  Run run_;
  uint64_t run_left_ = 0;
  uint64_t index_memory_ = 0;  // of shards
  uint64_t unbacked_ = 0;      // content of chunks whose bytes other chunks of their shard have too
  uint64_t whole_memory_ = 0;  // of the group without its decoder, where chunks are decoded whole
  uint64_t decoder_memory_ = 0;
  std::unique_ptr<codec::Decoder> shared_decoder_;
  ByteVector scratch_, staging_;
  size_t staged_ = 0, normalized_ = 0, lent_ = 0;
  uint64_t staged_at_ = 0;  // in the group's content

  report::Finding failure_;
  std::vector<report::Finding> warnings_;
  uint64_t memory_needed_ = 0;
  State ended_ = State::kBytes;
};

struct ContentReader::Value {
  ChunkRef range;       // of its bytes; index: that of the key's value, also of a shard within one
  bool stored = false;  // else it is fill
  std::unique_ptr<ValueReader> index_reader;
  ByteVector index_bytes;
  std::vector<zarr::ShardIndexEntry> index;
  bool has_index = false;
  hash::Blake3 hash;  // of its encoded bytes, where they are read in order anyway
  bool hashed_by_slot = false;
  std::unique_ptr<ValueReader> hash_reader;  // else a reader of its own
};

struct ContentReader::Slot {
  Value* value = nullptr;  // what holds it, level by level; none: fill
  bool stored = false;
  std::optional<ChunkStream> stream;
  ChunkRef range;  // of its encoded bytes
};

}  // namespace leafsum::content
