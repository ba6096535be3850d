#include "content/run_assembler.h"

#include <algorithm>
#include <cstring>

namespace leafsum::content {

RunAssembler::RunAssembler(Reading& reading, ChunkRuns& runs)
    : reading_(reading),
      runs_(runs),
      needs_normalizing_(zarr::NeedsNormalizing(reading.task.metadata.type, reading.big_endian)) {}

void RunAssembler::Begin(uint64_t first_slot, bool direct) {
  first_slot_ = first_slot;
  direct_ = direct && !needs_normalizing_;
}

bool RunAssembler::NextRun() {
  if (!runs_.NextRun(run_)) return false;
  run_left_ = run_.bytes;
  run_.slot -= first_slot_;
  return true;
}

Pull RunAssembler::PullRun(ChunkStream& stream, uint64_t room, Bytes& bytes) {
  if (run_left_ == run_.bytes && stream.position() < run_.position)
    if (Pull p = stream.SkipTo(run_.position, scratch_); p != Pull::kBytes) return p;
  const Pull p = stream.Next(static_cast<size_t>(std::min(run_left_, room)), scratch_, bytes);
  if (p == Pull::kBytes) run_left_ -= bytes.size();
  return p;
}

ReadState RunAssembler::Stage(const ShardLevels::Slot& slot, Bytes bytes) {
  std::memcpy(staging_.data() + staged_, bytes.data(), bytes.size());
  staged_ += bytes.size();
  // Checks each piece as it comes, so that a bad element is reported in its own chunk. A run has
  // whole elements.
  const ChunkFormat& format = reading_.format;
  const MutableBytes whole =
      MutableBytes(staging_).first(staged_ - staged_ % format.itemsize).subspan(normalized_);
  if (Status s = zarr::NormalizeElements(reading_.task.metadata.type, reading_.big_endian, whole)) {
    const bool as_stored = format.codecs.empty() && format.transpose.empty();
    const uint64_t at = slot.stream->position() - bytes.size() +
                        s->offset.value_or(0);  // only bool fails, whose elements are single bytes
    return reading_.Fail(slot.range, as_stored ? at : 0, *s);
  }
  normalized_ += whole.size();
  return ReadState::kDone;
}

ReadState RunAssembler::Next(std::span<ShardLevels::Slot> slots, Bytes& out) {
  const uint64_t itemsize = reading_.format.itemsize;
  if (scratch_.empty())
    scratch_.resize(
        static_cast<size_t>(std::min<uint64_t>(Reading::kScratch, reading_.format.nbytes)));
  if (!direct_ && staging_.empty())
    staging_.resize(static_cast<size_t>(std::max<uint64_t>(
        std::min<uint64_t>(Reading::kStaging, reading_.task.metadata.nbytes), itemsize)));
  // What is left of the last content given: a part of a cut element.
  if (lent_ > 0) {
    staged_ -= lent_;
    std::memmove(staging_.data(), staging_.data() + lent_, staged_);
    lent_ = 0;
  }
  do {
    if (run_left_ == 0 && !NextRun()) break;
    const uint64_t offset = run_.offset + run_.bytes - run_left_;
    if (staged_ == 0) staged_at_ = offset;
    if (offset != staged_at_ + staged_) break;  // the window's part of the line has ended
    ShardLevels::Slot& slot = slots[static_cast<size_t>(run_.slot)];
    Bytes bytes;
    const uint64_t room = direct_ ? scratch_.size() : staging_.size() - staged_;
    const Pull p = PullRun(*slot.stream, room, bytes);
    if (p == Pull::kFailed) return slot.Fail(reading_);
    if (p == Pull::kBlocked) return ReadState::kBlocked;
    if (direct_) {
      offset_ = offset;
      out = bytes;
      return ReadState::kBytes;
    }
    if (Stage(slot, bytes) == ReadState::kFailed) return ReadState::kFailed;
  } while (staged_ < staging_.size());
  if (staged_ == 0) return ReadState::kDone;
  // Gives whole elements only; the rest of a cut element is kept for the next call.
  lent_ = staged_ - staged_ % itemsize;
  normalized_ = 0;
  out = Bytes(staging_).first(lent_);
  offset_ = staged_at_;
  staged_at_ += lent_;
  return ReadState::kBytes;
}

}  // namespace leafsum::content
