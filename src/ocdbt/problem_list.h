// The problems of a walk. However many a hostile tree has, the same few are kept for every order of
// arrival.
#pragma once

#include <vector>

#include "ocdbt/walk.h"

namespace leafsum::ocdbt {

class ProblemList {
 public:
  void Add(Problem problem);
  void Clear() { problems_.clear(); }
  // The problems sorted by path and offset, each once, at most kMaxWalkProblems. If some must go,
  // statistics go before errors.
  std::vector<Problem> Take();

 private:
  void Shrink();
  std::vector<Problem> problems_;
};

}  // namespace leafsum::ocdbt
