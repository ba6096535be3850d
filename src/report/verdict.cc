#include "report/report.h"

namespace leafsum::report {
namespace {

Verdict Judge(const VerdictInput& in) {
  if (in.has_error || (in.strict && in.has_warning)) return Verdict::kMismatch;
  if (in.has_gap) return Verdict::kIncomplete;
  // "Each of the leaves is equal" holds for no leaves at all, and would be the easiest way to pass.
  // A source or lockfile without leaves is never VERIFIED (contract §5), and SOUND, EQUAL, LOCKED
  // and MATCHES are the same verdict by another name. Nothing differs and nothing was read, which
  // is INCOMPLETE.
  if (in.leaves_with_content == 0 && Claims(in.command)) return Verdict::kIncomplete;
  // Also where nobody has said what is wrong with it: a signature that was taken away leaves
  // nothing to find.
  const bool lacks_signature = in.demands_signature && !in.is_signed;
  if (in.has_trust || lacks_signature || in.evidence == Evidence::kWithSource)
    return Verdict::kUntrusted;
  if (in.command == Command::kVerify && in.evidence == Evidence::kNone) return Verdict::kNoEvidence;
  return Verdict::kMatch;
}

}  // namespace

VerdictResult Decide(const VerdictInput& input) {
  const Verdict verdict = Judge(input);
  switch (verdict) {
    case Verdict::kMatch:
      return {verdict, SuccessWord(input.command), 0};
    case Verdict::kMismatch:
      return {verdict, "MISMATCH", 1};
    case Verdict::kIncomplete:
      return {verdict, "INCOMPLETE", 3};
    case Verdict::kUntrusted:
      return {verdict, "UNTRUSTED", 4};
    case Verdict::kNoEvidence:
      return {verdict, "NO-EVIDENCE", 5};
  }
  return {Verdict::kIncomplete, "INCOMPLETE", 3};
}

}  // namespace leafsum::report
