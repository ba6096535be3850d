// Which step of a root is read, if the source is one (contract §7).
#pragma once

#include <string>

#include "evidence/lockfile.h"
#include "plan/scan.h"

namespace leafsum::plan {

// Sets `layout` and `step_chosen`. The options come first, then the lockfile, then the newest step.
// False where there is nothing to read: `not_found` says why if that is the caller's mistake; a
// step of the lockfile that is gone is `nothing_read`.
bool ChooseLayout(const Options& options, const evidence::Lockfile* lock, Scan& scan,
                  std::string& not_found);

}  // namespace leafsum::plan
