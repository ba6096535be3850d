// One stage of a Verifier. A stage owns its state, turns answers into values in the Context and
// into new wants, and knows no other stage. Verifier::kSteps has the order of the stages.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "content/job.h"
#include "io/pending_asks.h"
#include "plan/scan.h"

namespace leafsum::plan {

class Stage {
 public:
  explicit Stage(Context& context) : context_(context) {}
  virtual ~Stage() = default;

  // The answer to what was wanted under `tag`; Fail says why there is none.
  virtual void Answer(uint64_t tag, Bytes bytes) = 0;
  virtual void Failed(uint64_t tag, Error error) = 0;
  // Queues the next ask in `asks` under its tag; false if there is nothing to ask for now.
  virtual bool Supply(PendingAsks& asks) = 0;
  virtual bool Done() const = 0;
  // Called once done: moves what is known only now to the Context. Returns a usage error, or "".
  virtual std::string Finish() { return {}; }

 protected:
  Ask AskFor(content::Job& job) const;
  Context& context_;
};

// A stage that reads files and ranges: a queue of wants, each with a tag that the stage chooses.
class ReadingStage : public Stage {
 public:
  using Stage::Stage;
  bool Supply(PendingAsks& asks) override;
  bool Done() const override { return wanted_.empty() && open_ == 0; }
  void Answer(uint64_t tag, Bytes bytes) final {
    --open_;
    OnRead(static_cast<size_t>(tag), bytes);
  }
  void Failed(uint64_t tag, Error error) final {
    --open_;
    OnFailure(static_cast<size_t>(tag), std::move(error));
  }

 protected:
  virtual void OnRead(size_t tag, Bytes bytes) = 0;
  virtual void OnFailure(size_t tag, Error error) = 0;
  void WantFile(const Scan& scan, const std::string& path, uint64_t limit, uint64_t tag);
  // `whole`: a file of at most this size will be read whole next, so a host may do both at once.
  void WantSize(const Scan& scan, const std::string& path, uint64_t whole, uint64_t tag);
  void WantRange(const Scan& scan, const std::string& path, uint64_t offset, uint64_t length,
                 uint64_t tag);

 private:
  std::deque<std::pair<Ask, uint64_t>> wanted_;
  uint64_t open_ = 0;
};

}  // namespace leafsum::plan
