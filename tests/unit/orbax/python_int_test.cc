#include "orbax/python_int.h"

#include "support/catch.h"

using namespace leafsum::orbax;

TEST_CASE("int() of Python") {
  struct Row {
    std::string text;
    std::optional<std::string> number;
  };
  // Each as Python 3.11 has it.
  const std::vector<Row> rows = {
      {"0", "0"},
      {"10", "10"},
      {"00", "0"},
      {"007", "7"},
      {"+1", "1"},
      {"-1", "-1"},
      {"-0", "0"},
      {" 1", "1"},
      {"1 \n", "1"},
      {"\t1\x1f", "1"},
      {"\x1c"
       "1\r",
       "1"},
      {"\b1", {}},
      {"1\x1b", {}},
      {"\x0e"
       "1",
       {}},
      {"1_0", "10"},
      {"1_0_0", "100"},
      {"0_1", "1"},
      {"", {}},
      {" ", {}},
      {"+", {}},
      {"_1", {}},
      {"1_", {}},
      {"1__0", {}},
      {"+_1", {}},
      {"- 1", {}},
      {"+-1", {}},
      {"1.0", {}},
      {"1e3", {}},
      {"0x1", {}},
      {"a", {}},
      {"1 0", {}},
      {".", {}},
      {"18446744073709551616", "18446744073709551616"},
      {std::string(4300, '9'), std::string(4300, '9')},
      {std::string(4301, '9'), {}},
      // Python knows these digits; we do not.
      {"\xd9\xa1", "\xd9\xa1"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(PythonInt(row.text) == row.number);
  }
}
