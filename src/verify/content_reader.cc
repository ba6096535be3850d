#include "verify/content_reader.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/limits.h"
#include "base/phrase.h"
#include "zarr/chunk_grid.h"

namespace leafsum::verify {
namespace {

using State = ContentReader::State;

constexpr uint64_t kMinPiece = 64 << 10;  // of reads where many streams are open
constexpr uint64_t kWholeChunk =
    256 << 10;  // less than a zstd window: decoded whole where chunks interleave
constexpr uint64_t kWholeAhead = 8;  // whole chunks read ahead
constexpr size_t kFillBlock = 64 << 10;

// The fill value as it would be stored, repeated: whole elements, some KiB of them.
ByteVector FillBlock(const zarr::ArrayMetadata& m, bool big_endian) {
  ByteVector element = m.fill_value;
  // Swapping twice is nothing: content becomes stored form by the same step that makes content of
  // it.
  if (big_endian) (void)zarr::NormalizeElements(m.type, true, element);
  const size_t elements = std::max<size_t>(1, static_cast<size_t>(std::min<uint64_t>(kFillBlock, m.nbytes)) / element.size());
  ByteVector block(elements * element.size());
  std::memcpy(block.data(), element.data(), element.size());
  for (size_t n = element.size(); n < block.size(); n *= 2)
    std::memcpy(block.data() + n, block.data(), std::min(n, block.size() - n));
  return block;
}

ChunkFormat FormatOf(const zarr::ArrayMetadata& m, const zarr::ChunkLevel& elements) {
  ChunkFormat f;
  f.chunk_shape = elements.shape;
  f.transpose = elements.transpose;
  f.codecs = elements.codecs->bytes_codecs;
  f.itemsize = m.type.itemsize;
  f.nbytes = m.type.itemsize;
  for (uint64_t c : f.chunk_shape) f.nbytes *= c;  // divides chunk_nbytes, which fits
  f.fill = FillBlock(m, elements.codecs->big_endian);
  return f;
}

}  // namespace

report::Finding ValueFinding(const ArrayTask& task, const ReadQueue& queue, const ChunkRef& ref,
                             uint64_t position, const Error& error) {
  using report::Code;
  static constexpr Code kCodes[] = {Code::kTruncated, Code::kInvalid, Code::kChecksum, Code::kUnsupported,  // of ErrorCode
                                    Code::kLimit, Code::kMissingFile, Code::kUnreadable, Code::kChangedDuringRead};
  report::Finding finding(kCodes[static_cast<size_t>(error.code)]);
  std::string where;
  if (!task.document_name.empty()) {
    const auto grid = zarr::GridShape(task.metadata.shape, task.metadata.chunk_shape);
    auto index = zarr::Unravel(ref.index, grid);
    for (size_t axis = 0; axis < task.kept.size(); ++axis)
      index[axis] = task.kept[axis][static_cast<size_t>(index[axis])];
    if (task.first_row > 0) index[0] += task.first_row;
    where = "chunk " + task.key_prefix + zarr::ChunkKey(task.metadata.key_encoding, index) + ": ";
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
      levels_(LevelsOf(task.metadata)),
      format_(FormatOf(task.metadata, levels_.back())),
      runs_(task.metadata.shape, format_.chunk_shape, task.metadata.type.itemsize) {
  big_endian_ = levels_.back().codecs->big_endian;
  needs_normalizing_ = zarr::NeedsNormalizing(task.metadata.type, big_endian_);
  whole_ = !format_.transpose.empty() || (runs_.slots() > 1 && format_.nbytes <= kWholeChunk);
  piece_ =
      runs_.slots() <= 1 || whole_ ? kReadPiece : std::max(kMinPiece, kReadPiece / runs_.slots());
  slot_piece_ = piece_;
  if (runs_.empty()) {
    ended_ = State::kDone;
    return;
  }
  fill_ = FillBlock(task.metadata, false);
  if (zarr::NormalizeElements(task.metadata.type, false, fill_)) return;  // told by the chunk that it stands in
  fill_runs_.emplace(task.metadata.shape, task.metadata.chunk_shape, format_.chunk_shape, task.metadata.type.itemsize);
}

ContentReader::~ContentReader() = default;

uint64_t ContentReader::StartAt(uint64_t position) {
  return on_value_ || position >= task_.metadata.nbytes ? 0 : runs_.StartAt(position);
}

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
                                                      uint64_t length, uint64_t piece) {
  if (ref.file == kInlineChunk)
    return std::make_unique<ValueReader>(
        queue_,
        Bytes(task_.inline_bytes)
            .subspan(static_cast<size_t>(ref.offset + offset), static_cast<size_t>(length)));
  return std::make_unique<ValueReader>(queue_, task_.source, ref.file, ref.offset + offset, length,
                                       piece);
}

bool ContentReader::HashesValues(const zarr::ArrayMetadata& m) {
  if (m.codecs.sharding.empty()) return true;
  const zarr::ShardingSpec& spec = m.codecs.sharding[0];
  return spec.codecs.sharding.empty() &&
         zarr::InnerChunkCount(zarr::StoredShape(m.codecs, m.chunk_shape), spec) == 1;
}

// False where the group has to be opened.
bool ContentReader::ReadFill(Bytes& out, bool& has_bytes) {
  if (filling_.bytes == 0) {
    const auto fill = fill_runs_ ? fill_runs_->From(runs_.group(), task_.chunks) : std::nullopt;
    if (!fill) return false;
    filling_ = *fill;
  }
  out = Bytes(fill_).first(static_cast<size_t>(std::min<uint64_t>(fill_.size(), filling_.bytes)));
  has_bytes = true;
  filling_.bytes -= out.size();
  return true;
}

// kDone: the phase is over.
State ContentReader::OpenGroup() {
  slots_.clear();
  level_ = 0;
  index_memory_ = 0;
  for (Level& level : levels_) {
    level.kept = std::move(level.values);
    level.values.clear();
  }
  uint64_t slots = runs_.slots();
  if (mode_ != Mode::kWhole)
    if (State state = OpenWindow(slots); state != State::kDone) return state;
  const auto bookkeeping = CheckedMul(slots, kPerSlot);
  if (!bookkeeping || *bookkeeping > memory_)
    return TooMuch(bookkeeping ? kBase + *bookkeeping : ~uint64_t{0});
  slots_.resize(static_cast<size_t>(slots));
  for (size_t i = 0; i < slots_.size(); ++i) {
    bool is_new = false;
    const uint64_t index = IndexIn(levels_[0], PlaceOf(i));
    Value& value = ValueAt(levels_[0], index, is_new);
    if (is_new) {
      auto ref = std::lower_bound(task_.chunks.begin(), task_.chunks.end(), index,
                                  [](const ChunkRef& r, uint64_t wanted) { return r.index < wanted; });
      value.stored = ref != task_.chunks.end() && ref->index == index;
      if (value.stored) value.range = *ref;
    }
    slots_[i].value = value.stored ? &value : nullptr;
  }
  levels_[0].kept.clear();
  return State::kDone;
}

State ContentReader::OpenSlots() {
  for (Slot& slot : slots_) {
    if (!slot.stored) {
      slot.stream.emplace(format_);
      continue;
    }
    Value& value = *slot.value;
    auto reader = OpenRange(slot.range, 0, slot.range.length, slot_piece_);
    if (on_value_ && last_pass_) {
      // A plain chunk is its value. A shard is read in order only where one chunk and the index are
      // all of it.
      const uint64_t size = value.index_bytes.size();
      const uint64_t start = sharded() && !levels_[0].sharding->index_at_end ? size : 0;
      value.hashed_by_slot = value.index.size() <= 1 &&
                             slot.range.offset - value.range.offset == start &&
                             slot.range.length + size == value.range.length;
      if (value.hashed_by_slot) {
        if (start > 0) value.hash.Update(value.index_bytes);
        reader->AttachHash(&value.hash);
      }
    }
    slot.stream.emplace(format_, std::move(reader), whole_);
  }
  return State::kDone;
}

// What a group takes is known once the head of every value is here; then it is opened, or not.
State ContentReader::CountMemory() {
  if (mode_ == Mode::kSurvey) return Survey();
  uint64_t each = 0, pieces = 0, present = 0;
  for (Slot& slot : slots_) {
    if (!slot.stored) continue;
    ++present;
    pieces = std::max(pieces, std::min(slot_piece_, slot.range.length));
  }
  const uint64_t open = whole_ ? std::min<uint64_t>(present, kWholeAhead) : present;
  uint64_t total = kBase + slots_.size() * kPerSlot + index_memory_ + kept_.size();
  const auto buffers = CheckedMul(whole_ ? present : 0, format_.nbytes);
  const auto in_flight = CheckedMul(2 * pieces, open);
  if (!buffers || !in_flight || *buffers > ~uint64_t{0} / 4) return TooMuch(~uint64_t{0});
  total += *buffers + *in_flight;
  if (total > memory_) return TooMuch(total);
  if (whole_) {  // their decoder is counted as they are loaded
    whole_memory_ = total;
    return State::kDone;
  }
  for (size_t i = 0; i < slots_.size(); ++i)
    if (slots_[i].stored) slots_[i].stream->Start();
  for (Slot& slot : slots_) {
    if (!slot.stored) continue;
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
  return total > memory_ ? TooMuch(total) : State::kDone;
}

State ContentReader::LoadWhole() {
  if (!whole_) return State::kDone;
  for (; next_slot_ < slots_.size(); ++next_slot_) {
    const size_t ahead = std::min<size_t>(slots_.size(), next_slot_ + kWholeAhead);
    for (size_t i = next_slot_; i < ahead; ++i)
      if (slots_[i].stored) slots_[i].stream->Start();
    Slot& slot = slots_[next_slot_];
    if (!slot.stored) continue;
    uint64_t decoder = 0;
    Pull p = slot.stream->MemoryNeeded(decoder);
    if (p == Pull::kBytes && decoder > decoder_memory_) {
      decoder_memory_ = decoder;
      if (whole_memory_ + decoder > memory_) return TooMuch(whole_memory_ + decoder);
    }
    if (p == Pull::kBytes) p = slot.stream->Load(shared_decoder_);
    if (p == Pull::kBlocked) return State::kBlocked;
    if (p == Pull::kFailed) return FailSlot(slot);
  }
  return State::kDone;
}

bool ContentReader::NextRun() {
  if (!runs_.NextRun(run_)) return false;
  run_left_ = run_.bytes;
  run_.slot -= first_slot_;
  return true;
}

State ContentReader::ReadRuns(Bytes& out, bool& has_bytes) {
  if (scratch_.empty())
    scratch_.resize(static_cast<size_t>(std::min<uint64_t>(kScratch, format_.nbytes)));
  const bool direct = slots_.size() == 1 && !needs_normalizing_ && unit_ == 1;
  const bool keeps = mode_ == Mode::kParts;
  if (!direct && staging_.empty())
    staging_.resize(static_cast<size_t>(
        std::max<uint64_t>(std::min<uint64_t>(kStaging, task_.metadata.nbytes), format_.itemsize)));
  // The rest of what was given out: an element that was cut.
  if (lent_ > 0) {
    staged_ -= lent_;
    std::memmove(staging_.data(), staging_.data() + lent_, staged_);
    lent_ = 0;
  }
  for (;;) {
    if (run_left_ == 0 && !NextRun()) break;
    const uint64_t offset = run_.offset + run_.bytes - run_left_;
    if (staged_ == 0) staged_at_ = offset;
    if (offset != staged_at_ + staged_) break;  // the end of a window's part of a line
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
      if (keeps)
        Keep(offset, bytes);
      else
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
    if (Status s = zarr::NormalizeElements(task_.metadata.type, big_endian_, whole)) {
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
  lent_ = staged_ - staged_ % format_.itemsize;
  normalized_ = 0;
  const Bytes elements = Bytes(staging_).first(lent_);
  if (keeps)
    Keep(staged_at_, elements);
  else
    out = elements;
  staged_at_ += lent_;
  has_bytes = true;
  return State::kBytes;
}

State ContentReader::FinishSlots() {
  for (; next_slot_ < slots_.size(); ++next_slot_) {
    Slot& slot = slots_[next_slot_];
    if (!slot.stored) continue;
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
                Phrase(trailing) + " bytes"});
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
  auto& values = levels_[0].values;
  for (auto it = values.begin(); it != values.end(); it = values.erase(it)) {
    Value& value = it->second;
    if (!value.stored) continue;
    if (value.hashed_by_slot) {
      if (sharded() && levels_[0].sharding->index_at_end) value.hash.Update(value.index_bytes);
    } else {
      if (!value.hash_reader) {
        value.hash_reader = OpenRange(value.range, 0, value.range.length, piece_);
        value.hash_reader->AttachHash(&value.hash);
        value.hash_reader->Start();
      }
      ValueReader& reader = *value.hash_reader;
      while (reader.position() < reader.length()) {
        if (reader.error()) return Fail(value.range, 0, *reader.error());
        if (reader.blocked()) return State::kBlocked;
        reader.Consume(reader.Available().size());
      }
    }
    on_value_(value.range, value.hash.Finish());
  }
  return State::kDone;
}

// One phase after the other for each group, or each of its windows; kDone is the end of the array.
State ContentReader::Step(Bytes& out, bool& has_bytes) {
  State state = State::kDone;
  switch (phase_) {
    case Phase::kOpen:
      if (mode_ == Mode::kWhole) {
        if (filling_.bytes == 0 && filling_.next_group > 0) {  // the end of a stretch
          runs_.SkipTo(filling_.next_group);
          filling_ = {};
          if (!runs_.NextGroup()) return State::kDone;
        }
        if (ReadFill(out, has_bytes)) return State::kBytes;
      }
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
    case Phase::kKept:
      state = GiveKept(out, has_bytes);
      break;
  }
  if (state != State::kDone) return state;
  next_slot_ = 0;
  if (mode_ != Mode::kWhole) state = EndPhase();
  if (state != State::kDone) return state;
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
    out = {};
    const State state = Step(out, has_bytes);
    if (state == State::kBlocked) return state;
    if (state != State::kBytes) return ended_ = state;
    if (has_bytes) return State::kBytes;
  }
  return ended_;
}

}  // namespace leafsum::verify
