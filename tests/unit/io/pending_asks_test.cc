#include "io/pending_asks.h"

#include "support/catch.h"

using namespace leafsum;

namespace {

Ask Read(std::string path, uint64_t length) {
  Ask ask;
  ask.path = std::move(path);
  ask.range = ByteRange{0, length};
  return ask;
}

std::string Paths(const std::vector<Ask>& asks) {
  std::string out;
  for (const Ask& ask : asks) out += ask.path;
  return out;
}

}  // namespace

TEST_CASE("Asks leave in order as far as the budget goes") {
  PendingAsks pending;
  CHECK(pending.empty());
  pending.Want(Read("a", 10), 1);
  pending.Want(Read("b", 20), 2);
  pending.Want(Read("c", 5), 3);
  pending.Want(Read("d", 1), 4);
  CHECK_FALSE(pending.empty());
  CHECK(Paths(pending.Poll(30)) == "ab");
  CHECK(pending.open_cost() == 30);
  // `d` would fit in 31, but `c` is first.
  CHECK(Paths(pending.Poll(31)) == "");
  CHECK(Paths(pending.Poll(35)) == "c");
  CHECK(Paths(pending.Poll(UINT64_MAX)) == "d");
  CHECK(pending.open_cost() == 36);
  CHECK_FALSE(pending.empty());
}

TEST_CASE("While nothing is open one ask always leaves") {
  PendingAsks pending;
  pending.Want(Read("a", 1000), 1);
  pending.Want(Read("b", 1), 2);
  const auto first = pending.Poll(0);
  REQUIRE(Paths(first) == "a");
  CHECK(pending.Poll(0).empty());
  CHECK(pending.Poll(1000).empty());
  CHECK(pending.Close(first[0].id) == 1);
  CHECK(Paths(pending.Poll(0)) == "b");
}

TEST_CASE("A smaller budget than what is already open lets nothing leave") {
  PendingAsks pending;
  pending.Want(Read("a", 100), 1);
  REQUIRE(pending.Poll(100).size() == 1);
  pending.Want(Read("b", 1), 2);
  CHECK(pending.Poll(50).empty());
}

TEST_CASE("An answer closes its ask once and gives back its tag and its cost") {
  PendingAsks pending;
  const uint32_t a = pending.Want(Read("a", 10), 77);
  CHECK_FALSE(pending.Close(a));  // not asked yet
  const auto asks = pending.Poll(100);
  REQUIRE(asks.size() == 1);
  CHECK(asks[0].id == a);
  CHECK_FALSE(pending.Close(a + 1));
  CHECK(pending.Close(a) == 77);
  CHECK_FALSE(pending.Close(a));
  CHECK(pending.open_cost() == 0);
  CHECK(pending.empty());
  CHECK(pending.Want(Read("b", 1), 0) != a);
}

TEST_CASE("Answers may come in any order") {
  PendingAsks pending;
  for (uint64_t i = 0; i < 5; ++i)
    pending.Want(Read(std::string(1, static_cast<char>('a' + i)), 1), i);
  const auto asks = pending.Poll(5);
  REQUIRE(asks.size() == 5);
  for (size_t i : {3, 0, 4, 1, 2}) CHECK(pending.Close(asks[i].id) == i);
  CHECK(pending.empty());
}

TEST_CASE("The cost is what is said, else the range's length, else the input's") {
  PendingAsks pending;
  Ask said = Read("a", 10);
  said.cost = 3;
  pending.Want(said, 0);
  pending.Want(Read("b", 10), 0);
  Ask job;
  job.kind = AskKind::kJob;
  job.input = ByteVector(7);
  pending.Want(job, 0);
  CHECK(pending.Poll(100).size() == 3);
  CHECK(pending.open_cost() == 20);
}
