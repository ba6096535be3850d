// A stage that hands out jobs. Its state is a list of pieces (a leaf, a draw, a file); a job has
// one piece or a few in a row. This class keeps the waiting work, the work under way, and what
// workers still owe.
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
  // Tags of a stage that runs beside the others have this bit, so that answers find their stage.
  static constexpr uint64_t kBeside = uint64_t{1} << 63;

  bool Supply(PendingAsks& asks) override;
  bool Done() const override { return queue_.empty() && open_.empty(); }
  void Answer(uint64_t tag, Bytes bytes) final;
  void Failed(uint64_t tag, Error error) final;

 protected:
  // Texts for findings: a worker gave no result; a worker failed (the reason follows); the name of
  // a piece that needs too much memory.
  struct Texts {
    std::string_view no_result, failed, takes;
  };
  JobStage(plan::Context& context, const Texts& texts, uint64_t tags = 0)
      : plan::Stage(context), texts_(texts), next_tag_(tags + 1) {}

  // The pieces of one job, and the memory that it may take.
  struct Work {
    size_t begin, end;
    uint64_t memory;
    uint32_t number = 0;  // number of the job's first task
  };
  void Push(const Work& work) { queue_.push_back(work); }
  size_t num_open() const { return open_.size(); }
  void PushFirst(const Work& work) { queue_.push_front(work); }
  // Adds the next piece: up to `most` small ones share a job, unless the piece goes `apart`.
  void Gather(size_t piece, uint64_t bytes, uint64_t memory, size_t most, bool apart = false);
  // Adds a task for raw bytes of one of the job's files.
  static void AddStream(content::Job& job, uint32_t leaf, uint32_t source, uint32_t file,
                        uint64_t offset, uint64_t length);

  // Makes the job of a work, its tasks numbered in a row. A job without tasks is not handed out.
  virtual content::Job MakeJob(const Work& work) = 0;
  // Takes `results` as the worker gave them, perhaps too few. By default each task is one piece.
  virtual void TakeAll(const Work& work, const std::vector<content::LeafResult>& results);
  virtual void Take(size_t piece, const content::LeafResult& result) = 0;
  virtual void Unread(size_t piece, report::Finding finding) = 0;

  // Whether the piece will run again with a larger grant.
  bool RunsAgain(size_t piece, uint64_t grant, uint64_t needed);
  void NoResult(size_t piece);
  // The finding of a piece that needs more memory than there is.
  report::Finding TooLarge(uint64_t needed) const;

 private:
  const Texts texts_;
  std::deque<Work> queue_;
  std::map<uint64_t, Work> open_;  // by tag
  uint64_t next_tag_;
  uint64_t gathered_ = 0;  // bytes of the last waiting job
};

}  // namespace leafsum::verify
