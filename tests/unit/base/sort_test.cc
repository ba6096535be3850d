#include "base/sort.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>

#include "support/catch.h"

using namespace leafsum;

namespace {

struct Row {
  int key = 0;
  std::unique_ptr<std::string> text;  // cannot be copied, and is empty where it was moved from
};

std::vector<Row> Rows(size_t n, int keys, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<Row> rows(n);
  for (size_t i = 0; i < n; ++i)
    rows[i] = {static_cast<int>(random() % static_cast<uint32_t>(keys)),
               std::make_unique<std::string>(std::to_string(i))};
  return rows;
}

}  // namespace

TEST_CASE("equal items keep their order, nothing is lost, as std::stable_sort has it") {
  for (size_t n : {0u, 1u, 2u, 3u, 4u, 5u, 7u, 8u, 9u, 100u, 257u}) {
    for (int keys : {1, 2, 10, 1000}) {
      INFO(n << " items of " << keys << " keys");
      const auto less = [](const Row& a, const Row& b) { return a.key < b.key; };
      std::vector<Row> expected = Rows(n, keys, 7), actual = Rows(n, keys, 7);
      std::stable_sort(expected.begin(), expected.end(), less);
      StableSort(actual, less);
      REQUIRE(actual.size() == n);
      for (size_t i = 0; i < n; ++i) {
        REQUIRE(actual[i].text);
        CHECK(*actual[i].text == *expected[i].text);
      }
    }
  }
}

TEST_CASE("what is sorted is left alone, what is reversed is turned") {
  std::vector<int> up, down;
  for (int i = 0; i < 1000; ++i) up.push_back(i), down.push_back(999 - i);
  const auto less = [](int a, int b) { return a < b; };
  std::vector<int> sorted = up;
  StableSort(sorted, less);
  CHECK(sorted == up);
  StableSort(down, less);
  CHECK(down == up);
  struct All {
    static bool Less(const void*, uint32_t a, uint32_t b) { return a < b; }
  };
  CHECK(StableOrder(1000, All::Less, nullptr).empty());
}
