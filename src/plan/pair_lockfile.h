// A lockfile is also for what lies above or below the directory that was locked: of a root for one
// of its steps, of a step or an item for what is around it (contract §7).
#pragma once

#include "evidence/lockfile.h"
#include "plan/scan.h"

namespace leafsum::plan {

// It was locked with --all-steps: each of its items lies in a step, or is one.
bool IsOfAllSteps(const evidence::Lockfile& lock);

// Once the source's layout is known: gives the lockfile's items and files the names that they have
// in this source, leaves out what has no place in it, and says so. Of several steps the newest is
// taken. Neither names of items nor content decide: a source could have either made to fit. Where
// there is no one way nothing is renamed, and all differs.
void PairLockfile(Context& context, Scan& scan, evidence::Lockfile& lock);

}  // namespace leafsum::plan
