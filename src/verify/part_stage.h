// Takes the place of hashing for `cat` and `match`: reads parts of some leaves and gives their
// content to the host's sink. With a lockfile, checks the parts against its blocks or, if a whole
// leaf is read, its digest.
#pragma once

#include <vector>

#include "evidence/lockfile.h"
#include "verify/job_stage.h"

namespace leafsum::verify {

class PartStage : public JobStage {
 public:
  // `lock`: null to compare nothing. Parts are numbered in one sequence over all requests; these
  // are the sink's task numbers.
  PartStage(plan::Context& context, const evidence::Lockfile* lock);

 private:
  struct Part {
    uint32_t number;
    size_t item, leaf;
    const plan::ReadPart* part;
    const evidence::LeafRecord* expected;  // null to compare nothing
  };
  void Plan(const plan::ReadRequest& request, const evidence::Lockfile* lock,
            uint32_t first_number);
  const evidence::LeafRecord* Expected(const plan::ItemScan& item, plan::LeafPlan& leaf,
                                       const evidence::Lockfile& lock);
  content::Job MakeJob(const Work& work) override;
  void Take(size_t piece, const content::LeafResult& result) override;
  void Unread(size_t piece, report::Finding finding) override;
  void Check(const Part& part, const content::LeafResult& result);
  void Add(const Part& part, report::Finding finding);
  void NotRead(const Part& part);

  std::vector<Part> parts_;
};

}  // namespace leafsum::verify
