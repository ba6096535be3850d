// failing_reads STATE: every read of every run fails once, in every way that a host can fail.
//
// A unit of work is a run (a base and a command) with one way to fail. Its row in STATE: how many
// reads failed, how the runs ended, and what was wrong.
#include <cstdio>

#include "campaigns/damage/state.h"
#include "campaigns/faults/read_faults.h"

namespace leafsum::campaign {
namespace {

void RunUnits(State& state, const Base& base) {
  for (const Command& command : kCommands) {
    for (const ReadFault fault : kReadFaults) {
      for (const uint64_t seed : {uint64_t{0}, uint64_t{1}, uint64_t{2}}) {
        const std::string unit =
            base.name + " " + command.name + " " + NameOf(fault) + " seed " + std::to_string(seed);
        if (state.Has(unit)) continue;
        const FaultTally tally = FailReads(base, command, fault, seed);
        state.Add(unit, {{"base", base.name},
                         {"command", command.name},
                         {"fault", NameOf(fault)},
                         {"cases", tally.failed},
                         {"ends", tally.ends},
                         {"codes", tally.codes},
                         {"wrong", tally.wrong}});
      }
    }
  }
}

}  // namespace
}  // namespace leafsum::campaign

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: campaign_failing_reads STATE\n");
    return 2;
  }
  leafsum::campaign::State state(argv[1]);
  for (const std::string& name : leafsum::campaign::BaseNames())
    leafsum::campaign::RunUnits(state, leafsum::campaign::LoadBase(name));
  for (const auto& [name, files] : leafsum::campaign::kForeign)
    leafsum::campaign::RunUnits(state, leafsum::campaign::LoadBase(name, files));
}
