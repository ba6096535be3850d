// failing_allocations STATE: ten runs, each once for every one of its allocations, which fails;
// those of the C libraries fail as C has it, and after operator new's the core ends, as in the
// product. Each in a process of its own.
//
// A unit of work is a run. Its row in STATE: how the runs ended, and what was wrong.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <new>

#include "campaigns/damage/judge.h"
#include "campaigns/damage/state.h"
#include "campaigns/faults/allocations.h"
#include "campaigns/faults/commands.h"

namespace leafsum::campaign {
namespace {

// How a child ends: what its parent makes of it.
enum End { kSame = 0, kGap = 10, kOutOfMemory = 11, kWrong = 12 };

std::string TextOf(const Said& said, const std::string& output) {
  return said.ToString() + "\n" + output;
}

// The leaf or node whose decoder had no memory is not read, and nothing is damaged.
bool IsGap(const Said& said) {
  bool told = false;
  for (const report::Finding& finding : said.findings) {
    if (finding.severity == report::Severity::kError) return false;
    told |= finding.message.find("no memory to decode") != std::string::npos;
  }
  return told && said.exit_code == 3;
}

End Child(const Base& base, const Command& command, const std::string& whole, uint64_t n) {
  alarm(kSecondsForACase);
  std::set_new_handler([] { _exit(kOutOfMemory); });
  FailAllocation(Allocations::kAll, n, false);
  Run run(command.options, base.source, command.locked ? base.lock : "", command.listed);
  const Said said = run.Go();
  const std::string output = run.output();
  FailNone();
  if (TextOf(said, output) == whole) return kSame;
  if (IsGap(said)) return kGap;
  std::fprintf(stderr, "%s, %s, allocation %llu: %s\n", base.name.c_str(), command.name,
               static_cast<unsigned long long>(n), said.ToString().c_str());
  return kWrong;
}

std::string EndOf(int status) {
  if (!WIFEXITED(status)) return "signal " + std::to_string(WTERMSIG(status));
  switch (WEXITSTATUS(status)) {
    case kSame:
      return "the same report";
    case kGap:
      return "limit";
    case kOutOfMemory:
      return "out of memory";
    default:
      return "wrong";
  }
}

void RunUnit(State& state, const std::string& name, const Command& command) {
  const std::string unit = name + " " + command.name;
  if (state.Has(unit)) return;
  const Base base = LoadBase(name);
  FailAllocation(Allocations::kAll, UINT64_MAX, false);
  Run run(command.options, base.source, command.locked ? base.lock : "", command.listed);
  const Said said = run.Go();
  const std::string output = run.output();
  const uint64_t all = FailNone();
  const std::string whole = TextOf(said, output);
  std::map<std::string, uint64_t> ends;
  std::vector<std::string> wrong;
  for (uint64_t n = 0; n < all; ++n) {
    const pid_t child = fork();
    if (child == 0) _exit(Child(base, command, whole, n));
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) std::abort();
    const std::string end = EndOf(status);
    ++ends[end];
    if (end == "wrong" || end.starts_with("signal"))
      wrong.push_back(unit + ", allocation " + std::to_string(n) + ": " + end);
  }
  state.Add(unit, {{"base", name},
                   {"command", command.name},
                   {"cases", all},
                   {"ends", ends},
                   {"wrong", wrong}});
}

}  // namespace
}  // namespace leafsum::campaign

int main(int argc, char** argv) {
  using namespace leafsum::campaign;
  if (argc != 2) {
    std::fprintf(stderr, "usage: campaign_failing_allocations STATE\n");
    return 2;
  }
  State state(argv[1]);
  for (size_t i = 0; i < 10; ++i)
    RunUnit(state, BaseNames()[i], kCommands[i % std::size(kCommands)]);
}
