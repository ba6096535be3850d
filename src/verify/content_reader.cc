#include "verify/content_reader.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/limits.h"
#include "zarr/chunk_grid.h"

namespace leafsum::verify {
namespace {

using State = ContentReader::State;

constexpr size_t kScratch = 256 << 10;  // decoded bytes on their way to the hash: in the L2 cache
constexpr size_t kStaging = 64 << 10;
constexpr uint64_t kMinPiece = 64 << 10;  // of reads where many streams are open
constexpr uint64_t kWholeChunk =
    256 << 10;  // less than a zstd window: decoded whole where chunks interleave
constexpr uint64_t kWholeAhead = 8;  // whole chunks read ahead
constexpr uint64_t kBase = kScratch + 2 * kStaging;
constexpr uint64_t kPerSlot = 512;  // a slot's own bookkeeping
constexpr size_t kFillBlock = 64 << 10;

const zarr::CodecChain& ElementCodecs(const zarr::ArrayMetadata& m) {
  return m.codecs.sharding.empty() ? m.codecs : m.codecs.sharding[0].codecs;
}

// The fill value as it would be stored, repeated: whole elements, some KiB of them.
ByteVector FillBlock(const zarr::ArrayMetadata& m, bool big_endian) {
  ByteVector element = m.fill_value;
  // Swapping twice is nothing: content becomes stored form by the same step that makes content of
  // it.
  if (big_endian) (void)zarr::NormalizeElements(m.type, true, element);
  ByteVector block;
  do block.insert(block.end(), element.begin(), element.end());
  while (block.size() + element.size() <= std::min<uint64_t>(kFillBlock, m.nbytes));
  return block;
}

// The axis of the array that is stored axis `i`.
size_t AxisOf(const std::vector<uint32_t>& transpose, size_t i) {
  return transpose.empty() ? i : transpose[i];
}

// Along the array's own axes, also where a shard's are transposed.
ChunkFormat FormatOf(const zarr::ArrayMetadata& m) {
  ChunkFormat f;
  const zarr::CodecChain& codecs = ElementCodecs(m);
  f.chunk_shape = m.chunk_shape;
  f.transpose = codecs.transpose;
  if (!m.codecs.sharding.empty()) {
    const std::vector<uint32_t>& outer = m.codecs.transpose;
    const size_t rank = m.chunk_shape.size();
    for (size_t i = 0; i < rank; ++i)
      f.chunk_shape[AxisOf(outer, i)] = m.codecs.sharding[0].chunk_shape[i];
    if (!outer.empty()) {
      f.transpose.resize(rank);
      for (size_t i = 0; i < rank; ++i) f.transpose[i] = outer[AxisOf(codecs.transpose, i)];
    }
  }
  f.codecs = codecs.bytes_codecs;
  f.itemsize = m.type.itemsize;
  f.nbytes = m.type.itemsize;
  for (uint64_t c : f.chunk_shape) f.nbytes *= c;  // divides chunk_nbytes, which fits
  f.fill = FillBlock(m, codecs.big_endian);
  return f;
}

std::optional<uint64_t> InnerChunks(const zarr::ArrayMetadata& m) {
  return zarr::InnerChunkCount(zarr::StoredShape(m.codecs, m.chunk_shape), m.codecs.sharding[0]);
}

}  // namespace

struct ContentReader::Value {
  const ChunkRef* ref = nullptr;
  std::unique_ptr<ValueReader> index_reader;
  ByteVector index_bytes;
  std::vector<zarr::ShardIndexEntry> index;
  bool has_index = false;
  hash::Blake3 hash;  // of its encoded bytes, where they are read in order anyway
  bool hashed_by_slot = false;
  std::unique_ptr<ValueReader> hash_reader;  // else a reader of its own
};

struct ContentReader::Slot {
  Value* value = nullptr;  // none: fill
  std::optional<ChunkStream> stream;
  ChunkRef range;  // of its encoded bytes
};

report::Finding ValueFinding(const ArrayTask& task, const ReadQueue& queue, const ChunkRef& ref,
                             uint64_t position, const Error& error) {
  using report::Code;
  Code code = Code::kInvalid;
  switch (error.code) {
    case ErrorCode::kTruncated:
      code = Code::kTruncated;
      break;
    case ErrorCode::kChecksum:
      code = Code::kChecksum;
      break;
    case ErrorCode::kUnsupported:
      code = Code::kUnsupported;
      break;
    case ErrorCode::kLimit:
      code = Code::kLimit;
      break;
    case ErrorCode::kMissing:
      code = Code::kMissingFile;
      break;
    case ErrorCode::kUnreadable:
      code = Code::kUnreadable;
      break;
    case ErrorCode::kChanged:
      code = Code::kChangedDuringRead;
      break;
    case ErrorCode::kInvalid:
      break;
  }
  report::Finding finding(code);
  std::string where;
  if (!task.document_name.empty()) {
    const auto grid = zarr::GridShape(task.metadata.shape, task.metadata.chunk_shape);
    where = "chunk " + task.key_prefix +
            zarr::ChunkKey(task.metadata.key_encoding, zarr::Unravel(ref.index, grid)) + ": ";
  }
  if (ref.file != kInlineChunk) {
    finding.file = queue.path(ref.file);
    finding.offset = ref.offset + position;
  }
  if (!error.expected.empty()) finding.expected = error.expected;
  if (!error.actual.empty()) finding.actual = error.actual;
  finding.message = where + error.message;
  return finding;
}

ContentReader::ContentReader(const ArrayTask& task, ReadQueue& queue, uint64_t memory,
                             OnValue on_value)
    : task_(task),
      queue_(queue),
      memory_(memory),
      on_value_(std::move(on_value)),
      sharding_(task.metadata.codecs.sharding.empty() ? nullptr
                                                      : &task.metadata.codecs.sharding[0]),
      outer_grid_(zarr::GridShape(task.metadata.shape, task.metadata.chunk_shape)),
      format_(FormatOf(task.metadata)),
      runs_(task.metadata.shape, format_.chunk_shape, task.metadata.type.itemsize) {
  const zarr::CodecChain& codecs = ElementCodecs(task.metadata);
  needs_normalizing_ = zarr::NeedsNormalizing(task.metadata.type, codecs.big_endian);
  whole_ = !format_.transpose.empty() || (runs_.slots() > 1 && format_.nbytes <= kWholeChunk);
  piece_ =
      runs_.slots() <= 1 || whole_ ? kReadPiece : std::max(kMinPiece, kReadPiece / runs_.slots());
  if (runs_.empty()) ended_ = State::kDone;
}

ContentReader::~ContentReader() = default;

State ContentReader::Fail(const ChunkRef& ref, uint64_t position, const Error& error) {
  failure_ = ValueFinding(task_, queue_, ref, position, error);
  return State::kFailed;
}

State ContentReader::FailSlot(Slot& slot) {
  return Fail(slot.range, slot.stream->encoded_position(), slot.stream->error());
}

State ContentReader::NeedMemory(uint64_t bytes) {
  memory_needed_ = bytes;
  return State::kNeedsMemory;
}

std::unique_ptr<ValueReader> ContentReader::OpenRange(const ChunkRef& ref, uint64_t offset,
                                                      uint64_t length) {
  if (ref.file == kInlineChunk)
    return std::make_unique<ValueReader>(
        queue_,
        Bytes(task_.inline_bytes)
            .subspan(static_cast<size_t>(ref.offset + offset), static_cast<size_t>(length)));
  return std::make_unique<ValueReader>(queue_, task_.source, ref.file, ref.offset + offset, length,
                                       piece_);
}

bool ContentReader::HashesValues(const ArrayTask& task) {
  return task.metadata.codecs.sharding.empty() || InnerChunks(task.metadata) == 1;
}

// A shard that has chunks in the last group too is kept, with its index.
ContentReader::Value* ContentReader::ValueAt(uint64_t outer_index,
                                             std::map<uint64_t, Value>& kept) {
  if (auto it = values_.find(outer_index); it != values_.end())
    return it->second.ref ? &it->second : nullptr;
  if (auto node = kept.extract(outer_index)) {
    auto it = values_.insert(std::move(node)).position;
    return it->second.ref ? &it->second : nullptr;
  }
  Value& value = values_[outer_index];
  auto ref = std::lower_bound(task_.chunks.begin(), task_.chunks.end(), outer_index,
                              [](const ChunkRef& r, uint64_t index) { return r.index < index; });
  if (ref == task_.chunks.end() || ref->index != outer_index)
    return nullptr;  // remembered as absent
  value.ref = &*ref;
  return &value;
}

// kDone: the phase is over.
State ContentReader::OpenGroup() {
  slots_.clear();
  std::map<uint64_t, Value> kept = std::move(values_);
  values_.clear();
  const uint64_t slots = runs_.slots();
  const auto bookkeeping = CheckedMul(slots, kPerSlot);
  if (!bookkeeping || *bookkeeping > memory_)
    return NeedMemory(bookkeeping ? kBase + *bookkeeping : ~uint64_t{0});
  slots_.resize(static_cast<size_t>(slots));
  for (uint64_t i = 0; i < slots; ++i) {
    uint64_t outer = runs_.ChunkIndex(i);
    if (sharding_ && !task_.metadata.shape.empty()) {
      const auto inner = zarr::Unravel(outer, runs_.grid());
      outer = 0;
      for (size_t d = 0; d < inner.size(); ++d)
        outer = outer * outer_grid_[d] +
                inner[d] / (task_.metadata.chunk_shape[d] / format_.chunk_shape[d]);
    }
    slots_[static_cast<size_t>(i)].value = ValueAt(outer, kept);
  }
  return State::kDone;
}

State ContentReader::ReadIndexes() {
  if (!sharding_) return State::kDone;
  const zarr::ArrayMetadata& m = task_.metadata;
  if (!sharding_->codecs.sharding.empty())
    return Fail(
        {}, 0,
        Error{ErrorCode::kUnsupported, "shards within shards are not supported", {}, "", ""});
  const auto size = zarr::ShardIndexSize(zarr::StoredShape(m.codecs, m.chunk_shape), *sharding_);
  uint64_t total = 0;
  for (auto& [outer, value] : values_) {
    if (!value.ref) continue;
    if (!size || *size > value.ref->length)
      return Fail(*value.ref, 0,
                  Error{ErrorCode::kTruncated,
                        "the shard is shorter than its index",
                        {},
                        size ? std::to_string(*size) + " bytes" : "an index that fits in 64 bits",
                        std::to_string(value.ref->length) + " bytes"});
    // The bytes and the decoded entries.
    total = CheckedAdd(total, CheckedMul(*size, 3).value_or(~uint64_t{0})).value_or(~uint64_t{0});
  }
  if (total > memory_ || kBase > memory_ - total)
    return NeedMemory(CheckedAdd(total, kBase).value_or(~uint64_t{0}));
  index_memory_ = total;
  for (auto& [outer, value] : values_) {
    if (!value.ref || value.has_index) continue;
    if (!value.index_reader)
      value.index_reader =
          OpenRange(*value.ref, sharding_->index_at_end ? value.ref->length - *size : 0, *size);
    value.index_reader->Start();
  }
  for (auto& [outer, value] : values_) {
    if (!value.ref || value.has_index) continue;
    ValueReader& reader = *value.index_reader;
    while (value.index_bytes.size() < *size) {
      if (reader.error()) return Fail(*value.ref, 0, *reader.error());
      if (reader.blocked()) return State::kBlocked;
      const Bytes b = reader.Available();
      value.index_bytes.insert(value.index_bytes.end(), b.begin(), b.end());
      reader.Consume(b.size());
    }
    value.index_reader.reset();
    auto index = zarr::DecodeShardIndex(value.index_bytes, InnerChunks(m).value_or(0),
                                        value.ref->length, *sharding_);
    if (!index) {
      Error error = index.error().Prefixed("shard index");
      return Fail(*value.ref, sharding_->index_at_end ? value.ref->length - *size : 0, error);
    }
    value.index = std::move(*index);
    value.has_index = true;
  }
  return State::kDone;
}

State ContentReader::OpenSlots() {
  for (size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    Value* value = slot.value;
    if (value) slot.range = *value->ref;
    if (value && sharding_) {
      uint64_t inner_index = 0;
      if (!task_.metadata.shape.empty()) {
        const auto inner = zarr::Unravel(runs_.ChunkIndex(i), runs_.grid());
        for (size_t k = 0; k < inner.size(); ++k) {  // the index is in C order of the stored axes
          const size_t d = AxisOf(task_.metadata.codecs.transpose, k);
          const uint64_t ratio = task_.metadata.chunk_shape[d] / format_.chunk_shape[d];
          inner_index = inner_index * ratio + inner[d] % ratio;
        }
      }
      const zarr::ShardIndexEntry& entry = value->index[static_cast<size_t>(inner_index)];
      if (entry.empty) value = nullptr;
      slot.range.offset += entry.offset;
      slot.range.length = entry.length;
    }
    if (!value) {
      slot.stream.emplace(format_);
      continue;
    }
    auto reader = OpenRange(*value->ref, slot.range.offset - value->ref->offset, slot.range.length);
    if (on_value_) {
      // A plain chunk is its value. A shard is read in order only where one chunk and the index are
      // all of it.
      const uint64_t size = value->index_bytes.size();
      const uint64_t start = sharding_ && !sharding_->index_at_end ? size : 0;
      value->hashed_by_slot = value->index.size() <= 1 &&
                              slot.range.offset - value->ref->offset == start &&
                              slot.range.length + size == value->ref->length;
      if (value->hashed_by_slot) {
        if (start > 0) value->hash.Update(value->index_bytes);
        reader->AttachHash(&value->hash);
      }
    }
    slot.stream.emplace(format_, std::move(reader), whole_);
  }
  return State::kDone;
}

// What a group takes is known once the head of every value is here; then it is opened, or not.
State ContentReader::CountMemory() {
  uint64_t each = 0, pieces = 0, present = 0;
  for (Slot& slot : slots_) {
    if (!slot.value) continue;
    ++present;
    pieces = std::max(pieces, std::min(piece_, slot.range.length));
  }
  const uint64_t open = whole_ ? std::min<uint64_t>(present, kWholeAhead) : present;
  uint64_t total = kBase + slots_.size() * kPerSlot + index_memory_;
  const auto buffers = CheckedMul(whole_ ? present : 0, format_.nbytes);
  const auto in_flight = CheckedMul(2 * pieces, open);
  if (!buffers || !in_flight || *buffers > ~uint64_t{0} / 4) return NeedMemory(~uint64_t{0});
  total += *buffers + *in_flight;
  if (total > memory_) return NeedMemory(total);
  if (whole_) {  // their decoder is counted as they are loaded
    whole_memory_ = total;
    return State::kDone;
  }
  for (size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].value) slots_[i].stream->Start();
  for (Slot& slot : slots_) {
    if (!slot.value) continue;
    switch (slot.stream->MemoryNeeded(each)) {
      case Pull::kBytes:
        break;
      case Pull::kBlocked:
        return State::kBlocked;
      case Pull::kFailed:
        return FailSlot(slot);
    }
    total += each;
  }
  return total > memory_ ? NeedMemory(total) : State::kDone;
}

State ContentReader::LoadWhole() {
  if (!whole_) return State::kDone;
  for (; next_slot_ < slots_.size(); ++next_slot_) {
    const size_t ahead = std::min<size_t>(slots_.size(), next_slot_ + kWholeAhead);
    for (size_t i = next_slot_; i < ahead; ++i)
      if (slots_[i].value) slots_[i].stream->Start();
    Slot& slot = slots_[next_slot_];
    if (!slot.value) continue;
    uint64_t decoder = 0;
    Pull p = slot.stream->MemoryNeeded(decoder);
    if (p == Pull::kBytes && decoder > decoder_memory_) {
      decoder_memory_ = decoder;
      if (whole_memory_ + decoder > memory_) return NeedMemory(whole_memory_ + decoder);
    }
    if (p == Pull::kBytes) p = slot.stream->Load(shared_decoder_);
    if (p == Pull::kBlocked) return State::kBlocked;
    if (p == Pull::kFailed) return FailSlot(slot);
  }
  return State::kDone;
}

State ContentReader::ReadRuns(Bytes& out, bool& has_bytes) {
  if (scratch_.empty())
    scratch_.resize(static_cast<size_t>(std::min<uint64_t>(kScratch, format_.nbytes)));
  const bool direct = slots_.size() == 1 && !needs_normalizing_;
  if (!direct && staging_.empty())
    staging_.resize(static_cast<size_t>(
        std::max<uint64_t>(std::min<uint64_t>(kStaging, task_.metadata.nbytes), format_.itemsize)));
  for (;;) {
    if (run_left_ == 0) {
      if (!runs_.NextRun(run_)) break;
      run_left_ = run_.bytes;
    }
    ChunkStream& stream = *slots_[static_cast<size_t>(run_.slot)].stream;
    Bytes bytes;
    Pull p = Pull::kBytes;
    if (run_left_ == run_.bytes && stream.position() < run_.position)
      p = stream.SkipTo(run_.position, scratch_);
    const uint64_t room = direct ? scratch_.size() : staging_.size() - staged_;
    if (p == Pull::kBytes)
      p = stream.Next(static_cast<size_t>(std::min(run_left_, room)), scratch_, bytes);
    if (p == Pull::kFailed) return FailSlot(slots_[static_cast<size_t>(run_.slot)]);
    if (p == Pull::kBlocked) return State::kBlocked;
    run_left_ -= bytes.size();
    if (direct) {
      out = bytes;
      has_bytes = true;
      return State::kBytes;
    }
    std::memcpy(staging_.data() + staged_, bytes.data(), bytes.size());
    staged_ += bytes.size();
    // Each piece as it comes, so that a bad element is found in its own chunk. A run has whole
    // elements.
    const MutableBytes whole =
        MutableBytes(staging_).first(staged_ - staged_ % format_.itemsize).subspan(normalized_);
    const zarr::CodecChain& codecs = ElementCodecs(task_.metadata);
    if (Status s = zarr::NormalizeElements(task_.metadata.type, codecs.big_endian, whole)) {
      const bool as_stored = format_.codecs.empty() && format_.transpose.empty();
      const uint64_t at =
          stream.position() - bytes.size() + s->offset.value_or(0);  // bool: an element is a byte
      return Fail(slots_[static_cast<size_t>(run_.slot)].range, as_stored ? at : 0, *s);
    }
    normalized_ += whole.size();
    if (staged_ == staging_.size()) break;
  }
  if (staged_ == 0) return State::kDone;
  // Whole elements only; the rest of one that was cut is kept for the next round.
  const size_t rest = staged_ % format_.itemsize;
  const MutableBytes elements = MutableBytes(staging_).first(staged_ - rest);
  lent_.assign(elements.begin(), elements.end());
  std::memmove(staging_.data(), staging_.data() + elements.size(), rest);
  staged_ = rest;
  normalized_ = 0;
  out = lent_;
  has_bytes = true;
  return State::kBytes;
}

State ContentReader::FinishSlots() {
  for (; next_slot_ < slots_.size(); ++next_slot_) {
    Slot& slot = slots_[next_slot_];
    if (!slot.value || !slot.stream->has_reader()) continue;
    uint64_t trailing = 0;
    Pull p = Pull::kBytes;
    // Only zarr stores its last chunks whole; pieces of a file end with what they hold.
    if (!task_.document_name.empty()) p = slot.stream->SkipTo(format_.nbytes, scratch_);
    if (p == Pull::kBytes) p = slot.stream->Finish(trailing);
    if (p == Pull::kBlocked) return State::kBlocked;
    if (p == Pull::kFailed) return FailSlot(slot);
    if (trailing > 0) {
      report::Finding f = ValueFinding(
          task_, queue_, slot.range, slot.range.length - trailing,
          Error{ErrorCode::kInvalid,
                "bytes follow the compressed frame; readers ignore them, the values do "
                "not depend on them",
                {},
                "0 bytes",
                std::to_string(trailing) + " bytes"});
      f.code = report::Code::kTrailingBytes;
      f.severity = report::DefaultSeverity(f.code);
      warnings_.push_back(std::move(f));
    }
  }
  return State::kDone;
}

// The digest of each value of the group, in order of its index.
State ContentReader::HashValues() {
  if (!on_value_) return State::kDone;
  for (auto it = values_.begin(); it != values_.end(); it = values_.erase(it)) {
    Value& value = it->second;
    if (!value.ref) continue;
    if (value.hashed_by_slot) {
      if (sharding_ && sharding_->index_at_end) value.hash.Update(value.index_bytes);
    } else {
      if (!value.hash_reader) {
        value.hash_reader = OpenRange(*value.ref, 0, value.ref->length);
        value.hash_reader->AttachHash(&value.hash);
        value.hash_reader->Start();
      }
      ValueReader& reader = *value.hash_reader;
      while (reader.position() < reader.length()) {
        if (reader.error()) return Fail(*value.ref, 0, *reader.error());
        if (reader.blocked()) return State::kBlocked;
        reader.Consume(reader.Available().size());
      }
    }
    on_value_(*value.ref, value.hash.Finish());
  }
  return State::kDone;
}

// One phase after the other for each group; kDone is the end of the array.
State ContentReader::Step(Bytes& out, bool& has_bytes) {
  State state = State::kDone;
  switch (phase_) {
    case Phase::kOpen:
      state = OpenGroup();
      break;
    case Phase::kIndexes:
      state = ReadIndexes();
      break;
    case Phase::kSlots:
      state = OpenSlots();
      break;
    case Phase::kMemory:
      state = CountMemory();
      break;
    case Phase::kLoad:
      state = LoadWhole();
      break;
    case Phase::kRuns:
      state = ReadRuns(out, has_bytes);
      break;
    case Phase::kFinish:
      state = FinishSlots();
      break;
    case Phase::kValues:
      state = HashValues();
      break;
  }
  if (state != State::kDone) return state;
  next_slot_ = 0;
  if (phase_ != Phase::kValues) {
    phase_ = static_cast<Phase>(static_cast<int>(phase_) + 1);
    return State::kBytes;
  }
  phase_ = Phase::kOpen;
  return runs_.NextGroup() ? State::kBytes : State::kDone;
}

State ContentReader::Next(Bytes& out) {
  while (ended_ == State::kBytes) {
    bool has_bytes = false;
    const State state = Step(out, has_bytes);
    if (state == State::kBlocked) return state;
    if (state != State::kBytes) return ended_ = state;
    if (has_bytes) return State::kBytes;
  }
  return ended_;
}

}  // namespace leafsum::verify
