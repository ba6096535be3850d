// Reports files that no part of a checkpoint accounts for: `unknown-file`, a warning. Companions
// are only counted.
#pragma once

#include <string_view>

#include "plan/scan.h"

namespace leafsum::plan {

// Whether this is a side file of an item, or known to lie beside one. `name` is below the item's
// directory.
bool IsKnownFile(const ItemScan& item, std::string_view name);

// Call once every key has its leaf. Files in a store's own directories that nothing refers to are
// `unreachable`, without a finding.
void FindUnknownFiles(Context& context, Scan& scan);

}  // namespace leafsum::plan
