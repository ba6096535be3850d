#include "orbax/flax_name.h"

#include <algorithm>
#include <cmath>

#include "support/catch.h"

using namespace leafsum::orbax;

using Names = std::vector<std::string>;

// What checkpoints._all_checkpoints of Flax 0.12 gives for a directory of these files.
TEST_CASE("names are taken and sorted as Flax does") {
  struct Row {
    const char* prefix;
    Names files, listed;
  };
  const Row rows[] = {
      {"checkpoint_",
       {"checkpoint_1",
        "checkpoint_10",
        "checkpoint_2",
        "checkpoint_-0.196",
        "checkpoint_0.5",
        "checkpoint_1e3",
        "checkpoint_999",
        "checkpoint_+9",
        "checkpoint_5.0",
        "checkpoint_.5e1",
        "checkpoint_7.",
        "checkpoint_1e400",
        "checkpoint_-1E+2",
        "checkpoint_tmp",
        "checkpoint_3_gda",
        "checkpoint_3.orbax-checkpoint-tmp",
        "checkpoint_x",
        "checkpoint_",
        "checkpoint_4e",
        "checkpoint_4e-",
        "checkpoint_6_7",
        "checkpoint_6_",
        "checkpoint_--3",
        "checkpoint_1.2.3",
        "checkpoint_٤",
        "checkpoint_١٢.٥",
        "checkpoint_𝟓x",
        "checkpoint_best",
        "other_5",
        "checkpoint5",
        "checkpoint_tmp1",
        "Checkpoint_9",
        "checkpoint_9007199254740993",
        "checkpoint_9007199254740994.5",
        "checkpoint_1-2",
        "checkpoint_²"},
       {"checkpoint_",
        "checkpoint_-1E+2",
        "checkpoint_-0.196",
        "checkpoint_0.5",
        "checkpoint_1",
        "checkpoint_1-2",
        "checkpoint_1.2.3",
        "checkpoint_2",
        "checkpoint_٤",
        "checkpoint_4e",
        "checkpoint_4e-",
        "checkpoint_5.0",
        "checkpoint_.5e1",
        "checkpoint_𝟓x",
        "checkpoint_6_",
        "checkpoint_6_7",
        "checkpoint_7.",
        "checkpoint_+9",
        "checkpoint_10",
        "checkpoint_١٢.٥",
        "checkpoint_999",
        "checkpoint_1e3",
        "checkpoint_9007199254740993",
        "checkpoint_9007199254740994.5",
        "checkpoint_1e400",
        "checkpoint_--3",
        "checkpoint_best",
        "checkpoint_tmp1",
        "checkpoint_x",
        "checkpoint_²"}},
      {"ckpt_",
       {"ckpt_100", "ckpt_99", "ckpt_1e1", "ckpt_a1", "ckpt_a01b", "ckpt_gda", "ckpt_gda1",
        "checkpoint_1"},
       {"ckpt_1e1", "ckpt_99", "ckpt_100", "ckpt_a1", "ckpt_a01b", "ckpt_gda1"}},
      {"",
       {"0.3", "12", "-4", "model7", "a", "tmp", "x_gda", "1e2e3"},
       {"-4", "0.3", "12", "1e2e3", "a", "model7"}},
      {"run-",
       {"run-1", "run--1", "run-05", "run-0.5", "run-5e-1x", "run-+2"},
       {"run-05", "run-1", "run-0.5", "run-5e-1x", "run--1", "run-+2"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.prefix);
    Names names;
    std::vector<FlaxKey> keys;
    for (const std::string& file : row.files)
      if (ParseFlaxName(file, row.prefix)) names.push_back(file);
    std::stable_sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
      return CompareFlax(FlaxKeyOf(a), FlaxKeyOf(b)) < 0;
    });
    CHECK(names == row.listed);
  }
}

TEST_CASE("a step is one number behind the prefix") {
  struct Row {
    const char* name;
    std::optional<double> step;
    bool plain;
  };
  const Row rows[] = {
      {"checkpoint_12", 12, true},
      {"checkpoint_-5", -5, true},
      {"checkpoint_0", 0, true},
      {"checkpoint_012", 12, false},
      {"checkpoint_+9", 9, false},
      {"checkpoint_5.0", 5, false},
      {"checkpoint_1e3", 1000, false},
      {"checkpoint_1E-3", .001, false},
      {"checkpoint_.5", .5, false},
      {"checkpoint_7.", 7, false},
      {"checkpoint_-0.196", -.196, false},
      {"checkpoint_1e400", HUGE_VAL, false},
      {"checkpoint_18446744073709551617", 18446744073709551616., true},
      {"checkpoint_\xd9\xa1\xd9\xa2", 12, false},
      {"checkpoint_", std::nullopt, false},
      {"checkpoint_-", std::nullopt, false},
      {"checkpoint_.", std::nullopt, false},
      {"checkpoint_5x", std::nullopt, false},
      {"checkpoint_5_6", std::nullopt, false},
      {"checkpoint_1e", std::nullopt, false},
      {"checkpoint_\xd9", std::nullopt, false},
      {"checkpoint_1 ", std::nullopt, false},
      {"checkpoint_inf", std::nullopt, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto name = ParseFlaxName(row.name);
    REQUIRE(name);
    CHECK(name->step == row.step);
    CHECK(name->is_plain_integer == row.plain);
    CHECK(name->step_text == std::string(row.name).substr(11));
  }
}

TEST_CASE("Flax sees no difference between spellings of one number") {
  struct Row {
    const char *a, *b;
    bool equal;
  };
  const Row rows[] = {{"checkpoint_5", "checkpoint_5.0", true},
                      {"checkpoint_9", "checkpoint_+9", true},
                      {"checkpoint_-0", "checkpoint_0", true},
                      {"checkpoint_9007199254740992", "checkpoint_9007199254740993", true},
                      {"checkpoint_9", "checkpoint_10", false},
                      {"checkpoint_9", "checkpoint_9x", false},
                      {"checkpoint_9", "checkpoint_9_1", false}};
  for (const Row& row : rows) {
    CAPTURE(row.a, row.b);
    const int order = CompareFlax(FlaxKeyOf(row.a), FlaxKeyOf(row.b));
    CHECK((order == 0) == row.equal);
    CHECK(CompareFlax(FlaxKeyOf(row.b), FlaxKeyOf(row.a)) == (order > 0 ? -1 : order < 0 ? 1 : 0));
    CHECK(order <= 0);
  }
}

TEST_CASE("digits of every script are digits, what stands behind them is not") {
  struct Row {
    const char* name;
    std::optional<double> step;
  };
  const Row rows[] = {{"checkpoint_\xd9\xa5", 5},          // Arabic-Indic
                      {"checkpoint_\xef\xbc\x91", 1},      // full width: three bytes
                      {"checkpoint_\xe0\xa5\xaf", 9},      // Devanagari
                      {"checkpoint_\xf0\x9d\x9f\x8f", 1},  // mathematical: four
                      {"checkpoint_\xd9\xaa", {}},         // the sign behind the Arabic nine
                      {"checkpoint_\xd9", {}},
                      {"checkpoint_\xf8\x88\x80\x80\x80", {}}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto name = ParseFlaxName(row.name);
    REQUIRE(name);
    CHECK(name->step == row.step);
  }
}
