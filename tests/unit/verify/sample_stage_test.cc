#include "verify/sample_stage.h"

#include <cmath>

#include "support/catch.h"

using leafsum::verify::ChanceToFind;

constexpr double kRounding = 1e-9;

// Counted out: of all ways to draw, those that hold a changed chunk.
TEST_CASE("the chance to find a change is that of drawing without replacement") {
  for (unsigned total = 1; total <= 8; ++total)
    for (unsigned drawn = 0; drawn <= total; ++drawn)
      for (unsigned changed = 0; changed <= total; ++changed) {
        unsigned ways = 0, found = 0;
        for (unsigned draw = 0; draw < 1u << total; ++draw) {
          if (static_cast<unsigned>(__builtin_popcount(draw)) != drawn) continue;
          ++ways;
          found += (draw & ((1u << changed) - 1)) != 0;
        }
        INFO(total << " chunks, " << drawn << " drawn, " << changed << " changed");
        CHECK(std::abs(ChanceToFind(total, drawn, changed) - double(found) / ways) < kRounding);
      }
}

TEST_CASE("large numbers") {
  CHECK(std::abs(ChanceToFind(1000000, 50000, 1) - 0.05) < kRounding);
  CHECK(std::abs(ChanceToFind(1000000, 50000, 10000) - 1.0) < kRounding);
  CHECK(std::abs(ChanceToFind(0, 0, 1) - 1.0) < kRounding);  // of nothing, everything was read
}
