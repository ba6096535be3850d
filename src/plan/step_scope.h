// Which files of a root belong to a step that was not read: nothing is said of these.
#pragma once

#include <set>
#include <string_view>

#include "plan/scan.h"

namespace leafsum::plan {

class StepScope {
 public:
  // Once the layout is known; views into it.
  explicit StepScope(const orbax::Layout& layout);
  bool Holds(std::string_view path) const {
    return others_.empty() || !others_.contains(path.substr(0, path.find('/')));
  }

 private:
  std::set<std::string_view>
      others_;  // directories right in the root, or files, of other steps, finished or not
};

}  // namespace leafsum::plan
