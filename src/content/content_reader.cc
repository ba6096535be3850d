#include "content/content_reader.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "base/phrase.h"
#include "content/value_finding.h"

namespace leafsum::content {
namespace {

using State = ContentReader::State;

constexpr uint64_t kMinPiece = 64 << 10;  // of reads where many streams are open
constexpr uint64_t kWholeChunk =
    256 << 10;  // less than a zstd window: decoded whole where chunks interleave
constexpr size_t kFillBlock = 64 << 10;

// The fill value as it would be stored, repeated: whole elements, some KiB of them.
ByteVector FillBlock(const zarr::ArrayMetadata& m, bool big_endian) {
  ByteVector element = m.fill_value;
  // Swapping twice is nothing: content becomes stored form by the same step that makes content of
  // it.
  if (big_endian) (void)zarr::NormalizeElements(m.type, true, element);
  const size_t elements = std::max<size_t>(
      1, static_cast<size_t>(std::min<uint64_t>(kFillBlock, m.nbytes)) / element.size());
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
  if (zarr::NormalizeElements(task.metadata.type, false, fill_))
    return;  // told by the chunk that it stands in
  fill_runs_.emplace(task.metadata.shape, task.metadata.chunk_shape, format_.chunk_shape,
                     task.metadata.type.itemsize);
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

}  // namespace leafsum::content
