// The documents other than the report: `ls --json` and `diff --json` (src/bindings/README.md).
#pragma once

#include <map>
#include <string>

#include "evidence/compare.h"
#include "plan/scan.h"

namespace leafsum::verify {

// There may be millions of leaves and keys, so each of their lists holds only a line feed here, a
// character that occurs nowhere else except at the end. ListRows gives the rows to put in its
// place.
std::string ListJson(const plan::Scan& scan, const plan::Options& options);
// Rows of list number `list` of ListJson, from row `next` on, with commas between: all of them, or
// as many as have `bytes` together. Sets `next` to the row after them; "" if there are no more.
// `place` remembers where the last call found its list, so that a caller who goes in order finds
// each list at once.
struct ListPlace {
  size_t item = 0, first_list = 0;
};
std::string ListRows(const plan::Scan& scan, const plan::Options& options, ListPlace& place,
                     size_t list, size_t& next, size_t bytes);
std::string DiffJson(const evidence::Comparison& comparison,
                     const std::map<size_t, content::ValueDifference>& differences);

}  // namespace leafsum::verify
