#include "verify/leaf_job.h"

#include <algorithm>
#include <cstring>

#include "verify/leaf_runner.h"

namespace leafsum::verify {

struct LeafJob::State {
  Job job;
  ReadQueue queue;
  std::unique_ptr<LeafRunner> runner;
  size_t next = 0;
  std::vector<LeafResult> results;
  uint64_t finished_progress = 0;

  explicit State(Job j) : job(std::move(j)), queue(job.files) {}

  // One task after the other: within a task reads go ahead, and workers run jobs side by side.
  void Advance() {
    for (;;) {
      if (!runner) {
        if (next == job.tasks.size()) return;
        runner = std::make_unique<LeafRunner>(job.tasks[next], queue, job.memory, job.budget);
      }
      if (!runner->Advance()) return;
      finished_progress += runner->progress();
      results.push_back(std::move(runner->result()));
      runner.reset();
      ++next;
    }
  }
};

LeafJob::LeafJob(Bytes bytes) {
  Result<Job> job = ParseJob(bytes);
  // A job comes from our own Verifier; one that cannot be read has no tasks, and the Verifier
  // notices that the results are missing.
  state_ = std::make_unique<State>(job ? std::move(*job) : Job{});
  state_->Advance();
}

LeafJob::~LeafJob() = default;

std::vector<Ask> LeafJob::Poll(uint64_t budget) {
  if (Paused()) state_->Advance();
  return state_->queue.Poll(budget);
}

bool LeafJob::Paused() const { return state_->runner && state_->runner->paused(); }

MutableBytes LeafJob::Reserve(uint32_t id, uint64_t n) { return state_->queue.Reserve(id, n); }

void LeafJob::Commit(uint32_t id, uint64_t n) {
  if (state_->queue.Commit(id, n)) state_->Advance();
}

void LeafJob::Feed(uint32_t id, Bytes bytes) {
  MutableBytes room = Reserve(id, bytes.size());
  if (!bytes.empty()) std::memcpy(room.data(), bytes.data(), bytes.size());
  Commit(id, bytes.size());
}

void LeafJob::Fail(uint32_t id, Failure failure, std::string_view why) {
  if (state_->queue.Fail(id, failure, why)) state_->Advance();
}

bool LeafJob::Done() const { return !state_->runner && state_->next == state_->job.tasks.size(); }

uint64_t LeafJob::progress() const {
  return state_->finished_progress + (state_->runner ? state_->runner->progress() : 0);
}

ByteVector LeafJob::TakeResult() const { return Serialize(state_->results); }

}  // namespace leafsum::verify
