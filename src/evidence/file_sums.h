// Checksums of whole files (`verify --sums`). The host has read and hashed the files; its findings
// become part of the one verdict.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "report/finding.h"

namespace leafsum::evidence {

struct FileSums {
  uint64_t equal = 0;        // files whose digests equal the sums
  bool with_source = false;  // the sums came with the source, so equality is UNTRUSTED
  std::vector<report::Finding> findings;
};

// {"equal": n, "with_source": bool, "findings": [{"code", "severity"?, "file", "expected"?,
// "actual"?, "message"}]}
Result<FileSums> ParseFileSums(const JsonValue& value);

}  // namespace leafsum::evidence
