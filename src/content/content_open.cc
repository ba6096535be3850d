// A group of chunks is opened: which values it has, what its streams will take, and whether that
// fits the grant.
#include <algorithm>

#include "base/checked.h"
#include "content/content_reader.h"

namespace leafsum::content {
namespace {

using State = ContentReader::State;

constexpr uint64_t kWholeAhead = 8;  // whole chunks read ahead

}  // namespace

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
      auto ref =
          std::lower_bound(task_.chunks.begin(), task_.chunks.end(), index,
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

}  // namespace leafsum::content
