// Values, for `diff --values` and `verify --against`: reads the leaves that differ again, both
// sides in step, and compares their values. Fills Context::differences.
#pragma once

#include <vector>

#include "evidence/compare.h"
#include "verify/job_stage.h"

namespace leafsum::verify {

class ValuesStage : public JobStage {
 public:
  // `comparison` is of the records of both scans. Leaves that differ only in content are read.
  ValuesStage(plan::Context& context, const evidence::Comparison& comparison);

 private:
  struct Pair {
    size_t outcome;
    size_t item_a, leaf_a, item_b, leaf_b;
  };
  content::Job MakeJob(const Work& work) override;
  void Take(size_t piece, const content::LeafResult& result) override;
  void Unread(size_t piece, report::Finding finding) override;

  const size_t expected_;  // which scan is side a
  std::vector<Pair> pairs_;
};

}  // namespace leafsum::verify
