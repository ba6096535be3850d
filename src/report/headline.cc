#include <algorithm>

#include "base/text.h"
#include "report/printable.h"
#include "report/report.h"

namespace leafsum::report {
namespace {

std::string Count(uint64_t n, std::string_view one, std::string_view many) {
  return Text(n, " ", n == 1 ? one : many);
}
std::string Leaves(uint64_t n) { return Count(n, "leaf", "leaves"); }

void Append(std::string& list, const std::string& part) {
  if (!list.empty()) list += ", ";
  list += part;
}

// ` in item "state" for --include "/params/**"`: what the question was narrowed to.
std::string InScope(const Scope& scope) {
  std::string out;
  if (scope.item) out += " in item " + JsonString(Clipped(*scope.item));
  std::string patterns;
  for (const std::string& p : scope.include)
    Append(patterns, "--include " + JsonString(Clipped(p)));
  for (const std::string& p : scope.exclude)
    Append(patterns, "--exclude " + JsonString(Clipped(p)));
  return patterns.empty() ? out : Text(out, " for ", patterns);
}

// "; left out: 1 item, 11 leaves"
std::string LeftOut(const Scope& scope) {
  std::string parts;
  if (scope.items_left_out) Append(parts, Count(scope.items_left_out, "item", "items"));
  if (scope.leaves_left_out) Append(parts, Leaves(scope.leaves_left_out));
  return parts.empty() ? "" : "; left out: " + parts;
}

// Whatever the lockfile or the second source is called.
std::string_view Evident(const Report& report) {
  return report.has_lock ? "the lockfile" : "the evidence given";
}

// "; 2 missing and 1 extra leaf were allowed"
std::string Allowed(const Report& report) {
  std::string parts;
  if (report.leaves.missing) Append(parts, Text(report.leaves.missing, " missing"));
  if (report.leaves.extra) Append(parts, Text(report.leaves.extra, " extra"));
  return parts.empty() ? "" : "; allowed: " + parts;
}

std::string Warnings(const Report& report) {
  const uint64_t n = report.findings.CountOf(Severity::kWarning);
  return n == 0 ? "" : "; " + Count(n, "warning", "warnings");
}

// What a digest of leaves says nothing about (contract §5).
std::string NotCovered(const Report& report, const VerdictInput& input) {
  uint64_t bytes = report.coverage.unreachable + report.coverage.ignored + report.coverage.unread;
  bytes -= std::min(bytes, input.vouched_bytes);
  std::string out;
  if (input.by_fingerprint)
    out =
        "; covered: values, dtypes, shapes and paths; not covered: key types, empty nodes, PRNG "
        "kinds, ";
  else
    out = "; not covered: ";
  out += "custom metadata, sharding, timestamps";
  if (bytes) out += Text(", ", Count(bytes, "byte", "bytes"), " that nobody vouches for");
  if (bytes && input.other_files)
    out +=
        Text(" (", Count(input.other_files, "file", "files"), " beside the checkpoint among them)");
  return out;
}

// What was not read in this run, because an earlier one did and a server says that its files are
// the same.
std::string OnTags(const VerdictInput& input) {
  if (input.equal_by_tags == 0) return "";
  return Text(
      "; ", Count(input.equal_by_tags, "of these leaves rests", "of these leaves rest"),
      " on ETags: an earlier run read what they need, and that it is still the same the server "
      "alone says");
}

std::string Where(const Finding& f) {
  std::string where;
  if (f.key_path) {
    where = f.item.value_or("");
    if (!where.empty()) where += ':';
    for (const std::string& element : *f.key_path) {
      where += '/';
      for (char c : element) where += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
  } else if (f.file) {
    where = *f.file;
  } else if (f.item) {
    where = *f.item;
  }
  return where.empty() ? "" : " at " + Clipped(where);
}

// "; first: digest-mismatch at state:/params/w"
std::string First(const Report& report, Severity severity) {
  for (const Finding& f : report.findings.sorted())
    if (f.severity == severity) return Text("; first: ", CodeName(f.code), Where(f));
  return "";
}

std::string Mismatch(const Report& report, const VerdictInput& input) {
  const LeafCounts& n = report.leaves;
  std::string counts;
  if (n.different) Append(counts, Count(n.different, "leaf differs", "leaves differ"));
  if (n.missing) Append(counts, Text(n.missing, " missing"));
  if (n.extra) Append(counts, Text(n.extra, " extra"));
  if (n.not_read) Append(counts, Text(n.not_read, " not read"));
  if (n.equal) Append(counts, Text(n.equal, " equal"));
  if (!input.has_error) {
    const uint64_t warnings = report.findings.CountOf(Severity::kWarning);
    return Text(Count(warnings, "warning", "warnings"), ", which --strict counts as errors",
                First(report, Severity::kWarning));
  }
  const uint64_t errors = report.findings.CountOf(Severity::kError);
  return Count(errors, "error", "errors") + (counts.empty() ? "" : Text(" (", counts, ")")) +
         First(report, Severity::kError);
}

std::string Incomplete(const Report& report, const VerdictInput& input) {
  if (!input.has_gap) return "there is no leaf with content, so nothing could be shown";
  std::string out = "nothing differs, but ";
  if (report.leaves.not_read) {
    const LeafCounts& n = report.leaves;
    out += Text(n.not_read, " of ",
                Leaves(n.equal + n.different + n.missing + n.extra + n.not_read +
                       input.leaves_not_compared),
                n.not_read == 1 ? " was not read" : " were not read");
  } else {
    out += "something was not read";
  }
  return out + First(report, Severity::kGap);
}

// "11 files equal to the sums, 2 leaves with content"
std::string Files(const VerdictInput& input, std::string_view relation) {
  return Text(Count(*input.files_equal, "file", "files"), relation, ", ",
              Leaves(input.leaves_with_content), " with content");
}

std::string Untrusted(const Report& report, const VerdictInput& input) {
  if (!input.has_trust && report.leaves.equal == 0 && input.files_equal)
    return Files(input, " consistent with the sums that came with the source");
  const std::string equal = Leaves(report.leaves.equal);
  if (input.has_trust)
    return Text(equal, " equal, but the signature that was asked for is missing or not acceptable",
                First(report, Severity::kTrust));
  return equal + (report.has_lock
                      ? " consistent with the lockfile that came with the source, which "
                        "nobody you named has signed"
                      : " consistent with a checkpoint that came with the source and "
                        "vouches for nothing; compare with one that lies elsewhere");
}

// " and 2 other files": that the lockfile has.
std::string OtherFiles(const VerdictInput& input) {
  return input.vouched_files ? " and " + Count(input.vouched_files, "other file", "other files")
                             : std::string();
}

std::string Success(const Report& report, const VerdictInput& input) {
  const std::string leaves = Leaves(input.leaves_with_content) + " with content";
  switch (input.command) {
    case Command::kVerify:
      if (input.files_equal)
        return Files(input, " equal to the sums") +
               (report.leaves.equal ? " equal to " + std::string(Evident(report)) : std::string()) +
               Allowed(report);
      return Text(Leaves(report.leaves.equal), OtherFiles(input), " equal to ", Evident(report),
                  Allowed(report));
    case Command::kDiff:
      return Text(Leaves(report.leaves.equal), " equal on both sides", Allowed(report));
    case Command::kCheck:
      return Text("structure is sound, ", leaves, "; values were not compared with anything");
    case Command::kLock:
      return leaves + OtherFiles(input) +
             (report.fingerprint ? ", fingerprint " + *report.fingerprint : std::string()) +
             (input.other_files ? Text("; ",
                                       Count(input.other_files, "file beside the checkpoint is",
                                             "files beside the checkpoint are"),
                                       " not locked (--files)")
                                : std::string());
    case Command::kMatch:
      return Leaves(report.leaves.equal) + ", nothing would raise, be cast or be missing";
    default:
      return leaves + " read";
  }
}

}  // namespace

std::string Headline(const Report& report, const VerdictInput& input) {
  std::string out = Text(report.verdict.word, InScope(report.scope), ": ");
  switch (report.verdict.verdict) {
    case Verdict::kMatch:
      out += Success(report, input) + Warnings(report);
      break;
    case Verdict::kMismatch:
      out += Mismatch(report, input);
      break;
    case Verdict::kIncomplete:
      out += Incomplete(report, input) + Allowed(report);
      break;
    case Verdict::kUntrusted:
      out += Untrusted(report, input) + Allowed(report);
      break;
    case Verdict::kNoEvidence:
      out += Text("there is nothing to compare with; structure is sound, ",
                  Leaves(input.leaves_with_content), " with content", Warnings(report));
      break;
  }
  out += LeftOut(report.scope);
  if (input.unlisted)
    out += "; the source has no listing: files that nothing refers to could not be looked for";
  if (input.narrowed) out += ", nor keys of no leaf";
  if (!input.newer_step.empty())
    out += Text("; step ", Clipped(input.newer_step), " is newer and was not looked at");
  if (input.newer_generation != 0)
    out += Text("; generation ", input.newer_generation,
                " is the newest, is what readers restore, and was not looked at");
  // Sums of whole files cover those as well.
  const bool compared =
      input.command == Command::kVerify && report.leaves.equal != 0 && !input.files_equal;
  if (compared && report.verdict.verdict != Verdict::kMismatch)
    out += OnTags(input) + NotCovered(report, input);
  return out;
}

}  // namespace leafsum::report
