// Keys that no leaf accounts for, once every leaf has its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/scan.h"

namespace leafsum::plan {

// One finding per array, however many chunks it has. `claimed`: by entry of the item's store. The
// keys of an array that an empty node or a string hides are told with that leaf (check_records).
void FindLeftovers(Context& context, Scan& scan, const ItemScan& item,
                   const std::vector<uint8_t>& claimed);

// In hexadecimal where it is no text.
std::string PrintableKey(std::string_view key);

}  // namespace leafsum::plan
