// The documents besides the report: `ls --json` and `diff --json` (src/bindings/README.md).
#pragma once

#include <map>
#include <string>

#include "verify/compare.h"
#include "verify/scan.h"

namespace leafsum::verify {

std::string ListJson(const Scan& scan, const Options& options);
std::string DiffJson(const Comparison& comparison,
                     const std::map<size_t, ValueDifference>& differences);

}  // namespace leafsum::verify
