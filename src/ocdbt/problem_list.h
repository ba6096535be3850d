// The problems of a walk: however many a hostile tree has, the same few are kept in any order of
// arrival.
#pragma once

#include <vector>

#include "ocdbt/walk.h"

namespace leafsum::ocdbt {

class ProblemList {
 public:
  void Add(Problem problem);
  void Clear() { problems_.clear(); }
  // Sorted by path and offset, equal ones once, at most kMaxWalkProblems. Errors stay before
  // statistics do.
  std::vector<Problem> Take();

 private:
  void Shrink();
  std::vector<Problem> problems_;
};

}  // namespace leafsum::ocdbt
