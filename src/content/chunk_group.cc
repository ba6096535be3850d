#include "content/chunk_group.h"

#include <algorithm>

#include "base/checked.h"
#include "base/limits.h"
#include "base/text.h"
#include "content/value_finding.h"

namespace leafsum::content {
namespace {

constexpr uint64_t kMinPiece = 64 << 10;  // of reads while many streams are open
constexpr uint64_t kWholeChunk =
    256 << 10;  // smaller than a zstd window: decoded whole if chunks interleave
constexpr uint64_t kWholeAhead = 8;  // whole chunks read ahead

bool IsWhole(const ChunkFormat& format, uint64_t slots) {
  return !format.transpose.empty() || (slots > 1 && format.nbytes <= kWholeChunk);
}

uint64_t PieceOf(bool whole, uint64_t slots) {
  return slots <= 1 || whole ? kReadPiece : std::max(kMinPiece, kReadPiece / slots);
}

}  // namespace

ChunkGroup::ChunkGroup(Reading& reading, ChunkRuns& runs, OnValue on_value)
    : reading_(reading),
      runs_(runs),
      on_value_(std::move(on_value)),
      whole_(IsWhole(reading.format, runs.slots())),
      piece_(PieceOf(whole_, runs.slots())),
      levels_(reading, piece_),
      assembler_(reading, runs) {}

ReadState ChunkGroup::Begin(const Window& window) {
  window_ = window;
  phase_ = Phase::kIndexes;
  next_slot_ = 0;
  const auto bookkeeping = CheckedMul(window.count, Reading::kPerSlot);
  if (!bookkeeping || *bookkeeping > reading_.memory)
    return reading_.NeedMemory(bookkeeping ? Reading::kBase + *bookkeeping : ~uint64_t{0});
  slots_ = std::vector<ShardLevels::Slot>(static_cast<size_t>(window.count));
  levels_.Begin(runs_, window.first, slots_);
  assembler_.Begin(window.first, window.direct);
  return ReadState::kDone;
}

ReadState ChunkGroup::Step(Bytes& out) {
  switch (phase_) {
    case Phase::kIndexes:
      return levels_.ReadIndexes();
    case Phase::kStreams:
      return OpenStreams();
    case Phase::kMemory:
      return CountMemory();
    case Phase::kLoad:
      return whole_ ? LoadWhole() : ReadState::kDone;
    case Phase::kRuns:
      return assembler_.Next(slots_, out);
    case Phase::kFinish:
      return window_.to_the_end ? Finish() : ReadState::kDone;
    case Phase::kValues:
      return window_.to_the_end && on_value_ ? levels_.HashValues(on_value_) : ReadState::kDone;
    case Phase::kEnd:
      break;
  }
  return ReadState::kDone;
}

ReadState ChunkGroup::Next(Bytes& out) {
  while (phase_ != Phase::kEnd) {
    if (const ReadState state = Step(out); state != ReadState::kDone) return state;
    phase_ = static_cast<Phase>(static_cast<int>(phase_) + 1);
    next_slot_ = 0;
  }
  return ReadState::kDone;
}

ReadState ChunkGroup::OpenStreams() {
  for (ShardLevels::Slot& slot : slots_) {
    if (!slot.stored) {
      slot.stream.emplace(reading_.format);
      continue;
    }
    auto reader = reading_.Open(slot.range, 0, slot.range.length, window_.piece);
    hash::Blake3* hash = on_value_ && window_.to_the_end ? levels_.HashOf(slot) : nullptr;
    reader->AttachHash(hash);
    slot.stream.emplace(reading_.format, std::move(reader), whole_);
    if (!hash && window_.position > 0) slot.stream->Seek(window_.position);
  }
  return ReadState::kDone;
}

// Once the head of every value is here, the memory that the group takes is known: the group is
// opened if that fits the grant.
ReadState ChunkGroup::CountMemory() {
  uint64_t each = 0, pieces = 0, present = 0;
  for (const ShardLevels::Slot& slot : slots_) {
    if (!slot.stored) continue;
    ++present;
    pieces = std::max(pieces, std::min(window_.piece, slot.range.length));
  }
  const uint64_t open = whole_ ? std::min<uint64_t>(present, kWholeAhead) : present;
  uint64_t total =
      Reading::kBase + slots_.size() * Reading::kPerSlot + levels_.index_memory() + window_.kept;
  const auto buffers = CheckedMul(whole_ ? present : 0, reading_.format.nbytes);
  const auto in_flight = CheckedMul(2 * pieces, open);
  if (!buffers || !in_flight || *buffers > ~uint64_t{0} / 4)
    return reading_.NeedMemory(~uint64_t{0});
  total += *buffers + *in_flight;
  if (total > reading_.memory) return reading_.NeedMemory(total);
  if (whole_) {  // the shared decoder is counted as chunks are loaded
    whole_memory_ = total;
    return ReadState::kDone;
  }
  for (ShardLevels::Slot& slot : slots_) slot.stream->Start();
  for (ShardLevels::Slot& slot : slots_) {
    switch (slot.stream->MemoryNeeded(each)) {
      case Pull::kBytes:
        break;
      case Pull::kBlocked:
        return ReadState::kBlocked;
      case Pull::kFailed:
        return slot.Fail(reading_);
    }
    total += each;
  }
  return total > reading_.memory ? reading_.NeedMemory(total) : ReadState::kDone;
}

ReadState ChunkGroup::LoadWhole() {
  for (; next_slot_ < slots_.size(); ++next_slot_) {
    const size_t ahead = std::min<size_t>(slots_.size(), next_slot_ + kWholeAhead);
    for (size_t i = next_slot_; i < ahead; ++i) slots_[i].stream->Start();
    ShardLevels::Slot& slot = slots_[next_slot_];
    if (!slot.stored) continue;
    uint64_t decoder = 0;
    Pull p = slot.stream->MemoryNeeded(decoder);
    if (p == Pull::kBytes && decoder > decoder_memory_) {
      decoder_memory_ = decoder;
      if (whole_memory_ + decoder > reading_.memory)
        return reading_.NeedMemory(whole_memory_ + decoder);
    }
    if (p == Pull::kBytes) p = slot.stream->Load(shared_decoder_);
    if (p == Pull::kBlocked) return ReadState::kBlocked;
    if (p == Pull::kFailed) return slot.Fail(reading_);
  }
  return ReadState::kDone;
}

ReadState ChunkGroup::Finish() {
  for (; next_slot_ < slots_.size(); ++next_slot_) {
    ShardLevels::Slot& slot = slots_[next_slot_];
    if (!slot.stored) continue;
    uint64_t trailing = 0;
    Pull p = Pull::kBytes;
    // Only zarr stores its last chunks whole; pieces of a file end with their content.
    if (!reading_.task.document_name.empty())
      p = slot.stream->SkipTo(reading_.format.nbytes, assembler_.scratch());
    if (p == Pull::kBytes) p = slot.stream->Finish(trailing);
    if (p == Pull::kBlocked) return ReadState::kBlocked;
    if (p == Pull::kFailed) return slot.Fail(reading_);
    if (trailing > 0) {
      report::Finding f = ValueFinding(
          reading_.task, reading_.queue, slot.range, slot.range.length - trailing,
          Error{ErrorCode::kInvalid,
                "bytes follow the compressed frame; readers ignore them, the values do "
                "not depend on them",
                {},
                "0 bytes",
                ByteCount(trailing)});
      f.code = report::Code::kTrailingBytes;
      f.severity = report::DefaultSeverity(f.code);
      reading_.warnings.push_back(std::move(f));
    }
  }
  return ReadState::kDone;
}

ReadState ChunkGroup::Survey(Heads& most) {
  Bytes none;
  for (; phase_ < Phase::kMemory; phase_ = static_cast<Phase>(static_cast<int>(phase_) + 1))
    if (const ReadState state = Step(none); state != ReadState::kDone) return state;
  const uint64_t total = Reading::kBase + slots_.size() * (Reading::kPerSlot + 2 * window_.piece) +
                         levels_.index_memory();
  if (total > reading_.memory) return reading_.NeedMemory(total);
  const bool encoded = !reading_.format.codecs.empty();
  if (encoded)
    for (ShardLevels::Slot& slot : slots_) slot.stream->Start();
  for (ShardLevels::Slot& slot : slots_) {
    if (!slot.stored) continue;
    most.range = std::max(most.range, slot.range.length);
    uint64_t decoder = 0;
    const Pull p = encoded ? slot.stream->MemoryNeeded(decoder) : Pull::kBytes;
    if (p == Pull::kBlocked) return ReadState::kBlocked;
    if (p == Pull::kFailed) return slot.Fail(reading_);
    most.decoder = std::max(most.decoder, decoder);
  }
  return ReadState::kDone;
}

OpenCost ChunkGroup::CostOf(const Heads& most) const {
  OpenCost cost{Reading::kBase, Reading::kPerSlot, most.range};
  (whole_ ? cost.fixed : cost.each) += std::min(most.decoder, OpenCost::kMuch);
  if (whole_) cost.each += std::min(reading_.format.nbytes, OpenCost::kMuch);
  levels_.AddCost(cost);
  return cost;
}

}  // namespace leafsum::content
