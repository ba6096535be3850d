// Stage 5, for `diff --values` and `verify --against`: reads the leaves that differ once more, both
// sides in step, and compares values.
#pragma once

#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "evidence/compare.h"
#include "plan/stage.h"

namespace leafsum::verify {

class ValuesStage : public plan::Stage {
 public:
  // `outcomes`: of both scans' records; those that differ in content alone are read.
  ValuesStage(plan::Context& context, const evidence::Comparison& comparison);

  bool Supply(PendingAsks& asks) override;
  bool Done() const override { return queue_.empty() && open_.empty(); }
  void Answer(uint64_t tag, Bytes bytes) override;
  void Failed(uint64_t tag, Error error) override;

  // By index into the comparison's leaves.
  std::map<size_t, content::ValueDifference> TakeDifferences() { return std::move(differences_); }

 private:
  struct Pair {
    size_t outcome;
    size_t item_a, leaf_a, item_b, leaf_b;
    uint64_t memory;
  };
  void Unreadable(const Pair& pair, report::Code code, const std::string& why);

  const size_t expected_;  // the scan that is side a
  std::deque<Pair> queue_;
  std::map<uint64_t, Pair> open_;
  uint64_t next_tag_ = 1;
  std::map<size_t, content::ValueDifference> differences_;
};

}  // namespace leafsum::verify
