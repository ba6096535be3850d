// A fixed sample of the campaign failing_reads: whatever read fails, the report says so, finds no
// damage, and is no success.
#include "campaigns/faults/read_faults.h"
#include "support/catch.h"

namespace leafsum::campaign {
namespace {

constexpr const char* kSome[] = {
    "seed000/artifacts/baseline_ckpt",   "legacy/orbax-0.2.3/aggregate_some/ckpt",
    "legacy/orbax-0.4.8/aggregate/ckpt", "legacy/orbax-0.5.10/zarr3_write_read_chunks/ckpt",
    "legacy/orbax-0.2.3/manager/ckpt",   "v1/checkpointables/ckpt",
    "orbax/zarr2_many_data_files/ckpt",
};

void FailAll(const Base& base, uint64_t& reads) {
  for (const Command& command : kCommands) {
    for (const ReadFault fault : kReadFaults) {
      const FaultTally tally = FailReads(base, command, fault, reads % 7);
      for (const std::string& wrong : tally.wrong) FAIL_CHECK(wrong);
      reads += tally.failed;
    }
  }
}

TEST_CASE("whatever read fails, the report says so, finds no damage, and is no success") {
  uint64_t reads = 0;
  for (const char* name : kSome) FailAll(LoadBase(name), reads);
  for (const auto& [name, files] : kForeign) FailAll(LoadBase(name, files), reads);
  CHECK(reads > 3000);
}

}  // namespace
}  // namespace leafsum::campaign
