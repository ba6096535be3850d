#include "base/checked.h"

#include <vector>

#include "base/result.h"
#include "support/catch.h"

using namespace leafsum;

TEST_CASE("Sums and products that do not fit are nothing") {
  CHECK(CheckedAdd(UINT64_MAX - 1, 1) == UINT64_MAX);
  CHECK_FALSE(CheckedAdd(UINT64_MAX, 1));
  CHECK_FALSE(CheckedAdd(1, UINT64_MAX));
  CHECK(CheckedMul(uint64_t{1} << 32, (uint64_t{1} << 32) - 1) == 0xffffffff00000000);
  CHECK_FALSE(CheckedMul(uint64_t{1} << 32, uint64_t{1} << 32));
  CHECK(CheckedMul(0, UINT64_MAX) == 0);
  CHECK(CheckedMul(UINT64_MAX, 0) == 0);
  const auto product = [](std::vector<uint64_t> factors) { return CheckedProduct(factors); };
  CHECK(product({}) == 1);
  CHECK(product({2, 3, 5}) == 30);
  CHECK_FALSE(product({UINT64_MAX, 2}));
  CHECK(product({UINT64_MAX, 2, 0}) == 0);
}

TEST_CASE("A range fits without adding") {
  CHECK(RangeFits(0, 0, 0));
  CHECK(RangeFits(3, 7, 10));
  CHECK_FALSE(RangeFits(3, 8, 10));
  CHECK(RangeFits(10, 0, 10));
  CHECK_FALSE(RangeFits(11, 0, 10));
  CHECK_FALSE(RangeFits(5, UINT64_MAX - 2, 10));
  CHECK_FALSE(RangeFits(UINT64_MAX, 2, 10));
}

TEST_CASE("CeilDiv rounds up and does not overflow") {
  CHECK(CeilDiv(0, 4) == 0);
  CHECK(CeilDiv(4, 4) == 1);
  CHECK(CeilDiv(5, 4) == 2);
  CHECK(CeilDiv(UINT64_MAX, 2) == uint64_t{1} << 63);
}

TEST_CASE("A result is a value or an error that a caller can prefix") {
  const Result<int> value = 5;
  REQUIRE(value);
  CHECK(*value == 5);
  const Result<int> error = Error{ErrorCode::kChecksum, "what", 7, "a", "b"};
  REQUIRE_FALSE(error);
  const Error prefixed = error.error().Prefixed("file");
  CHECK(prefixed.message == "file: what");
  CHECK(prefixed.offset == 7);
  CHECK(prefixed.expected == "a");
  CHECK(ErrorCodeName(prefixed.code) == "checksum");
}
