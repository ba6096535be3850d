// Where the chunks of a group lie: in values that keys hold, which may be shards, and shards within
// shards. An index is read before what it names, once for all chunks that lie in its shard. And the
// digests of these values.
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

// Called in order of the chunks' index for every value present, once it was read whole.
using OnValue = std::function<void(const ChunkRef&, const hash::Digest&)>;

class ShardLevels {
 public:
  struct Value;
  // One chunk of elements: where it lies, and what reads it.
  struct Slot {
    Value* value = nullptr;  // what holds it, level by level; none: fill
    bool stored = false;     // else it is fill
    ChunkRef range;          // of its encoded bytes
    std::optional<ChunkStream> stream;

    // What its stream says is wrong.
    ReadState Fail(Reading& reading) const {
      return reading.Fail(range, stream->encoded_position(), stream->error());
    }
  };

  // `piece`: of one read of an index.
  ShardLevels(Reading& reading, uint64_t piece);
  ~ShardLevels();

  bool sharded() const { return levels_[0].sharding != nullptr; }
  // The chunks of the current group of `runs` from its slot `first` on. Of shards that the chunks
  // before lay in too the indexes are still there.
  void Begin(const ChunkRuns& runs, uint64_t first, std::span<Slot> slots);
  // kDone: the slots know where they lie.
  ReadState ReadIndexes();
  // What the indexes take.
  uint64_t index_memory() const { return index_memory_; }
  // Adds to it what the indexes of the shards that neighbours lie in take, whichever these are.
  void AddCost(OpenCost& cost) const;

  // The hash of the value that holds it, where whoever reads this chunk reads all of that value in
  // order; else null, and HashValues reads it.
  hash::Blake3* HashOf(const Slot& slot);
  // The chunks will be read from their beginnings again.
  void ForgetHashes();
  // Once the chunks were read to their ends.
  ReadState HashValues(const OnValue& on_value);

 private:
  // A level of chunks and, where it is the outermost or they are shards, those of the group.
  struct Level {
    void Take(const zarr::ChunkLevel& level, const zarr::ArrayMetadata& m);
    const zarr::ChunkLevel* chunk = nullptr;
    const zarr::ShardingSpec* sharding = nullptr;
    std::vector<uint64_t> grid;  // of its chunks over the array
    std::vector<uint64_t> stored_shape;
    std::optional<uint64_t> index_size;      // of one shard; nothing where that overflows
    std::map<uint64_t, Value> values, kept;  // by index in `grid`; what the last group has left
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
  std::vector<Level> levels_;  // outermost first; chunks of the last one hold elements
  size_t level_ = 0;           // whose indexes are being read
  std::span<Slot> slots_;
  const ChunkRuns* runs_ = nullptr;
  uint64_t first_ = 0;  // of the group: slots_[0]
  uint64_t index_memory_ = 0;
  uint64_t unbacked_ = 0;  // content of chunks whose bytes other chunks of their shard have too
};

struct ShardLevels::Value {
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

}  // namespace leafsum::content
