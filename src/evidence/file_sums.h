// Checksums of whole files (`verify --sums`). The host has read and hashed the files; its findings
// become part of the one verdict, as do those about the source itself (an archive's).
#pragma once

#include <cstdint>
#include <optional>
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

// [{"code", "severity"?, "file"?, "expected"?, "actual"?, "message"}]; nothing where it is not
// that.
std::optional<std::vector<report::Finding>> ParseFindings(const JsonValue& value);

// {"equal": n, "with_source": bool, "findings": [{"code", "severity"?, "file", "expected"?,
// "actual"?, "message"}]}
Result<FileSums> ParseFileSums(const JsonValue& value);

}  // namespace leafsum::evidence
