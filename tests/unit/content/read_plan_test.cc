#include "content/read_plan.h"

#include <algorithm>

#include "hash/blake3_tree.h"
#include "support/catch.h"
#include "support/random.h"

using namespace leafsum;
using namespace leafsum::content;

namespace {

constexpr uint64_t kMiB = 1 << 20;

const OpenCost kStreams = {0, kMiB};

}  // namespace

TEST_CASE("Aligned runs of a group are read once, their subtrees kept as values") {
  // float32 [4096, 65536] in 512 chunks side by side: 1 GiB.
  const GroupForm group{512, 4096, 65536 * 4, 128 * 4};
  const ReadPlan plan = PlanRead(group, kStreams, 128 * kMiB, 0);
  CHECK(plan.passes == 1);
  CHECK(plan.lines == 4096);
  CHECK(plan.unit % 1024 == 0);
  CHECK(plan.columns * 128 * 4 % plan.unit == 0);
  CHECK(plan.memory < 32 * kMiB);  // the least of those that read once
}

TEST_CASE(
    "Content is kept where values are not wanted or runs are not aligned, in several passes") {
  GroupForm group{512, 4096, 65536 * 4, 128 * 4};
  for (const bool aligned : {false, true}) {
    group.line_bytes = aligned ? 65536 * 4 : 65533 * 4;
    const ReadPlan plan = PlanRead(group, kStreams, 128 * kMiB, aligned ? 1 : 0);
    CHECK(plan.unit == 1);
    CHECK(plan.columns == 1);
    CHECK(plan.passes == 9);
    CHECK(plan.lines * plan.passes >= group.lines);
  }
}

TEST_CASE("A plan keeps to its budget, and a refusal says the least budget that has one") {
  size_t refused = 0, values = 0, several = 0;
  for (uint64_t seed = 0; seed < 5000; ++seed) {
    test::Random r(seed);
    const uint64_t item = uint64_t{1} << r.Below(5);
    GroupForm group;
    group.columns = r.Between(2, 600);
    group.run_bytes = item * (r.OneIn(2) ? uint64_t{1} << r.Below(10) : r.Between(1, 1000));
    group.line_bytes =
        group.run_bytes * (group.columns - 1) + (r.OneIn(2) ? group.run_bytes : item);
    group.lines = r.Between(1, std::min<uint64_t>(10000, (uint64_t{1} << 34) / group.line_bytes));
    const uint64_t alignment = r.Pick<uint64_t>({0, 1, 4096, 4 << 20}),
                   each = r.Between(1000, 3 * kMiB);
    const OpenCost cost{100000, each, r.Between(0, 2 * kMiB), r.Below(kMiB), r.Between(1, 100)};
    const uint64_t budget = r.Between(1000, 200 * kMiB);
    CAPTURE(seed, group.columns, group.run_bytes, group.line_bytes, group.lines, alignment, each,
            budget);
    const ReadPlan plan = PlanRead(group, cost, budget, alignment);
    REQUIRE(plan.columns >= 1);
    REQUIRE(plan.columns <= group.columns);
    CHECK(plan.memory ==
          cost.Of(plan.columns) + KeptBytes(plan.lines * group.line_bytes, plan.unit));
    if (plan.passes > kMaxPasses) {
      ++refused;
      REQUIRE(plan.memory > budget);
      CHECK(PlanRead(group, cost, plan.memory, alignment).passes <= kMaxPasses);
      CHECK(PlanRead(group, cost, plan.memory - 1, alignment).passes > kMaxPasses);
      continue;
    }
    CHECK(plan.memory <= budget);
    CHECK(plan.lines * plan.passes >= group.lines);
    CHECK(plan.lines * (plan.passes - 1) < group.lines);
    CHECK(PlanRead(group, cost, budget + kMiB, alignment).passes <= plan.passes);
    several += plan.passes > 1;
    if (plan.unit == 1) continue;
    ++values;
    CHECK(alignment != 1);
    CHECK(plan.unit >= hash::kChunkLen);
    CHECK((plan.unit & (plan.unit - 1)) == 0);
    CHECK(group.line_bytes % plan.unit == 0);
    if (plan.columns < group.columns) CHECK(plan.columns * group.run_bytes % plan.unit == 0);
    if (alignment != 0) CHECK(alignment % plan.unit == 0);
  }
  CHECK(refused > 300);
  CHECK(values > 200);
  CHECK(several > 300);
}

TEST_CASE("A group without bounds is refused without an overflow") {
  const uint64_t big = uint64_t{1} << 60;
  const ReadPlan plan =
      PlanRead({big, 8, big, 1}, {0, uint64_t{1} << 39, big, uint64_t{1} << 39}, 128 * kMiB, 0);
  CHECK(plan.passes > kMaxPasses);
  CHECK(plan.memory > 128 * kMiB);
}
