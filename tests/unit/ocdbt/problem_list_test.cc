#include "ocdbt/problem_list.h"

#include "base/limits.h"
#include "support/catch.h"
#include "support/random.h"

using namespace leafsum;
using namespace leafsum::ocdbt;

namespace {

Problem Make(std::string path, uint64_t offset, bool statistics = false) {
  Problem p;
  p.path = std::move(path);
  p.offset = offset;
  p.statistics = statistics;
  return p;
}

}  // namespace

TEST_CASE("Problems are sorted by path and offset, equal ones once") {
  ProblemList list;
  list.Add(Make("b", 1));
  list.Add(Make("a", 10));
  list.Add(Make("a", 9));
  list.Add(Make("b", 1));
  Problem without = Make("b", 0);
  without.offset.reset();
  list.Add(without);
  const auto out = list.Take();
  REQUIRE(out.size() == 4);
  CHECK(out[0].offset == 9);
  CHECK(out[1].offset == 10);
  CHECK_FALSE(out[2].offset);
  CHECK(out[3].path == "b");
  CHECK(list.Take().empty());
}

TEST_CASE("The same problems are kept in any order, errors before statistics") {
  std::vector<Problem> all;
  for (uint64_t i = 0; i < 3 * kMaxWalkProblems; ++i) all.push_back(Make("n", i, i % 2 == 0));
  for (uint64_t seed = 0; seed < 5; ++seed) {
    test::Random(seed).Shuffle(all);
    ProblemList list;
    for (const Problem& p : all) list.Add(p);
    const auto out = list.Take();
    REQUIRE(out.size() == kMaxWalkProblems);
    for (uint64_t i = 0; i < out.size(); ++i) {
      CHECK(out[i].offset == 2 * i + 1);  // the first errors; no statistics while there are errors
      CHECK_FALSE(out[i].statistics);
    }
  }
}
