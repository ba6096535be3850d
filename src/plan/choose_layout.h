// Chooses the step to read, if the source is a root (contract §7).
#pragma once

#include <string>

#include "evidence/lockfile.h"
#include "plan/scan.h"

namespace leafsum::plan {

// Sets `layout` and `step_chosen`: by the options, else by the lockfile, else to the newest step.
// False if there is nothing to read: `not_found` says why if it is the caller's mistake, and if the
// lockfile's step is gone, `nothing_read` is set.
bool ChooseLayout(const Options& options, const evidence::Lockfile* lock, Scan& scan,
                  std::string& not_found);

}  // namespace leafsum::plan
