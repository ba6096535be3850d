// Finds where the chunks of a group lie: in the values of keys, which may be shards, and shards
// within shards. An index is read before what it names, once for all chunks of its shard. Also
// makes the digests of the values.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "content/chunk_runs.h"
#include "content/chunk_stream.h"
#include "content/read_plan.h"
#include "content/reading.h"
#include "hash/blake3.h"
#include "zarr/shard_index.h"

namespace leafsum::content {

// Called for every value present, in order of the chunks' index, once the value was read whole.
using OnValue = std::function<void(const ChunkRef&, const hash::Digest&)>;

class ShardLevels {
 public:
  struct Value;
  // One chunk of elements: where it lies, and the stream that reads it.
  struct Slot {
    Value* value = nullptr;  // the value that holds it, level by level; null: fill
    bool stored = false;     // false: fill
    ChunkRef range;          // of its encoded bytes
    std::optional<ChunkStream> stream;

    // Ends the reading with the error of the slot's stream.
    ReadState Fail(Reading& reading) const {
      return reading.Fail(range, stream->encoded_position(), stream->error());
    }
  };

  // `piece`: bytes of one read of an index.
  ShardLevels(Reading& reading, uint64_t piece);
  ~ShardLevels();

  bool sharded() const { return levels_[0].sharding != nullptr; }
  // Starts with the chunks of the current group of `runs` from slot `first` on. Keeps the indexes
  // of shards that the chunks before lay in too.
  void Begin(const ChunkRuns& runs, uint64_t first, std::span<Slot> slots);
  // kDone: every slot knows where its chunk lies.
  ReadState ReadIndexes();
  // The memory that the indexes take.
  uint64_t index_memory() const { return index_memory_; }
  // Adds to `cost` the most that the indexes of neighbouring chunks' shards can take.
  void AddCost(OpenCost& cost) const;

  // The hash of the value that holds the chunk, if reading this chunk reads the whole value in
  // order; else null, and HashValues reads the value.
  hash::Blake3* HashOf(const Slot& slot);
  // Call before the chunks are read from the beginning again.
  void ForgetHashes();
  // Call once the chunks were read to their ends.
  ReadState HashValues(const OnValue& on_value);

 private:
  // A level of chunks, with the values of the group if it is the outermost level or its chunks are
  // shards.
  struct Level {
    void Take(const zarr::ChunkLevel& level, const zarr::ArrayMetadata& m);
    const zarr::ChunkLevel* chunk = nullptr;
    const zarr::ShardingSpec* sharding = nullptr;
    std::vector<uint64_t> grid;  // number of its chunks along each axis of the array
    std::vector<uint64_t> stored_shape;
    std::optional<uint64_t> index_size;  // bytes of a shard's index; empty if that overflows
    std::map<uint64_t, Value> values,
        kept;  // by index in `grid`; kept: left over from the last group
  };

  ReadState ReadIndexesOf(Level& level);
  ReadState FailIndex(const Level& level, const Value& value, const Error& error);
  bool IsBacked(const Level& level, const Value& value);
  ReadState Descend(const Level& level, Level& inner);
  uint64_t IndexIn(const Level& level, const std::vector<uint64_t>& at) const;
  Value& ValueAt(Level& level, uint64_t index, bool& is_new);
  std::vector<uint64_t> PlaceOf(size_t slot) const;

  Reading& reading_;
  const uint64_t piece_;
  std::vector<Level> levels_;  // outermost first; chunks of the last level hold elements
  size_t level_ = 0;           // the level whose indexes are being read
  std::span<Slot> slots_;
  const ChunkRuns* runs_ = nullptr;
  uint64_t first_ = 0;  // slots_[0] is this slot of the group
  uint64_t index_memory_ = 0;
  uint64_t unbacked_ = 0;  // content of chunks whose bytes another chunk of the shard has too
};

struct ShardLevels::Value {
  ChunkRef range;  // of its bytes; `index` is that of the key's value, also for a shard in a shard
  bool stored = false;  // false: fill
  std::unique_ptr<ValueReader> index_reader;
  ByteVector index_bytes;
  std::vector<zarr::ShardIndexEntry> index;
  bool has_index = false;
  hash::Blake3 hash;  // of its encoded bytes, if they are read in order anyway
  bool hashed_by_slot = false;
  std::unique_ptr<ValueReader> hash_reader;  // else the value has a reader of its own
};

}  // namespace leafsum::content
