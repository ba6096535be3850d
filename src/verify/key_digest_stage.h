// KeyDigest, for `ls --keys --digest`: the digest of every value of every store. Inline values are
// hashed here. The others become jobs, like leaves: uint8[length] in one chunk.
#pragma once

#include <vector>

#include "verify/job_stage.h"

namespace leafsum::verify {

class KeyDigestStage : public JobStage {
 public:
  explicit KeyDigestStage(plan::Context& context);

 private:
  struct Value {
    uint32_t scan, item, entry;
  };
  content::Job MakeJob(const Work& work) override;
  void Take(size_t piece, const content::LeafResult& result) override;
  void Unread(size_t piece, report::Finding finding) override;
  void Report(const Value& value, const Error& error);

  std::vector<Value> values_;  // the values in files
};

}  // namespace leafsum::verify
