#include "content/leaf_job.h"

#include <algorithm>
#include <cstring>

#include "content/leaf_runner.h"

namespace leafsum::content {
namespace {

// Not counted against the grant: the size up to which small leaves share a job.
constexpr uint64_t kTogether = 4 << 20;

}  // namespace

struct LeafJob::State {
  Job job;
  const Abilities& abilities;
  ReadQueue queue;
  std::unique_ptr<LeafRunner> runner;
  size_t next = 0;
  std::vector<LeafResult> results;
  uint64_t finished_progress = 0;
  // Content whose SHA-256 is made together at the end, indexed like `results`.
  std::vector<ByteVector> contents;
  std::vector<size_t> owners;
  uint64_t room = 0;  // bytes that `contents` may still take

  State(Job j, const Abilities& a) : job(std::move(j)), abilities(a), queue(job.files) {
    if (!abilities.sha256 && HashesTogether(job)) room = kTogether;
  }

  // Runs one task after another: reads go ahead within a task, and workers run jobs side by side.
  void Advance() {
    for (;;) {
      if (!runner) {
        if (next == job.tasks.size()) return Finish();
        const LeafTask& task = job.tasks[next];
        const uint64_t nbytes = task.array.metadata.nbytes;
        const bool keep = task.WantsSha256() && nbytes <= room;
        if (keep) room -= nbytes;
        runner = MakeRunner(task, {queue, job.memory, job.budget, abilities, keep});
      }
      if (!runner->Advance()) return;
      finished_progress += runner->progress();
      results.push_back(std::move(runner->result()));
      // The runner read its content and kept it.
      if (const LeafResult& r = results.back();
          job.tasks[next].WantsSha256() && r.complete && r.blake3 && !r.sha256) {
        owners.push_back(results.size() - 1);
        contents.push_back(runner->TakeContent());
      }
      runner.reset();
      ++next;
    }
  }

  void Finish() {
    std::vector<hash::Digest> digests;
    if (abilities.sha256_of_all) digests = abilities.sha256_of_all(contents);
    for (size_t i = 0; i < owners.size(); ++i)
      results[owners[i]].sha256 =
          abilities.sha256_of_all ? digests[i] : hash::Sha256Of(contents[i]);
    contents.clear();
    owners.clear();
  }
};

LeafJob::LeafJob(Bytes bytes, const Abilities& abilities) {
  Result<Job> job = ParseJob(bytes);
  // A job comes from our own Verifier. A job that cannot be read has no tasks, and the Verifier
  // notices that results are missing.
  state_ = std::make_unique<State>(job ? std::move(*job) : Job{}, abilities);
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

}  // namespace leafsum::content
