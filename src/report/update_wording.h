// What a headline says of the steps when a lockfile is updated.
#pragma once

#include <string>

#include "report/report.h"

namespace leafsum::report {

// "2 steps added (96 leaves), 48 leaves of 1 step"
void ComparedSteps(std::string& out, const Report& report, const VerdictInput& input);
// "; step 100 is gone and was dropped"
void GoneSteps(std::string& out, const Report& report);

}  // namespace leafsum::report
