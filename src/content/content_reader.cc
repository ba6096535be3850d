#include "content/content_reader.h"

#include <algorithm>

namespace leafsum::content {

using State = ContentReader::State;

ContentReader::ContentReader(const ArrayTask& task, ReadQueue& queue, uint64_t memory,
                             OnValue on_value)
    : reading_(task, queue, memory),
      reads_all_(on_value),
      runs_(task.metadata.shape, reading_.format.chunk_shape, task.metadata.type.itemsize),
      group_(reading_, runs_, std::move(on_value)) {
  const zarr::ArrayMetadata& m = task.metadata;
  if (runs_.empty()) {
    ended_ = State::kDone;
    return;
  }
  fill_ = FillBlock(m, false);
  if (zarr::NormalizeElements(m.type, false, fill_))
    return;  // reported for the chunk where it stands
  fill_runs_.emplace(m.shape, m.chunk_shape, reading_.format.chunk_shape, m.type.itemsize);
}

void ContentReader::AllowParts(uint64_t budget, MakeParts* make) {
  if (make) parts_ = make(reading_, runs_, group_, budget);
}

uint64_t ContentReader::StartAt(uint64_t position) {
  return reads_all_ || position >= reading_.task.metadata.nbytes ? 0 : runs_.StartAt(position);
}

bool ContentReader::HashesValues(const zarr::ArrayMetadata& m) {
  if (m.codecs.sharding.empty()) return true;
  const zarr::ShardingSpec& spec = m.codecs.sharding[0];
  return spec.codecs.sharding.empty() &&
         zarr::InnerChunkCount(zarr::StoredShape(m.codecs, m.chunk_shape), spec) == 1;
}

// False if the group has to be opened.
bool ContentReader::ReadFill(Bytes& out) {
  if (filling_.bytes == 0) {
    const auto fill =
        fill_runs_ ? fill_runs_->From(runs_.group(), reading_.task.chunks) : std::nullopt;
    if (!fill) return false;
    filling_ = *fill;
  }
  out = Bytes(fill_).first(static_cast<size_t>(std::min<uint64_t>(fill_.size(), filling_.bytes)));
  filling_.bytes -= out.size();
  return true;
}

// Gives a stretch of fill value, or the next content of a group.
State ContentReader::Step(Bytes& out) {
  switch (phase_) {
    case Phase::kFill:
      if (filling_.bytes == 0 && filling_.next_group > 0) {  // the end of a stretch
        runs_.SkipTo(filling_.next_group);
        filling_ = {};
        if (!runs_.NextGroup()) return State::kDone;
      }
      if (ReadFill(out)) return State::kBytes;
      phase_ = Phase::kGroup;
      if (State state = group_.Begin(group_.Whole()); state != State::kDone) return state;
      break;
    case Phase::kParts:
      return parts_->Next(out);
    case Phase::kGroup:
      break;
  }
  return group_.Next(out);
}

State ContentReader::Next(Bytes& out) {
  while (ended_ == State::kBytes) {
    out = {};
    const State state = Step(out);
    if (state == State::kBytes || state == State::kBlocked) return state;
    if (state == State::kNeedsMemory && phase_ == Phase::kGroup && parts_ &&
        parts_->Begin(reading_.memory_needed)) {
      phase_ = Phase::kParts;
      continue;
    }
    if (state != State::kDone || phase_ == Phase::kFill || !runs_.NextGroup())
      return ended_ = state;
    phase_ = Phase::kFill;
  }
  return ended_;
}

}  // namespace leafsum::content
