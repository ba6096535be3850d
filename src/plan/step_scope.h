// Tells which files of a root belong to a step that was not read. Nothing is reported about them.
#pragma once

#include <set>
#include <string_view>

#include "plan/scan.h"

namespace leafsum::plan {

class StepScope {
 public:
  // Make it once the layout is known; it keeps views into the layout.
  explicit StepScope(const orbax::Layout& layout);
  bool Holds(std::string_view path) const {
    return others_.empty() || !others_.contains(path.substr(0, path.find('/')));
  }

  size_t NumOthers() const { return others_.size(); }

 private:
  std::set<std::string_view>
      others_;  // files and directories directly in the root that are other steps, finished or not
};

}  // namespace leafsum::plan
