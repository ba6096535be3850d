#include "verify/sample_stage.h"

#include "support/catch.h"

using leafsum::verify::ChanceToFind;

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
        CHECK(ChanceToFind(total, drawn, changed) == Catch::Approx(double(found) / ways).margin(1e-12));
      }
}

TEST_CASE("large numbers") {
  CHECK(ChanceToFind(1000000, 50000, 1) == Catch::Approx(0.05));
  CHECK(ChanceToFind(1000000, 50000, 10000) == Catch::Approx(1.0));
  CHECK(ChanceToFind(0, 0, 1) == Catch::Approx(1.0));  // of nothing, everything was read
}
