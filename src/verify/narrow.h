// Applies --include and --exclude (contract §5). A comparison is then about the remaining leaves
// and may end VERIFIED; commands that make something from all leaves, a lockfile or a digest, stay
// INCOMPLETE.
#pragma once

#include <string>

#include "evidence/lockfile.h"
#include "plan/scan.h"

namespace leafsum::verify {

// Whether leaves that the patterns leave out were not asked about, so that they are not a gap in
// the answer.
bool NarrowsQuestion(const plan::Options& options);

// Marks the leaves that are left out; `lock` may be null. Returns a usage error if a pattern fits
// no leaf of either side or no leaf remains, else "". Without every tree known it cannot tell, and
// returns "".
std::string LeaveOut(plan::Context& context, const evidence::Lockfile* lock);

}  // namespace leafsum::verify
