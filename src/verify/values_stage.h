// Stage 5, for `diff --values` and `verify --against`: reads the leaves that differ once more, both
// sides in step, and compares values: Context::differences.
#pragma once

#include <vector>

#include "evidence/compare.h"
#include "verify/job_stage.h"

namespace leafsum::verify {

class ValuesStage : public JobStage {
 public:
  // `outcomes`: of both scans' records; those that differ in content alone are read.
  ValuesStage(plan::Context& context, const evidence::Comparison& comparison);

 private:
  struct Pair {
    size_t outcome;
    size_t item_a, leaf_a, item_b, leaf_b;
  };
  content::Job MakeJob(const Work& work) override;
  void Take(size_t piece, const content::LeafResult& result) override;
  void Unread(size_t piece, report::Finding finding) override;

  const size_t expected_;  // the scan that is side a
  std::vector<Pair> pairs_;
};

}  // namespace leafsum::verify
