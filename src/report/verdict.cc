#include "report/report.h"

namespace leafsum::report {
namespace {

// Commands that print what they read and claim nothing about it (contract §5, §10.20). Without
// leaves they simply have nothing to print.
bool OnlyReads(Command command) {
  return command == Command::kDigest || command == Command::kList || command == Command::kCat ||
         command == Command::kMetadata;
}

std::string_view SuccessWord(Command command) {
  switch (command) {
    case Command::kLock:
      return "LOCKED";
    case Command::kVerify:
      return "VERIFIED";
    case Command::kCheck:
      return "SOUND";
    case Command::kDiff:
      return "EQUAL";
    case Command::kMatch:
      return "MATCHES";
    case Command::kDigest:
    case Command::kList:
    case Command::kCat:
    case Command::kMetadata:
      return "COMPLETE";
  }
  return "COMPLETE";
}

Verdict Judge(const VerdictInput& in) {
  if (in.has_error || (in.strict && in.has_warning)) return Verdict::kMismatch;
  if (in.has_gap) return Verdict::kIncomplete;
  // "Each of the leaves is equal" holds for no leaves at all, and would be the easiest way to pass.
  // A source or lockfile without leaves is never VERIFIED (contract §5), and SOUND, EQUAL, LOCKED
  // and MATCHES are the same verdict by another name. Nothing differs and nothing was read, which
  // is INCOMPLETE.
  if (in.leaves_with_content == 0 && !OnlyReads(in.command)) return Verdict::kIncomplete;
  if (in.has_trust || in.evidence == Evidence::kWithSource) return Verdict::kUntrusted;
  if (in.command == Command::kVerify && in.evidence == Evidence::kNone) return Verdict::kNoEvidence;
  return Verdict::kMatch;
}

}  // namespace

std::string_view CommandName(Command command) {
  switch (command) {
    case Command::kLock:
      return "lock";
    case Command::kVerify:
      return "verify";
    case Command::kCheck:
      return "check";
    case Command::kDiff:
      return "diff";
    case Command::kMatch:
      return "match";
    case Command::kDigest:
      return "digest";
    case Command::kList:
      return "ls";
    case Command::kCat:
      return "cat";
    case Command::kMetadata:
      return "metadata";
  }
  return "verify";
}

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
