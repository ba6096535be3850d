// Where else an array lies that a leaf lacks: the cause, and what to do about it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/scan.h"

namespace leafsum::plan {

// In a process's database that the store was not merged from, or not wholly: what a message goes on
// with. "" where no process has a key of the array that the store lacks. `whole`: the array's
// metadata is not in the store either.
std::string UnmergedWords(const ItemScan& item, std::string_view prefix, bool whole);

// A leaf whose array is not in its item's store, with what is to be said of it.
struct AbsentArray {
  size_t scan, item, leaf;
  std::string key;  // of the array's metadata
  report::Finding finding;
};
// Adds the findings; the stores of the items beside each are looked through once for all of them.
void TellAbsentArrays(Context& context, std::vector<AbsentArray> absent);

}  // namespace leafsum::plan
