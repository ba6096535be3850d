// A stage that hands out jobs. Its state is a list of pieces (a leaf, a draw, a file), of which a
// job has one or a few in a row; what waits, what is under way and what a worker owes is here.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plan/stage.h"

namespace leafsum::verify {

class JobStage : public plan::Stage {
 public:
  bool Supply(PendingAsks& asks) final;
  bool Done() const override { return queue_.empty() && open_.empty(); }
  void Answer(uint64_t tag, Bytes bytes) final;
  void Failed(uint64_t tag, Error error) final;

 protected:
  // What findings say: that a worker gave no result; that it failed, with why behind it; of what it
  // is that it takes too much memory.
  struct Texts {
    std::string_view no_result, failed, takes;
  };
  JobStage(plan::Context& context, const Texts& texts) : plan::Stage(context), texts_(texts) {}

  // Pieces that are one job, and what it may take.
  struct Work {
    size_t begin, end;
    uint64_t memory;
    uint32_t number = 0;  // of the job's first task
  };
  void Push(const Work& work) { queue_.push_back(work); }
  void PushFirst(const Work& work) { queue_.push_front(work); }
  // The piece behind the last one: small ones travel together, at most `most`, unless it goes
  // apart.
  void Gather(size_t piece, uint64_t bytes, uint64_t memory, size_t most, bool apart = false);
  // A task for bytes of the job's files, as they lie there.
  static void AddStream(content::Job& job, uint32_t leaf, uint32_t source, uint32_t file,
                        uint64_t offset, uint64_t length);

  // Its tasks are numbered in a row. Without a task there is nothing to ask.
  virtual content::Job MakeJob(const Work& work) = 0;
  // `results`: as the worker gave them, which may be none. As it stands here, a task is a piece.
  virtual void TakeAll(const Work& work, const std::vector<content::LeafResult>& results);
  virtual void Take(size_t piece, const content::LeafResult& result) = 0;
  virtual void Unread(size_t piece, report::Finding finding) = 0;

  // Whether the piece will be run again, with a larger grant.
  bool RunsAgain(size_t piece, uint64_t grant, uint64_t needed);
  void NoResult(size_t piece);
  // That the piece needs more than there is.
  report::Finding TooLarge(uint64_t needed) const;

 private:
  const Texts texts_;
  std::deque<Work> queue_;
  std::map<uint64_t, Work> open_;  // by tag
  uint64_t next_tag_ = 1;
  uint64_t gathered_ = 0;  // bytes of the last job that waits
};

}  // namespace leafsum::verify
