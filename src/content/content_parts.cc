// ContentReader's groups that exceed the budget (read_plan.h). core.wasm has no_content_parts.cc
// instead: such jobs are codecs.wasm's, as rare as those of rare codecs.
#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "content/content_reader.h"
#include "hash/blake3_tree.h"

namespace leafsum::content {
namespace {

using State = ContentReader::State;

constexpr uint64_t kSurveyed = 64;  // chunks whose heads are read at a time
constexpr uint64_t kMaxSlots =
    1 << 20;  // in a group that is read in parts: each costs some work in each pass
constexpr uint64_t kMuch =
    uint64_t{1} << 38;  // what no budget holds, and a sum of kMaxSlots of it is still a number

}  // namespace

void ContentReader::AllowValues(uint64_t begin, uint64_t alignment) {
  static_assert(kStaging == kMaxUnit);  // units are whole in what is staged
  if (kStaging % format_.itemsize != 0) return;
  begin_ = begin;
  alignment_ = begin | alignment;
}

// Of the group, or of the window that was to be opened.
State ContentReader::TooMuch(uint64_t bytes) {
  const bool shrinks = mode_ == Mode::kSurvey && window_ > 1;
  const bool begins = mode_ == Mode::kWhole && bytes > budget_ && budget_ > 0 &&
                      runs_.slots() > 1 && runs_.slots() <= kMaxSlots;
  if (!shrinks && !begins) return NeedMemory(bytes);
  if (begins) {
    most_decoder_ = most_range_ = 0;
    last_pass_ = false;
    for (auto& [index, value] : levels_[0].values)
      value.hash = {};  // it may have begun with all at once
  }
  window_ = begins ? kSurveyed : window_ / 2;
  mode_ = Mode::kSurvey;
  slot_piece_ = codec::kHeadBytes;
  phase_ = Phase::kOpen;
  next_slot_ = 0;
  return State::kBytes;
}

State ContentReader::MakePlan() {
  OpenCost cost{kBase, kPerSlot, most_range_};
  (whole_ ? cost.fixed : cost.each) += std::min(most_decoder_, kMuch);
  if (whole_) cost.each += std::min(format_.nbytes, kMuch);
  if (sharded()) {
    // Shards are read through along the last axis that is cut; what shares one along others is not
    // counted on.
    size_t q = format_.chunk_shape.size() - 1;
    while (q > 0 && format_.chunk_shape[q] == task_.metadata.shape[q]) --q;
    for (const Level& level : levels_)
      if (level.sharding) cost.index += std::min(level.index_size.value_or(kMuch), kMuch) * 3;
    cost.in_shard = levels_.end()[-2].shape[q] / format_.chunk_shape[q];
  }
  plan_ = PlanRead({runs_.columns(), runs_.lines(), runs_.line_bytes(), runs_.run_bytes()}, cost,
                   budget_, alignment_);
  if (plan_.passes > kMaxPasses) return NeedMemory(std::max(plan_.memory, budget_ + 1));
  if (plan_.memory > memory_) return NeedMemory(plan_.memory);
  mode_ = Mode::kParts;
  window_ = plan_.columns;
  slot_piece_ = OpenCost::Piece(window_);
  unit_ = plan_.unit;
  pass_ = 0;
  last_pass_ = plan_.passes == 1;
  kept_.resize(static_cast<size_t>(KeptBytes(plan_.lines * runs_.line_bytes(), unit_)));
  return State::kBytes;
}

// kDone: the window is to be opened. Else this pass reads nothing of it.
State ContentReader::OpenWindow(uint64_t& slots) {
  opened_ = std::min(window_, slots - first_slot_);
  if (mode_ == Mode::kParts) {
    opened_ = std::min(opened_, runs_.columns() - first_slot_ % runs_.columns());
    runs_.Narrow(first_slot_, opened_, pass_ * plan_.lines, (pass_ + 1) * plan_.lines);
    if (!NextRun()) {
      if (!last_pass_) return NextWindow();
      run_.position = format_.nbytes;  // where each chunk is looked at to its end
    }
  }
  slots = opened_;
  return State::kDone;
}

// Heads alone.
State ContentReader::Survey() {
  const uint64_t total = kBase + slots_.size() * (kPerSlot + 2 * slot_piece_) + index_memory_;
  if (total > memory_) return TooMuch(total);
  const bool encoded = !format_.codecs.empty();
  for (Slot& slot : slots_)
    if (slot.stored && encoded) slot.stream->Start();
  for (Slot& slot : slots_) {
    if (!slot.stored) continue;
    most_range_ = std::max(most_range_, slot.range.length);
    uint64_t decoder = 0;
    const Pull p = encoded ? slot.stream->MemoryNeeded(decoder) : Pull::kBytes;
    if (p == Pull::kBlocked) return State::kBlocked;
    if (p == Pull::kFailed) return FailSlot(slot);
    most_decoder_ = std::max(most_decoder_, decoder);
  }
  return State::kDone;
}

// kDone: it goes on as with all at once.
State ContentReader::EndPhase() {
  if (mode_ == Mode::kSurvey && phase_ == Phase::kMemory) return NextWindow();
  if (mode_ == Mode::kParts && phase_ == Phase::kSlots)
    for (Slot& slot : slots_)
      if (slot.stored && !slot.value->hashed_by_slot) slot.stream->Seek(run_.position);
  if (mode_ == Mode::kParts &&
      (phase_ == Phase::kValues || (phase_ == Phase::kRuns && !last_pass_)))
    return NextWindow();
  if (phase_ != Phase::kKept) return State::kDone;
  phase_ = Phase::kOpen;
  if (++pass_ < plan_.passes) {
    last_pass_ = pass_ + 1 == plan_.passes;
    return State::kBytes;
  }
  mode_ = Mode::kWhole;
  unit_ = 1;
  slot_piece_ = piece_;
  kept_ = ByteVector();
  phase_ = Phase::kValues;  // the group ends
  return State::kDone;
}

State ContentReader::NextWindow() {
  first_slot_ += opened_;
  phase_ = Phase::kOpen;
  if (first_slot_ < runs_.slots()) return State::kBytes;
  first_slot_ = 0;
  if (mode_ == Mode::kSurvey) return MakePlan();
  phase_ = Phase::kKept;
  given_ = 0;
  return State::kBytes;
}

void ContentReader::Keep(uint64_t offset, Bytes bytes) {
  const uint64_t at = offset - pass_ * plan_.lines * runs_.line_bytes();
  uint8_t* to = kept_.data() + KeptBytes(at, unit_);
  if (unit_ == 1) {
    std::memcpy(to, bytes.data(), bytes.size());
    return;
  }
  for (uint64_t first = begin_ + runs_.Begin() + offset; !bytes.empty();
       first += unit_, to += hash::kBlockValueSize) {
    const hash::ChainingValue value =
        hash::SubtreeValue(bytes.first(static_cast<size_t>(unit_)), first / hash::kChunkLen);
    std::memcpy(to, value.data(), value.size());
    bytes = bytes.subspan(static_cast<size_t>(unit_));
  }
}

State ContentReader::GiveKept(Bytes& out, bool& has_bytes) {
  const uint64_t lines = std::min(plan_.lines, runs_.lines() - pass_ * plan_.lines);
  const auto all = static_cast<size_t>(KeptBytes(lines * runs_.line_bytes(), unit_));
  out = Bytes(kept_).first(all).subspan(given_).first(std::min(kScratch, all - given_));
  given_ += out.size();
  has_bytes = !out.empty();
  return has_bytes ? State::kBytes : State::kDone;
}

uint64_t ContentReader::HashValues(Bytes values, uint64_t position, uint64_t skip, uint64_t end,
                                   hash::BlockHasher& hasher) const {
  const uint64_t content = ContentOf(values.size(), unit_);
  const uint64_t from = std::clamp(skip, position, position + content),
                 to = std::clamp(end, from, position + content);
  hasher.UpdateValues(values.first(static_cast<size_t>(KeptBytes(to - position, unit_)))
                          .subspan(static_cast<size_t>(KeptBytes(from - position, unit_))),
                      unit_);
  return content;
}

}  // namespace leafsum::content
