#include <array>
#include <optional>
#include <string>

#include "report/report.h"
#include "support/catch.h"

using namespace leafsum::report;

namespace {

constexpr std::array kCommands = {Command::kLock, Command::kVerify, Command::kCheck,
                                  Command::kDiff, Command::kMatch,  Command::kDigest,
                                  Command::kList, Command::kCat};
constexpr std::array kEvidence = {Evidence::kNone, Evidence::kTrusted, Evidence::kWithSource};

// A class of commands that the table treats alike.
enum Group { kAny, kVerifyOnly, kClaims, kOtherClaims, kReads };

bool InGroup(Command command, Group group) {
  const bool reads =
      command == Command::kDigest || command == Command::kList || command == Command::kCat;
  switch (group) {
    case kAny:
      return true;
    case kVerifyOnly:
      return command == Command::kVerify;
    case kClaims:
      return !reads;
    case kOtherClaims:
      return !reads && command != Command::kVerify;
    case kReads:
      return reads;
  }
  return false;
}

// One row of the truth table: y, n, or - where it does not matter. The rows exclude each other and
// leave nothing out, which the test shows.
struct Row {
  Group group;
  char error, strict_warning, gap, trust, leaves;
  const char* evidence;   // of "N" none, "T" trusted, "S" came with the source
  const char* signature;  // of "N" not demanded, "G" as demanded, "B" demanded and not that
  Verdict verdict;
  const char* word;  // nullptr: the command's own word for success
  int exit_code;
};

// clang-format off
constexpr Row kTable[] = {
    // group     error strict gap trust leaves evidence signature
    {kAny,         'y', '-', '-', '-', '-', "NTS", "NGB", Verdict::kMismatch, "MISMATCH", 1},
    {kAny,         'n', 'y', '-', '-', '-', "NTS", "NGB", Verdict::kMismatch, "MISMATCH", 1},
    {kAny,         'n', 'n', 'y', '-', '-', "NTS", "NGB", Verdict::kIncomplete, "INCOMPLETE", 3},
    {kClaims,      'n', 'n', 'n', '-', 'n', "NTS", "NGB", Verdict::kIncomplete, "INCOMPLETE", 3},
    {kClaims,      'n', 'n', 'n', 'y', 'y', "NTS", "NGB", Verdict::kUntrusted, "UNTRUSTED", 4},
    {kClaims,      'n', 'n', 'n', 'n', 'y', "NTS", "B",   Verdict::kUntrusted, "UNTRUSTED", 4},
    {kReads,       'n', 'n', 'n', 'y', '-', "NTS", "NGB", Verdict::kUntrusted, "UNTRUSTED", 4},
    {kReads,       'n', 'n', 'n', 'n', '-', "NTS", "B",   Verdict::kUntrusted, "UNTRUSTED", 4},
    {kClaims,      'n', 'n', 'n', 'n', 'y', "S",   "NG",  Verdict::kUntrusted, "UNTRUSTED", 4},
    {kReads,       'n', 'n', 'n', 'n', '-', "S",   "NG",  Verdict::kUntrusted, "UNTRUSTED", 4},
    {kVerifyOnly,  'n', 'n', 'n', 'n', 'y', "N",   "NG",  Verdict::kNoEvidence, "NO-EVIDENCE", 5},
    {kVerifyOnly,  'n', 'n', 'n', 'n', 'y', "T",   "NG",  Verdict::kMatch, nullptr, 0},
    {kOtherClaims, 'n', 'n', 'n', 'n', 'y', "NT",  "NG",  Verdict::kMatch, nullptr, 0},
    {kReads,       'n', 'n', 'n', 'n', '-', "NT",  "NG",  Verdict::kMatch, nullptr, 0},
};
// clang-format on

std::string WordOfSuccess(Command command) {
  switch (command) {
    case Command::kLock:
      return "LOCKED";
    case Command::kVerify:
      return "VERIFIED";
    case Command::kCheck:
      return "SOUND";
    case Command::kDiff:
      return "EQUAL";
    case Command::kMatch:
      return "MATCHES";
    default:
      return "COMPLETE";
  }
}

bool Is(char wanted, bool value) { return wanted == '-' || (wanted == 'y') == value; }

bool Fits(const Row& row, const VerdictInput& in) {
  const char evidence = "NTS"[static_cast<int>(in.evidence)];
  const char signature = !in.demands_signature ? 'N' : in.is_signed ? 'G' : 'B';
  return InGroup(in.command, row.group) && Is(row.error, in.has_error) &&
         Is(row.strict_warning, in.strict && in.has_warning) && Is(row.gap, in.has_gap) &&
         Is(row.trust, in.has_trust) && Is(row.leaves, in.leaves_with_content != 0) &&
         std::string(row.evidence).find(evidence) != std::string::npos &&
         std::string(row.signature).find(signature) != std::string::npos;
}

template <class F>
void ForEveryInput(F f) {
  for (Command command : kCommands)
    for (Evidence evidence : kEvidence)
      for (int bits = 0; bits < 256; ++bits) {
        VerdictInput in;
        in.command = command;
        in.evidence = evidence;
        in.has_error = bits & 1;
        in.has_gap = bits & 2;
        in.has_trust = bits & 4;
        in.has_warning = bits & 8;
        in.strict = bits & 16;
        in.leaves_with_content = bits & 32 ? 7 : 0;
        in.demands_signature = bits & 64;
        in.is_signed = bits & 128;
        f(in);
      }
}

}  // namespace

TEST_CASE("the verdict is the table's, for every input") {
  int inputs = 0;
  ForEveryInput([&](const VerdictInput& in) {
    ++inputs;
    const Row* found = nullptr;
    int fitting = 0;
    for (const Row& row : kTable)
      if (Fits(row, in)) {
        ++fitting;
        found = &row;
      }
    INFO("command " << CommandName(in.command) << " evidence " << int(in.evidence) << " error "
                    << in.has_error << " gap " << in.has_gap << " trust " << in.has_trust
                    << " warning " << in.has_warning << " strict " << in.strict << " leaves "
                    << in.leaves_with_content << " demanded " << in.demands_signature << " signed "
                    << in.is_signed);
    REQUIRE(fitting == 1);
    const VerdictResult result = Decide(in);
    CHECK(result.verdict == found->verdict);
    CHECK(result.exit_code == found->exit_code);
    CHECK(std::string(result.word) == (found->word ? found->word : WordOfSuccess(in.command)));
  });
  CHECK(inputs == 8 * 3 * 256);
}

TEST_CASE("nothing that is wrong makes the verdict better") {
  // From best to worst; the order in which the contract says that the worst wins.
  auto badness = [](const VerdictInput& in) {
    switch (Decide(in).verdict) {
      case Verdict::kMatch:
        return 0;
      case Verdict::kNoEvidence:
        return 1;
      case Verdict::kUntrusted:
        return 2;
      case Verdict::kIncomplete:
        return 3;
      case Verdict::kMismatch:
        return 4;
    }
    return -1;
  };
  ForEveryInput([&](const VerdictInput& in) {
    for (bool VerdictInput::* flag :
         {&VerdictInput::has_error, &VerdictInput::has_gap, &VerdictInput::has_trust,
          &VerdictInput::has_warning, &VerdictInput::strict, &VerdictInput::demands_signature}) {
      VerdictInput worse = in;
      worse.*flag = true;
      CHECK(badness(worse) >= badness(in));
    }
    VerdictInput stripped = in;
    stripped.is_signed = false;
    CHECK(badness(stripped) >= badness(in));
    if (in.demands_signature) CHECK(Decide(stripped).exit_code != 0);
    VerdictInput empty = in;
    empty.leaves_with_content = 0;
    CHECK(badness(empty) >= badness(in));
  });
}

TEST_CASE("commands have the names of the command line") {
  std::string names;
  for (Command command : kCommands) names += std::string(CommandName(command)) + " ";
  CHECK(names == "lock verify check diff match digest ls cat ");
  for (Command command : kCommands) CHECK(ParseCommand(CommandName(command)) == command);
  for (const char* unknown : {"", "metadata", "verify ", "LOCK"})
    CHECK_FALSE(ParseCommand(unknown));
}
