// Values of one store that share bytes with something else.
#pragma once

#include "plan/scan.h"

namespace leafsum::plan {

// Two keys may have one range: what a writer that saves space does. One that takes part of another
// value, or of a block of the database itself, is no writer's; its bytes are what they are all the
// same.
void CheckSharedRanges(Context& context, Scan& scan, ItemScan& item);

}  // namespace leafsum::plan
