// Parts of headlines that are about files: sums, and signed files.
#pragma once

#include <string>

#include "report/report.h"

namespace leafsum::report {

// Whether signed files are all that leaves were compared with.
bool IsByFiles(const Report& report);
// "11 files equal to the sums, 2 leaves"
void Files(std::string& out, const VerdictInput& input, const char* relation);
// " and 2 other files": that the lockfile has.
void OtherFiles(std::string& out, const VerdictInput& input);
// "12 files equal to model.sig, "
void SignedFiles(std::string& out, const BundleInfo& bundle);
// " (the signature covers 3 of them)", where it does not cover every leaf that is equal.
void SignedShare(std::string& out, const Report& report);
// "; 3 files (1.4 KiB) are left out by the rules of model.sig"
void LeftOutBySigner(std::string& out, const Report& report);

}  // namespace leafsum::report
