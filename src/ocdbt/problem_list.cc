#include "ocdbt/problem_list.h"

#include <algorithm>
#include <tuple>

#include "base/limits.h"
#include "base/sort.h"

namespace leafsum::ocdbt {
namespace {

auto Place(const Problem& p) {
  return std::tie(p.path, p.offset, p.error.code, p.error.offset, p.error.message, p.error.expected,
                  p.error.actual, p.hostile_path, p.statistics);
}

}  // namespace

void ProblemList::Add(Problem problem) {
  problems_.push_back(std::move(problem));
  if (problems_.size() >= 2 * kMaxWalkProblems) Shrink();
}

void ProblemList::Shrink() {
  auto worth_more = [](const Problem& a, const Problem& b) {
    return a.statistics != b.statistics ? b.statistics : Place(a) < Place(b);
  };
  auto same = [](const Problem& a, const Problem& b) { return Place(a) == Place(b); };
  StableSort(problems_, worth_more);
  problems_.erase(std::unique(problems_.begin(), problems_.end(), same), problems_.end());
  if (problems_.size() > kMaxWalkProblems)
    problems_.erase(problems_.begin() + kMaxWalkProblems, problems_.end());
}

std::vector<Problem> ProblemList::Take() {
  Shrink();
  StableSort(problems_, [](const Problem& a, const Problem& b) { return Place(a) < Place(b); });
  return std::exchange(problems_, {});
}

}  // namespace leafsum::ocdbt
