// The documents besides the report: `ls --json` and `diff --json` (src/bindings/README.md).
#pragma once

#include <map>
#include <string>

#include "evidence/compare.h"
#include "plan/scan.h"

namespace leafsum::verify {

// Leaves and keys may be millions, so that their lists are empty here but for a line feed, which
// stands nowhere else in it but at the end; ListRows has what is to be put in its place.
std::string ListJson(const plan::Scan& scan, const plan::Options& options);
// Rows of the `list`th list of ListJson from the `next`th on, commas between: as many as there are,
// or as have `bytes` together. `next` is then the row behind them; "" where there are no more.
// `place`: where the last call found its list; one that asks for the lists in order finds each at
// once.
struct ListPlace {
  size_t item = 0, first_list = 0;
};
std::string ListRows(const plan::Scan& scan, const plan::Options& options, ListPlace& place,
                     size_t list, size_t& next, size_t bytes);
std::string DiffJson(const evidence::Comparison& comparison,
                     const std::map<size_t, content::ValueDifference>& differences);

}  // namespace leafsum::verify
