// From keys to chunks: gives every array of the plan its values, and reports what is missing, left
// over or only filled in. Pure over the Context; runs once the metadata of every array is known.
#pragma once

#include "plan/scan.h"

namespace leafsum::plan {

void AssignChunks(Context& context);

// Marks which bytes of the source served what, once the leaves were read.
void MarkCoverage(Scan& scan);

}  // namespace leafsum::plan
