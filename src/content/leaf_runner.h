// One task of a job: from chunk references to a LeafResult. Each kind of task has a runner.
#pragma once

#include <memory>

#include "content/abilities.h"
#include "content/content_reader.h"
#include "content/job.h"
#include "content/read_queue.h"

namespace leafsum::content {

class LeafRunner {
 public:
  // What a runner works with.
  struct Means {
    ReadQueue& queue;
    uint64_t memory;  // the most that the runner may take
    uint64_t budget;  // the upper bound of every grant
    const Abilities& abilities;
    // Keep the content as well, outside the grant, so that its SHA-256 can be made together with
    // others.
    bool keeps_content;

    // Opens a reader with 1 / `share` of the memory.
    std::unique_ptr<ContentReader> Open(const ArrayTask& array, uint64_t share,
                                        ContentReader::OnValue on_value) const;
  };
  virtual ~LeafRunner() = default;

  // Goes on as far as the bytes at hand allow, or until it is time to pause; true once the result
  // is ready.
  bool Advance() {
    paused_ = false;
    since_pause_ = 0;
    return Run();
  }
  bool paused() const { return paused_; }
  LeafResult& result() { return result_; }
  uint64_t progress() const { return progress_; }
  // The content that was kept (Means::keeps_content).
  virtual ByteVector TakeContent() { return {}; }

 protected:
  LeafRunner(const LeafTask& task, const Means& means) : array_(task.array), means_(means) {
    result_.leaf = task.leaf;
  }

  virtual bool Run() = 0;
  // Counts `bytes` of content as processed; true if it is time to pause.
  bool Went(uint64_t bytes);
  void Fail(report::Finding finding);

  const ArrayTask& array_;
  const Means means_;
  LeafResult result_;
  uint64_t progress_ = 0;

 private:
  uint64_t since_pause_ = 0;
  bool paused_ = false;
};

// `task`, and what `means` refers to, must outlive the runner.
std::unique_ptr<LeafRunner> MakeRunner(const LeafTask& task, const LeafRunner::Means& means);

}  // namespace leafsum::content
