// One stage of a Verifier. A stage owns its state, turns answers into values in the Context and new
// wants, and knows no other stage; their order is in Verifier::kSteps.
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

  // The answer to what was wanted under `tag`, or why there is none.
  virtual void Answer(uint64_t tag, Bytes bytes) = 0;
  virtual void Failed(uint64_t tag, Error error) = 0;
  // The next thing to ask for: queued in `asks` under its tag; false where there is none now.
  virtual bool Supply(PendingAsks& asks) = 0;
  virtual bool Done() const = 0;
  // Once done: what it knows only then goes to the Context. What it gives is a usage error, "" if
  // none.
  virtual std::string Finish() { return {}; }

 protected:
  Ask AskFor(content::Job& job) const;
  Context& context_;
};

// A stage that reads files and ranges: a queue of wants, each with a number of the stage's own.
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
  // `whole`: it will be read whole if it has at most so many bytes, which a host may do at once.
  void WantSize(const Scan& scan, const std::string& path, uint64_t whole, uint64_t tag);
  void WantRange(const Scan& scan, const std::string& path, uint64_t offset, uint64_t length,
                 uint64_t tag);

 private:
  std::deque<std::pair<Ask, uint64_t>> wanted_;
  uint64_t open_ = 0;
};

}  // namespace leafsum::plan
