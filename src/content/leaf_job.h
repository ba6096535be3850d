// Turns chunk references into digests: the part of the work that is worth a worker of its own.
//
// The same shape as Verifier, no I/O: Poll gives the reads it wants now, Feed answers them in any
// order. The result is the same bytes for every order of answers and every budget.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "content/abilities.h"
#include "content/job.h"
#include "io/ask.h"

namespace leafsum::content {

class LeafJob {
 public:
  // A serialized Job. `abilities` outlive it.
  LeafJob(Bytes job, const Abilities& abilities);
  ~LeafJob();

  // What to start now, at most `budget` bytes of open reads, but one where nothing is open and
  // neither Done nor Paused. Goes on with what was paused.
  std::vector<Ask> Poll(uint64_t budget);
  void Feed(uint32_t id, Bytes bytes);
  void Fail(uint32_t id, Failure failure, std::string_view why);
  // For hosts that read straight into our memory: room for the answer, then how much of it was
  // filled.
  MutableBytes Reserve(uint32_t id, uint64_t n);
  void Commit(uint32_t id, uint64_t n);

  bool Done() const;
  // It stopped in the middle of content that takes no reads (a fill value may be 16 GiB of it), so
  // that the host can breathe: Poll soon.
  bool Paused() const;
  // Content bytes that went through so far.
  uint64_t progress() const;
  // Serialized LeafResults; valid when Done.
  ByteVector TakeResult() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leafsum::content
