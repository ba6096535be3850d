// Where else the missing array of a leaf lies: the cause, and what to do about it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/scan.h"

namespace leafsum::plan {

// Words to add to a message if the array lies in a process's database that was not merged into the
// store, or only in part. "" if no process has a key of the array that the store lacks. `whole`:
// the store lacks the array's metadata too.
std::string UnmergedWords(const ItemScan& item, std::string_view prefix, bool whole);

// A leaf whose array is missing from its item's store, with the finding about it.
struct AbsentArray {
  size_t scan, item, leaf;
  std::string key;  // the key of the array's metadata
  report::Finding finding;
};
// Adds the findings. The stores of the neighbouring items are searched once for all of them.
void TellAbsentArrays(Context& context, std::vector<AbsentArray> absent);

}  // namespace leafsum::plan
