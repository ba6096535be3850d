// From keys to chunks: gives every array of the plan its values and says what is missing, left over
// or only filled in. Pure over the Context; runs once every array's metadata is known.
#pragma once

#include "plan/scan.h"

namespace leafsum::plan {

void AssignChunks(Context& context);

// Which bytes of the source served what, once the leaves were read.
void MarkCoverage(Scan& scan);

}  // namespace leafsum::plan
