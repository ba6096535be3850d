// Pairs a lockfile with a source above or below the directory that was locked: a root's lockfile
// with one of its steps, a step's or item's lockfile with the root or step around it (contract §7).
#pragma once

#include "evidence/lockfile.h"
#include "plan/scan.h"

namespace leafsum::plan {

// Whether the lockfile was made with --all-steps: each of its items lies in a step, or is a step.
bool IsOfAllSteps(const evidence::Lockfile& lock);

// Call once the layout of the source is known. Gives the lockfile's items and files their names in
// this source, leaves out items and files that have no place here, and reports them. Of several
// steps the newest is taken. Neither item names nor content decide, because an attacker could make
// either fit. If there is not exactly one way to pair, nothing is renamed, and everything differs.
void PairLockfile(Context& context, Scan& scan, evidence::Lockfile& lock);

}  // namespace leafsum::plan
