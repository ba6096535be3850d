// Where the chunks of a group lie: in the grid, in shards, in shards within shards. An index is
// read before what it names.
#include <algorithm>

#include "base/checked.h"
#include "base/phrase.h"
#include "content/content_reader.h"
#include "zarr/chunk_grid.h"

namespace leafsum::content {
namespace {

using State = ContentReader::State;

constexpr uint64_t kNoBytes =
    ~uint64_t{0};  // length of a chunk that its shard's index says is empty

// The axis of the array that is stored axis `i`.
size_t AxisOf(const std::vector<uint32_t>& transpose, size_t i) {
  return transpose.empty() ? i : transpose[i];
}

}  // namespace

ContentReader::Level::Level(zarr::ChunkLevel level, const zarr::ArrayMetadata& m)
    : zarr::ChunkLevel(std::move(level)), grid(zarr::GridShape(m.shape, shape)) {
  if (codecs->sharding.empty()) return;
  sharding = &codecs->sharding[0];
  for (size_t i = 0; i < shape.size(); ++i) stored_shape.push_back(shape[AxisOf(transpose, i)]);
  index_size = zarr::ShardIndexSize(stored_shape, *sharding);
}

ContentReader::Level::Level(Level&&) noexcept = default;
ContentReader::Level::~Level() = default;

std::vector<ContentReader::Level> ContentReader::LevelsOf(const zarr::ArrayMetadata& m) {
  std::vector<Level> levels;
  for (zarr::ChunkLevel& level : zarr::ChunkLevels(m)) levels.emplace_back(std::move(level), m);
  return levels;
}

// The chunk of `level` that the slot at `at` in the grid of slots lies in, row-major.
uint64_t ContentReader::IndexIn(const Level& level, const std::vector<uint64_t>& at) const {
  uint64_t index = 0;
  for (size_t d = 0; d < at.size(); ++d)
    index = index * level.grid[d] + at[d] / (level.shape[d] / format_.chunk_shape[d]);
  return index;
}

// Where slots_[i] lies in the grid of slots.
std::vector<uint64_t> ContentReader::PlaceOf(size_t i) const {
  if (task_.metadata.shape.empty()) return {};
  return zarr::Unravel(runs_.ChunkIndex(first_slot_ + i), runs_.grid());
}

// A value of `level`, new or as the last group left it, with its index.
ContentReader::Value& ContentReader::ValueAt(Level& level, uint64_t index, bool& is_new) {
  if (auto node = level.kept.extract(index)) level.values.insert(std::move(node));
  auto [it, inserted] = level.values.try_emplace(index);
  is_new = inserted;
  return it->second;
}

// Of the shards of level after level: what is in the index of one says where those of the next lie.
State ContentReader::ReadIndexes() {
  for (; levels_[level_].sharding; ++level_) {
    if (State state = ReadIndexesOf(levels_[level_]); state != State::kDone) return state;
    if (State state = Descend(levels_[level_], levels_[level_ + 1]); state != State::kDone)
      return state;
  }
  for (Slot& slot : slots_) {
    if (!sharded() && slot.value) slot.range = slot.value->range;
    slot.stored = slot.value != nullptr && slot.range.length != kNoBytes;
  }
  return State::kDone;
}

State ContentReader::ReadIndexesOf(Level& level) {
  const auto size = level.index_size;
  uint64_t total = index_memory_;
  for (auto& [index, value] : level.values) {
    if (!value.stored) continue;
    if (!size || *size > value.range.length)
      return Fail(value.range, 0,
                  Error{ErrorCode::kTruncated,
                        "the shard is shorter than its index",
                        {},
                        size ? Phrase(*size) + " bytes" : "an index that fits in 64 bits",
                        Phrase(value.range.length) + " bytes"});
    // The bytes and the decoded entries.
    total = CheckedAdd(total, CheckedMul(*size, 3).value_or(~uint64_t{0})).value_or(~uint64_t{0});
  }
  if (total > memory_ || kBase > memory_ - total)
    return TooMuch(CheckedAdd(total, kBase).value_or(~uint64_t{0}));
  const uint64_t at_end = level.sharding->index_at_end;
  for (auto& [outer, value] : level.values) {
    if (!value.stored || value.has_index) continue;
    if (!value.index_reader)
      value.index_reader =
          OpenRange(value.range, at_end ? value.range.length - *size : 0, *size, piece_);
    value.index_reader->Start();
  }
  for (auto& [outer, value] : level.values) {
    if (!value.stored || value.has_index) continue;
    ValueReader& reader = *value.index_reader;
    while (value.index_bytes.size() < *size) {
      if (reader.error()) return Fail(value.range, 0, *reader.error());
      if (reader.blocked()) return State::kBlocked;
      const Bytes b = reader.Available();
      value.index_bytes.insert(value.index_bytes.end(), b.begin(), b.end());
      reader.Consume(b.size());
    }
    value.index_reader.reset();
    auto index = zarr::DecodeShardIndex(value.index_bytes, level.stored_shape, *level.sharding);
    if (!index)
      return Fail(value.range, at_end ? value.range.length - *size : 0,
                  index.error().Prefixed("shard index"));
    value.index = std::move(*index);
    value.has_index = true;
    if (!IsBacked(level, value))
      return Fail(value.range, at_end ? value.range.length - *size : 0,
                  Error{ErrorCode::kLimit,
                        "too many chunks of the shard share stored bytes, so that too much content "
                        "is backed by none of its own; raise --max-fill if that is right",
                        {},
                        "at most " + Phrase(task_.max_unbacked) + " bytes",
                        Phrase(unbacked_) + " bytes"});
  }
  index_memory_ = total;
  return State::kDone;
}

// Counts the content of entries whose range an earlier one has (formats.md §2.2 allows that): bytes
// back content once.
bool ContentReader::IsBacked(const Level& level, const Value& value) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const zarr::ShardIndexEntry& entry : value.index)
    if (!entry.empty && entry.length > 0) ranges.emplace_back(entry.offset, entry.length);
  const bool in_order = std::is_sorted(ranges.begin(), ranges.end());
  if (!in_order) std::sort(ranges.begin(), ranges.end());
  const uint64_t inner = CheckedProduct(level.sharding->chunk_shape).value_or(~uint64_t{0});
  const uint64_t nbytes = CheckedMul(inner, task_.metadata.type.itemsize).value_or(~uint64_t{0});
  uint64_t end = 0;
  for (const auto& [offset, length] : ranges) {
    if (offset < end) unbacked_ = CheckedAdd(unbacked_, nbytes).value_or(~uint64_t{0});
    end = std::max(end, CheckedAdd(offset, length).value_or(~uint64_t{0}));
  }
  return unbacked_ <= task_.max_unbacked;
}

// Every slot goes from its shard of `level` to what that one's index names.
State ContentReader::Descend(const Level& level, Level& inner) {
  for (size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (!slot.value) continue;
    const auto at = PlaceOf(i);
    uint64_t entry_index = 0;
    for (size_t k = 0; k < at.size(); ++k) {  // the index is in C order of the stored axes
      const size_t d = AxisOf(level.transpose, k);
      const uint64_t ratio = level.shape[d] / inner.shape[d];
      entry_index = entry_index * ratio + at[d] / (inner.shape[d] / format_.chunk_shape[d]) % ratio;
    }
    const zarr::ShardIndexEntry& entry = slot.value->index[static_cast<size_t>(entry_index)];
    ChunkRef range = slot.value->range;
    if (const Status status = zarr::CheckEntry(entry, range.length))
      return Fail(range, level.sharding->index_at_end ? range.length - *level.index_size : 0,
                  status->Prefixed("shard index"));
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
  return State::kDone;
}

}  // namespace leafsum::content
