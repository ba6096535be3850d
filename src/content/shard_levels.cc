#include "content/shard_levels.h"

#include <algorithm>

#include "base/checked.h"
#include "base/text.h"
#include "zarr/chunk_grid.h"

namespace leafsum::content {
namespace {

constexpr uint64_t kNoBytes =
    ~uint64_t{0};  // length of a chunk that its shard's index says is empty

// The axis of the array that stored axis `i` is.
size_t AxisOf(const std::vector<uint32_t>& transpose, size_t i) {
  return transpose.empty() ? i : transpose[i];
}

}  // namespace

void ShardLevels::Level::Take(const zarr::ChunkLevel& level, const zarr::ArrayMetadata& m) {
  chunk = &level;
  grid = zarr::GridShape(m.shape, level.shape);
  if (level.codecs->sharding.empty()) return;
  sharding = &level.codecs->sharding[0];
  for (size_t i = 0; i < level.shape.size(); ++i)
    stored_shape.push_back(level.shape[AxisOf(level.transpose, i)]);
  index_size = zarr::ShardIndexSize(stored_shape, *sharding);
}

ShardLevels::ShardLevels(Reading& reading, uint64_t piece)
    : reading_(reading), piece_(piece), levels_(reading.levels.size()) {
  for (size_t i = 0; i < levels_.size(); ++i)
    levels_[i].Take(reading.levels[i], reading.task.metadata);
}

ShardLevels::~ShardLevels() = default;

// The row-major index of the chunk of `level` that holds the slot at `at` in the grid of slots.
uint64_t ShardLevels::IndexIn(const Level& level, const std::vector<uint64_t>& at) const {
  uint64_t index = 0;
  for (size_t d = 0; d < at.size(); ++d)
    index =
        index * level.grid[d] + at[d] / (level.chunk->shape[d] / reading_.format.chunk_shape[d]);
  return index;
}

// The position of slots_[i] in the grid of slots.
std::vector<uint64_t> ShardLevels::PlaceOf(size_t i) const {
  if (reading_.task.metadata.shape.empty()) return {};
  return zarr::Unravel(runs_->ChunkIndex(first_ + i), runs_->grid());
}

// A value of `level` with its index: a new one, or the one that the last group left.
ShardLevels::Value& ShardLevels::ValueAt(Level& level, uint64_t index, bool& is_new) {
  if (auto node = level.kept.extract(index)) level.values.insert(std::move(node));
  auto [it, inserted] = level.values.try_emplace(index);
  is_new = inserted;
  return it->second;
}

void ShardLevels::Begin(const ChunkRuns& runs, uint64_t first, std::span<Slot> slots) {
  runs_ = &runs;
  first_ = first;
  slots_ = slots;
  level_ = 0;
  index_memory_ = 0;
  for (Level& level : levels_) {
    level.kept = std::move(level.values);
    level.values.clear();
  }
  const std::vector<ChunkRef>& chunks = reading_.task.chunks;
  for (size_t i = 0; i < slots.size(); ++i) {
    bool is_new = false;
    const uint64_t index = IndexIn(levels_[0], PlaceOf(i));
    Value& value = ValueAt(levels_[0], index, is_new);
    if (is_new) {
      auto ref =
          std::lower_bound(chunks.begin(), chunks.end(), index,
                           [](const ChunkRef& r, uint64_t wanted) { return r.index < wanted; });
      value.stored = ref != chunks.end() && ref->index == index;
      if (value.stored) value.range = *ref;
    }
    slots_[i].value = value.stored ? &value : nullptr;
  }
  levels_[0].kept.clear();
}

// Reads the indexes level by level: the indexes of one level say where the shards of the next level
// lie.
ReadState ShardLevels::ReadIndexes() {
  for (; levels_[level_].sharding; ++level_) {
    if (ReadState s = ReadIndexesOf(levels_[level_]); s != ReadState::kDone) return s;
    if (ReadState s = Descend(levels_[level_], levels_[level_ + 1]); s != ReadState::kDone)
      return s;
  }
  for (Slot& slot : slots_) {
    if (!sharded() && slot.value) slot.range = slot.value->range;
    slot.stored = slot.value != nullptr && slot.range.length != kNoBytes;
  }
  return ReadState::kDone;
}

ReadState ShardLevels::FailIndex(const Level& level, const Value& value, const Error& error) {
  const bool at_end = level.sharding->index_at_end;
  return reading_.Fail(value.range, at_end ? value.range.length - *level.index_size : 0, error);
}

ReadState ShardLevels::ReadIndexesOf(Level& level) {
  const auto size = level.index_size;
  uint64_t total = index_memory_;
  for (auto& [index, value] : level.values) {
    if (!value.stored) continue;
    if (!size || *size > value.range.length)
      return reading_.Fail(value.range, 0,
                           Error{ErrorCode::kTruncated,
                                 "the shard is shorter than its index",
                                 {},
                                 size ? ByteCount(*size) : "an index that fits in 64 bits",
                                 ByteCount(value.range.length)});
    // The bytes of the index and its decoded entries.
    total = CheckedAdd(total, CheckedMul(*size, 3).value_or(~uint64_t{0})).value_or(~uint64_t{0});
  }
  if (total > reading_.memory || Reading::kBase > reading_.memory - total)
    return reading_.NeedMemory(CheckedAdd(total, Reading::kBase).value_or(~uint64_t{0}));
  for (auto& [outer, value] : level.values) {
    if (!value.stored || value.has_index) continue;
    if (!value.index_reader) {
      const uint64_t at = level.sharding->index_at_end ? value.range.length - *size : 0;
      value.index_reader = reading_.Open(value.range, at, *size, piece_);
    }
    value.index_reader->Start();
  }
  for (auto& [outer, value] : level.values) {
    if (!value.stored || value.has_index) continue;
    ValueReader& reader = *value.index_reader;
    while (value.index_bytes.size() < *size) {
      if (reader.error()) return reading_.Fail(value.range, 0, *reader.error());
      if (reader.blocked()) return ReadState::kBlocked;
      const Bytes b = reader.Available();
      value.index_bytes.insert(value.index_bytes.end(), b.begin(), b.end());
      reader.Consume(b.size());
    }
    value.index_reader.reset();
    auto index = zarr::DecodeShardIndex(value.index_bytes, level.stored_shape, *level.sharding);
    if (!index) return FailIndex(level, value, index.error().Prefixed("shard index"));
    value.index = std::move(*index);
    value.has_index = true;
    if (!IsBacked(level, value))
      return FailIndex(level, value,
                       Error{ErrorCode::kLimit,
                             "too many chunks of the shard share stored bytes, so too much content "
                             "has none of its own; raise --max-fill if that is right",
                             {},
                             AtMostBytes(reading_.task.max_unbacked),
                             ByteCount(unbacked_)});
  }
  index_memory_ = total;
  return ReadState::kDone;
}

// Counts the content of entries whose range an earlier entry has (formats §2.2 allows that): stored
// bytes back content once (contract §10.25).
bool ShardLevels::IsBacked(const Level& level, const Value& value) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const zarr::ShardIndexEntry& entry : value.index)
    if (!entry.empty && entry.length > 0) ranges.emplace_back(entry.offset, entry.length);
  const bool in_order = std::is_sorted(ranges.begin(), ranges.end());
  if (!in_order) std::sort(ranges.begin(), ranges.end());
  const uint64_t inner = CheckedProduct(level.sharding->chunk_shape).value_or(~uint64_t{0});
  const uint64_t nbytes = CheckedMul(inner, reading_.format.itemsize).value_or(~uint64_t{0});
  uint64_t end = 0;
  for (const auto& [offset, length] : ranges) {
    if (offset < end) unbacked_ = CheckedAdd(unbacked_, nbytes).value_or(~uint64_t{0});
    end = std::max(end, CheckedAdd(offset, length).value_or(~uint64_t{0}));
  }
  return unbacked_ <= reading_.task.max_unbacked;
}

// Moves every slot from its shard of `level` to what the shard's index names.
ReadState ShardLevels::Descend(const Level& level, Level& inner) {
  const std::vector<uint64_t>& chunk_shape = reading_.format.chunk_shape;
  for (size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (!slot.value) continue;
    const auto at = PlaceOf(i);
    uint64_t entry_index = 0;
    for (size_t k = 0; k < at.size(); ++k) {  // the index is in C order of the stored axes
      const size_t d = AxisOf(level.chunk->transpose, k);
      const uint64_t ratio = level.chunk->shape[d] / inner.chunk->shape[d];
      entry_index = entry_index * ratio + at[d] / (inner.chunk->shape[d] / chunk_shape[d]) % ratio;
    }
    const zarr::ShardIndexEntry& entry = slot.value->index[static_cast<size_t>(entry_index)];
    ChunkRef range = slot.value->range;
    if (const Status status = zarr::CheckEntry(entry, range.length))
      return FailIndex(level, *slot.value, status->Prefixed("shard index"));
    range.offset += entry.empty ? 0 : entry.offset;
    range.length = entry.empty ? kNoBytes : entry.length;
    if (!inner.sharding) {
      slot.range = range;
      continue;
    }
    bool is_new = false;
    Value& value = ValueAt(inner, IndexIn(inner, at), is_new);
    if (is_new) {
      value.stored = !entry.empty;
      value.range = range;
    }
    slot.value = value.stored ? &value : nullptr;
  }
  inner.kept.clear();
  return ReadState::kDone;
}

void ShardLevels::AddCost(OpenCost& cost) const {
  if (!sharded()) return;
  // Neighbours along the last axis that is cut are read side by side; chunks that share a shard
  // along other axes are not counted on.
  const std::vector<uint64_t>& chunk_shape = reading_.format.chunk_shape;
  size_t q = chunk_shape.size() - 1;
  while (q > 0 && chunk_shape[q] == reading_.task.metadata.shape[q]) --q;
  for (const Level& level : levels_)
    if (level.sharding)
      cost.index += std::min(level.index_size.value_or(OpenCost::kMuch), OpenCost::kMuch) * 3;
  cost.in_shard = levels_.end()[-2].chunk->shape[q] / chunk_shape[q];
}

hash::Blake3* ShardLevels::HashOf(const Slot& slot) {
  // A plain chunk is the whole value. A shard is read in order only if it consists of one chunk and
  // the index.
  Value& value = *slot.value;
  const uint64_t size = value.index_bytes.size();
  const uint64_t start = sharded() && !levels_[0].sharding->index_at_end ? size : 0;
  value.hashed_by_slot = value.index.size() <= 1 &&
                         slot.range.offset - value.range.offset == start &&
                         slot.range.length + size == value.range.length;
  if (!value.hashed_by_slot) return nullptr;
  if (start > 0) value.hash.Update(value.index_bytes);
  return &value.hash;
}

void ShardLevels::ForgetHashes() {
  for (auto& [index, value] : levels_[0].values) value.hash = {};
}

// Makes the digest of each value, in order of the index.
ReadState ShardLevels::HashValues(const OnValue& on_value) {
  auto& values = levels_[0].values;
  for (auto it = values.begin(); it != values.end(); it = values.erase(it)) {
    Value& value = it->second;
    if (!value.stored) continue;
    if (value.hashed_by_slot) {
      if (sharded() && levels_[0].sharding->index_at_end) value.hash.Update(value.index_bytes);
    } else {
      if (!value.hash_reader) {
        value.hash_reader = reading_.Open(value.range, 0, value.range.length, piece_);
        value.hash_reader->AttachHash(&value.hash);
        value.hash_reader->Start();
      }
      ValueReader& reader = *value.hash_reader;
      while (reader.position() < reader.length()) {
        if (reader.error()) return reading_.Fail(value.range, 0, *reader.error());
        if (reader.blocked()) return ReadState::kBlocked;
        reader.Consume(reader.Available().size());
      }
    }
    on_value(value.range, value.hash.Finish());
  }
  return ReadState::kDone;
}

}  // namespace leafsum::content
