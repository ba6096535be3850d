// The documents other than the report: `ls --json` and `diff --json` (src/bindings/README.md).
#pragma once

#include <map>
#include <string>

#include "evidence/compare.h"
#include "plan/scan.h"

namespace leafsum::verify {

// The document of `ls`, with a line feed in place of the rows of each list, because there may be
// millions of leaves and keys. ListRows gives the rows. A line feed occurs nowhere else except at
// the end.
std::string ListJson(const plan::Scan& scan, const plan::Options& options);
// Rows of list number `list` of ListJson, from row `next` on, with commas between: all of them, or
// as many as have `bytes` together. Sets `next` to the row after them; "" if there are no more
// rows. `place` remembers where the last call found its list, so that going through the lists in
// order searches for none of them again.
struct ListPlace {
  size_t item = 0, first_list = 0;
};
std::string ListRows(const plan::Scan& scan, const plan::Options& options, ListPlace& place,
                     size_t list, size_t& next, size_t bytes);
std::string DiffJson(const evidence::Comparison& comparison,
                     const std::map<size_t, content::ValueDifference>& differences);

}  // namespace leafsum::verify
