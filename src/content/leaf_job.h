// Turns chunk references into digests: the work that is worth a worker thread.
//
// It has the shape of Verifier and does no I/O: Poll gives the reads that it wants now, Feed
// answers them in any order. The result is the same bytes for every order of answers and every
// budget.
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
  // `job` is a serialized Job. `abilities` must outlive the LeafJob.
  LeafJob(Bytes job, const Abilities& abilities);
  ~LeafJob();

  // The reads to start now, up to `budget` bytes of open reads; at least one if none is open and
  // the job is neither Done nor Paused. Resumes paused work.
  std::vector<Ask> Poll(uint64_t budget);
  void Feed(uint32_t id, Bytes bytes);
  void Fail(uint32_t id, Failure failure, std::string_view why);
  // For hosts that read straight into our memory: gives room for the answer; Commit then says how
  // much of it was filled.
  MutableBytes Reserve(uint32_t id, uint64_t n);
  void Commit(uint32_t id, uint64_t n);

  bool Done() const;
  // The job stopped amid content that needs no reads (a fill value may stand for 16 GiB), so that
  // the host can do other things: call Poll soon.
  bool Paused() const;
  // The bytes of content processed so far.
  uint64_t progress() const;
  // Serialized LeafResults; valid when Done.
  ByteVector TakeResult() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leafsum::content
