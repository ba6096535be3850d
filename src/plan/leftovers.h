// Finds keys that no leaf accounts for, once every leaf has its keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/scan.h"

namespace leafsum::plan {

// Adds one finding for each array, however many chunks it has. `claimed` is indexed by entry of the
// item's store. The keys of an array hidden by an empty node or a string are reported with that
// leaf (check_records).
void FindLeftovers(Context& context, Scan& scan, const ItemScan& item,
                   const std::vector<uint8_t>& claimed);

// The key, in hexadecimal if it is not text.
std::string PrintableKey(std::string_view key);

}  // namespace leafsum::plan
