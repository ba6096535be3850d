#include "report/headline_files.h"

#include "report/wording.h"

namespace leafsum::report {

bool IsByFiles(const Report& report) {
  return report.bundle && !report.has_lock && report.other_name.empty();
}

void Files(std::string& out, const VerdictInput& input, const char* relation) {
  Count(out, *input.files_equal, "file", "files");
  Put(out, relation, ", ");
  Leaves(out, input.leaves_with_content);
}

void OtherFiles(std::string& out, const VerdictInput& input) {
  if (input.vouched_files == 0) return;
  out += " and ";
  Count(out, input.vouched_files, "other file", "other files");
}

void SignedFiles(std::string& out, const BundleInfo& bundle) {
  Count(out, bundle.equal, "file", "files");
  out += " equal to ";
  Name(out, bundle.name);
  out += ", ";
}

void SignedShare(std::string& out, const Report& report) {
  if (report.bundle->leaves >= report.leaves.equal) return;
  out += " (the signature covers ";
  Number(out, report.bundle->leaves);
  out += " of them)";
}

void LeftOutBySigner(std::string& out, const Report& report) {
  if (!report.bundle || report.bundle->ignored == 0) return;
  out += "; ";
  Count(out, report.bundle->ignored, "file", "files");
  out += " (";
  Size(out, report.bundle->ignored_bytes);
  out += report.bundle->ignored == 1 ? ") is left out by the rules of "
                                     : ") are left out by the rules of ";
  Name(out, report.bundle->name);
}

}  // namespace leafsum::report
