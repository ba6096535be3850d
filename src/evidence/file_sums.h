// Checksums of whole files (`verify --sums`): the host has read and hashed the files, what it found
// takes part in the one verdict.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "report/finding.h"

namespace leafsum::evidence {

struct FileSums {
  uint64_t equal = 0;        // files whose digest is the one in the sums
  bool with_source = false;  // the sums came with the source: equality is UNTRUSTED
  std::vector<report::Finding> findings;
};

// {"equal": n, "with_source": bool, "findings": [{"code", "severity"?, "file", "expected"?,
// "actual"?, "message"}]}
Result<FileSums> ParseFileSums(const JsonValue& value);

}  // namespace leafsum::evidence
