#include "codec/decoder_chain.h"

namespace leafsum::codec {

DecoderChain::DecoderChain(std::vector<std::unique_ptr<Decoder>> stages, size_t head_reaches,
                           uint64_t fixed_memory)
    : stages_(stages.size()),
      head_reaches_(head_reaches),
      fixed_memory_(fixed_memory),
      alive_(stages.size()) {
  for (size_t i = 0; i < stages.size(); ++i) stages_[i].decoder = std::move(stages[i]);
}

Progress DecoderChain::Decode(Bytes in, bool last, MutableBytes out) {
  Progress total;
  bool moved = true;
  while (moved) {
    moved = false;
    for (size_t i = 0; i < alive_; ++i) moved |= Step(i, in, last, out, total);
    if (failure_ && (alive_ == 0 || stages_[alive_ - 1].done)) {
      total.error = failure_;
      return total;
    }
    // The last stage is done only when its input has ended, hence when every stage before it is
    // done.
    total.done = stages_.back().done;
    if (total.done) {
      total.trailing = trailing_;
      return total;
    }
  }
  return total;
}

bool DecoderChain::Step(size_t i, Bytes in, bool last, MutableBytes out, Progress& total) {
  Stage& stage = stages_[i];
  const bool gives_content = i + 1 == stages_.size();
  if (failure_ && i + 1 == alive_) stage.begin = stage.end;  // no stage takes it any more
  if (stage.done || stage.begin != stage.end) return false;

  Stage* before = i == 0 ? nullptr : &stages_[i - 1];
  const Bytes input =
      before ? Bytes(before->buffer).subspan(before->begin, before->end - before->begin)
             : in.subspan(total.consumed);
  const bool input_ends = before ? before->done : last;
  if (!gives_content && stage.buffer.empty()) stage.buffer.resize(kChainBuffer);
  const MutableBytes room =
      gives_content ? out.subspan(total.produced) : MutableBytes(stage.buffer);

  const Progress p = stage.decoder->Decode(input, input_ends, room);
  (before ? before->begin : total.consumed) += p.consumed;
  if (gives_content) {
    total.produced += p.produced;
  } else {
    stage.begin = 0;
    stage.end = p.produced;
  }
  if (p.error) {
    alive_ = i;
    if (failure_ &&
        p.error->code == ErrorCode::kLimit) {  // not the cause, only the end of the search for it
      alive_ = 0;
      return true;
    }
    failure_ = p.error;
    if (before) failure_->offset.reset();  // it counts bytes that are stored nowhere
    return true;
  }
  stage.done = p.done;
  trailing_ += p.trailing;
  return p.consumed != 0 || p.produced != 0 || p.done;
}

void DecoderChain::Reset() {
  for (Stage& stage : stages_) {
    stage.decoder->Reset();
    stage.done = false;
    stage.begin = stage.end = 0;
  }
  trailing_ = 0;
  alive_ = stages_.size();
  failure_.reset();
}

std::optional<uint64_t> DecoderChain::MemoryNeeded(Bytes head) const {
  const uint64_t fixed = fixed_memory_ + (stages_.size() - 1) * uint64_t{kChainBuffer};
  if (head_reaches_ == stages_.size()) return fixed;
  const auto known = stages_[head_reaches_].decoder->MemoryNeeded(head);
  if (!known) return std::nullopt;
  return fixed + *known;
}

}  // namespace leafsum::codec
