// Files that no part of a checkpoint accounts for: `unknown-file`, a warning. Companions are
// counted instead.
#pragma once

#include <string_view>

#include "plan/scan.h"

namespace leafsum::plan {

// A side file of an item, or what is known to lie beside one. `name`: below the item's directory.
bool IsKnownFile(const ItemScan& item, std::string_view name);

// Once every key has its leaf. Of a store's own directories, what nothing refers to is
// `unreachable`, and no finding.
void FindUnknownFiles(Context& context, Scan& scan);

}  // namespace leafsum::plan
