#include "report/update_wording.h"

#include "report/wording.h"

namespace leafsum::report {
namespace {

constexpr uint64_t kShown = 5;

uint64_t CountOf(const Report& report, StepFate fate) {
  uint64_t n = 0;
  for (const StepInfo& step : report.steps) n += step.fate == fate;
  return n;
}

}  // namespace

void ComparedSteps(std::string& out, const Report& report, const VerdictInput& input) {
  const uint64_t added = CountOf(report, StepFate::kAdded);
  if (added == 0) {
    out += "no new step, ";
  } else {
    Count(out, added, "step", "steps");
    out += " added (";
    Leaves(out, input.leaves_not_compared);
    out += "), ";
  }
  Leaves(out, report.leaves.equal);
  out += " of ";
  Count(out, CountOf(report, StepFate::kCompared), "step", "steps");
}

void GoneSteps(std::string& out, const Report& report) {
  for (const StepFate fate : {StepFate::kKept, StepFate::kDropped}) {
    const uint64_t gone = CountOf(report, fate);
    if (gone == 0) continue;
    out += gone == 1 ? "; step " : "; steps ";
    uint64_t shown = 0;
    for (const StepInfo& step : report.steps) {
      if (step.fate != fate || shown == kShown) continue;
      if (shown++) out += ", ";
      Name(out, step.name);
    }
    if (gone > shown) Put(out, " and ", gone - shown, " more");
    out += gone == 1 ? " is gone and was " : " are gone and were ";
    out += fate == StepFate::kKept ? "kept" : "dropped";
  }
}

}  // namespace leafsum::report
