// What --include and --exclude leave of the leaves (contract §5). A comparison is then of those
// that are left and may end VERIFIED; what makes a product of all leaves, a lockfile or a digest,
// stays INCOMPLETE.
#pragma once

#include <string>

#include "evidence/lockfile.h"
#include "plan/scan.h"

namespace leafsum::verify {

// Whether what the patterns leave out is out of the question, not a gap in the answer.
bool NarrowsQuestion(const plan::Options& options);

// Marks the leaves that are left out; `lock` may be null. A usage error, "" if none: a pattern that
// fits no leaf of either side, or no leaf that is left. Said only where every tree is known.
std::string LeaveOut(plan::Context& context, const evidence::Lockfile* lock);

}  // namespace leafsum::verify
