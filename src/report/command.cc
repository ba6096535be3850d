#include <iterator>

#include "report/report.h"

namespace leafsum::report {
namespace {

struct Row {
  Command command;
  std::string_view name;
  std::string_view success;        // the word for exit code 0
  bool claims = true;              // false: only prints what it reads (contract §5, §10.20)
  bool makes_fingerprint = false;  // a missing fingerprint is then null (contract §3)
};

// Every command that the core knows, in the order of `Command`.
constexpr Row kRows[] = {
    {Command::kLock, "lock", "LOCKED", true, true},
    {Command::kVerify, "verify", "VERIFIED", true, true},
    {Command::kCheck, "check", "SOUND"},
    {Command::kDiff, "diff", "EQUAL", true, true},
    {Command::kMatch, "match", "MATCHES"},
    {Command::kDigest, "digest", "COMPLETE", false, true},
    {Command::kList, "ls", "COMPLETE", false},
    {Command::kCat, "cat", "COMPLETE", false},
};

constexpr bool RowsFollowTheEnum() {
  size_t i = 0;
  for (const Row& row : kRows)
    if (static_cast<size_t>(row.command) != i++) return false;
  return i == static_cast<size_t>(Command::kCat) + 1;
}
static_assert(RowsFollowTheEnum());

const Row& RowOf(Command command) { return kRows[static_cast<size_t>(command)]; }

}  // namespace

std::string_view CommandName(Command command) { return RowOf(command).name; }

std::optional<Command> ParseCommand(std::string_view name) {
  for (const Row& row : kRows)
    if (row.name == name) return row.command;
  return std::nullopt;
}

std::string_view SuccessWord(Command command) { return RowOf(command).success; }

bool Claims(Command command) { return RowOf(command).claims; }

bool MakesFingerprint(Command command) { return RowOf(command).makes_fingerprint; }

}  // namespace leafsum::report
