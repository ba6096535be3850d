// The last stage: reads the first bytes of files that were found damaged, so that findings can say
// what stands there instead. It rewords findings but never adds or removes one.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plan/stage.h"

namespace leafsum::verify {

class CauseStage : public plan::ReadingStage {
 public:
  explicit CauseStage(plan::Context& context);
  // Rewords the findings.
  std::string Finish() override;

 private:
  using File = std::pair<size_t, std::string>;  // scan, path
  void OnRead(size_t tag, Bytes bytes) override;
  void OnFailure(size_t tag, Error error) override;
  size_t ScanOf(const report::Finding& finding) const;

  std::map<File, std::string> causes_;
  std::vector<File> asked_;
};

}  // namespace leafsum::verify
