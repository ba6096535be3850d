// Finds values of one store that share bytes with something else.
#pragma once

#include "plan/scan.h"

namespace leafsum::plan {

// Two keys may share one range: a writer may save space like that. No writer makes a value that
// overlaps a part of another value or of a block of the database; that is a warning only, because
// the value still reads the same.
void CheckSharedRanges(Context& context, Scan& scan, ItemScan& item);

}  // namespace leafsum::plan
