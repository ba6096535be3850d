#include "orbax/step_name.h"

#include "support/catch.h"

using namespace leafsum::orbax;

TEST_CASE("step names") {
  struct Row {
    const char *name, *prefix, *digits;
  };
  const Row rows[] = {
      {"0", "", "0"},
      {"00012", "", "00012"},
      {"step_12", "step", "12"},
      {"1_000", "1", "000"},
      {"a__7", "a_", "7"},
      {"ocdbt.process_", nullptr, nullptr},
      {"99999999999999999999", "", "99999999999999999999"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    const auto name = ParseStepName(row.name);
    REQUIRE(name.has_value() == (row.digits != nullptr));
    if (!name) continue;
    CHECK(name->prefix == row.prefix);
    CHECK(name->digits == row.digits);
  }
  for (const char* name :
       {"", "_", "_5", "5_", "step", "step12", "-5", "+5", " 5", "5 ", "5.0", "step_-5", "step_+5",
        "0x5", "5.orbax-checkpoint-tmp", "ocdbt.process_0", "\xd9\xa3"}) {
    INFO(name);
    CHECK_FALSE(ParseStepName(name).has_value());
  }
}

TEST_CASE("the number of a name, if 63 bits hold it") {
  const std::pair<const char*, std::optional<uint64_t>> rows[] = {
      {"5", 5},
      {"step_007", 7},
      {"step_9223372036854775807", 9223372036854775807u},
      {"step_9223372036854775808", {}},
      {"step", {}},
      {"", {}}};
  for (const auto& [name, number] : rows) CHECK(StepNumber(name) == number);
}

TEST_CASE("numbers are compared as digits") {
  const char* ascending[] = {
      "0", "7", "010", "11", "0000100", "9223372036854775807", "9223372036854775808"};
  for (const char* a : ascending)
    for (const char* b : ascending)
      CHECK(NumberLess(a, b) ==
            (&*a != &*b && std::find(std::begin(ascending), std::end(ascending), a) <
                               std::find(std::begin(ascending), std::end(ascending), b)));
  CHECK_FALSE(NumberLess("5", "005"));
  CHECK_FALSE(NumberLess("005", "5"));
  CHECK(NumberOf("007") == 7u);
  CHECK(NumberOf("9223372036854775807") == 9223372036854775807u);
  for (const char* none : {"9223372036854775808", "5x", "", "-5"}) CHECK_FALSE(NumberOf(none));
}
