// Applies --include and --exclude (contract §5). A comparison is then about the remaining leaves
// and may end VERIFIED; commands that make something from all leaves, a lockfile or a digest, stay
// INCOMPLETE.
#pragma once

#include <string>

#include "evidence/lockfile.h"
#include "plan/scan.h"

namespace leafsum::verify {

// Whether the patterns narrow the question itself: if so, leaves that they leave out are no gap in
// the answer.
bool NarrowsQuestion(const plan::Options& options);

// Marks the leaves that are left out; `lock` may be null. Returns a usage error if a pattern fits
// no leaf of either side or no leaf remains, else "". Returns "" too if a tree is unknown, because
// the pattern may fit one of its leaves.
std::string LeaveOut(plan::Context& context, const evidence::Lockfile* lock);

}  // namespace leafsum::verify
