// Decoded bytes become content: run by run from the chunk that each lies in, in staging where
// chunks interleave or elements have to be looked at.
#include <algorithm>
#include <cstring>

#include "content/content_reader.h"

namespace leafsum::content {
namespace {

using State = ContentReader::State;

}  // namespace

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

}  // namespace leafsum::content
