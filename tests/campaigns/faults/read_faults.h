// One read of a run fails, and what may come of it: a report that says what was not read.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaigns/damage/base.h"
#include "campaigns/damage/judge.h"
#include "campaigns/faults/commands.h"

namespace leafsum::campaign {

// How a host that keeps to the interface fails. That a listed file is shorter, or not there any
// more, it notices itself, and says kChanged (tests/node/failing_stores.test.js).
enum class ReadFault : uint8_t {
  kUnreadable,  // this once
  kChanged,
  kForever  // this read, and every later one of the same file
};
inline constexpr ReadFault kReadFaults[] = {ReadFault::kUnreadable, ReadFault::kChanged,
                                            ReadFault::kForever};
const char* NameOf(ReadFault fault);

struct FaultTally {
  uint64_t failed = 0;
  std::map<std::string, uint64_t> ends, codes;  // "exit 3"
  std::vector<std::string> wrong;
};

// Runs the command once for every `step`-th of its reads, which fails, in the order of `seed`.
FaultTally FailReads(const Base& base, const Command& command, ReadFault fault, uint64_t seed,
                     uint64_t step = 1);

}  // namespace leafsum::campaign
