// One sentence, put together from left to right (docs/headlines.md is its grammar).
#include <algorithm>

#include "report/headline_files.h"
#include "report/printable.h"
#include "report/report.h"
#include "report/update_wording.h"
#include "report/wording.h"

namespace leafsum::report {
namespace {

// `run (step 300, item "state"): `: what was looked at, and what the question was narrowed to; ""
// for the whole of what has no name.
void Subject(std::string& out, const Report& report) {
  const Scope& scope = report.scope;
  Name(out, report.source.name);
  const char* const begin = out.empty() ? "" : " (";
  const char* mark = begin;
  auto fact = [&](const char* word) {
    Put(out, mark, word);
    mark = ", ";
  };
  if (report.source.step) {
    fact("step ");
    Put(out, *report.source.step);
  }
  for (const std::string* item = scope.item ? &*scope.item : nullptr; item; item = nullptr) {
    fact("item ");
    Quoted(out, *item);
  }
  for (const std::string& pattern : scope.include) {
    fact("--include ");
    Quoted(out, pattern);
  }
  for (const std::string& pattern : scope.exclude) {
    fact("--exclude ");
    Quoted(out, pattern);
  }
  if (mark != begin && *begin) out += ')';
  if (report.command == Command::kDiff && !out.empty() && !report.other_name.empty()) {
    out += " and ";
    Name(out, report.other_name);
  }
  if (!out.empty()) out += ": ";
}

// What the leaves were compared with, as the user called it.
void Evident(std::string& out, const Report& report, const VerdictInput& input) {
  const std::string& name = report.has_lock ? report.lock_name : report.other_name;
  if (report.command == Command::kMatch)
    out += "the template";
  else if (input.by_fingerprint && !report.has_lock)
    out += "the fingerprint";
  else if (IsByFiles(report))
    Name(out, report.bundle->name);
  else if (name.empty())
    out += report.has_lock ? "the lockfile" : "the other checkpoint";
  else {
    if (name == report.source.name) out += "the other ";
    Name(out, name);
  }
}

// "12 leaves equal to run.leafsum.json"
void EqualTo(std::string& out, const Report& report, const VerdictInput& input, const char* word) {
  Put(out, word);
  if (report.command == Command::kDiff) return;
  out += " to ";
  Evident(out, report, input);
}

// "; allowed: 2 missing, 1 extra"
void Allowed(std::string& out, const Report& report) {
  const char* mark = "; allowed: ";
  for (const auto& [n, word] :
       {std::pair(report.leaves.missing, " missing"), std::pair(report.leaves.extra, " extra")}) {
    if (n == 0) continue;
    out += mark;
    Number(out, n);
    out += word;
    mark = ", ";
  }
}

void Warnings(std::string& out, const Report& report) {
  const uint64_t n = report.findings.CountOf(Severity::kWarning);
  if (n == 0) return;
  out += "; ";
  Count(out, n, "warning", "warnings");
}

// "; left out: 1 item, 11 leaves"
void LeftOut(std::string& out, const Scope& scope) {
  if (scope.items_left_out + scope.leaves_left_out == 0) return;
  out += "; left out: ";
  if (scope.items_left_out) Count(out, scope.items_left_out, "item", "items");
  if (scope.items_left_out && scope.leaves_left_out) out += ", ";
  if (scope.leaves_left_out) Leaves(out, scope.leaves_left_out);
}

// What a digest of leaves says nothing about (contract §5).
void NotCovered(std::string& out, const Report& report, const VerdictInput& input) {
  uint64_t bytes = report.coverage.unreachable + report.coverage.ignored + report.coverage.unread;
  bytes -= std::min(bytes, input.vouched_bytes + input.other_step_bytes);
  if (input.other_step_bytes) {
    out += "; ";
    Count(out, input.other_steps, "other step", "other steps");
    out += " not read (";
    Size(out, input.other_step_bytes);
    out += ')';
  }
  if (input.by_fingerprint)
    out +=
        "; covered: values, dtypes, shapes and paths; not covered: key types, empty nodes, PRNG "
        "kinds, ";
  else
    out += "; not covered: ";
  out += "custom metadata, sharding, timestamps";
  if (bytes == 0) return;
  out += ", ";
  Size(out, bytes);
  out += " that nobody vouches for";
  if (input.other_files == 0) return;
  out += " (";
  Count(out, input.other_files, "file", "files");
  out += " beside the checkpoint among them)";
}

// What was not read in this run, because an earlier one did and a server says that its files are
// the same.
void OnTags(std::string& out, const VerdictInput& input) {
  if (input.equal_by_tags == 0) return;
  out += "; ";
  Count(out, input.equal_by_tags, "of these leaves rests", "of these leaves rest");
  out +=
      " on ETags: an earlier run read what they need, and that it is still the same the server "
      "alone says";
}

// "digest-mismatch at state:/params/w"
void Place(std::string& out, const Finding* f) {
  if (!f) return;
  Put(out, CodeName(f->code));
  std::string where;
  if (f->key_path) {
    where = f->item.value_or("");
    if (!where.empty()) where += ':';
    for (const std::string& element : *f->key_path) {
      where += '/';
      for (char c : element) {
        if (c == '~' || c == '/')
          Put(where, c == '~' ? "~0" : "~1");
        else
          where += c;
      }
    }
  } else {
    where = f->file ? *f->file : f->item.value_or("");
  }
  if (!where.empty()) Put(out, " at ", Clipped(where));
}

const Finding* First(const Report& report, Severity severity) {
  for (const Finding& f : report.findings.sorted())
    if (f.severity == severity) return &f;
  return nullptr;
}

// "3 of 48 leaves": of every leaf of either side.
void Share(std::string& out, uint64_t n, const Report& report, const VerdictInput& input) {
  const LeafCounts& all = report.leaves;
  Number(out, n);
  out += " of ";
  Leaves(out, all.equal + all.different + all.missing + all.extra + all.not_read +
                  input.leaves_not_compared);
}

// "1 of 48 leaves differs from run.leafsum.json, 2 are missing"; nothing where no leaf differs.
bool Differences(std::string& out, const Report& report, const VerdictInput& input) {
  const LeafCounts& n = report.leaves;
  const bool is_diff = report.command == Command::kDiff;
  bool any = false;
  auto add = [&](uint64_t count, const char* one, const char* many) {
    if (count == 0) return;
    if (any) {
      out += ", ";
      Number(out, count);
    } else {
      Share(out, count, report, input);
    }
    Put(out, count == 1 ? one : many);
    if (!any && n.different && !is_diff) {
      out += " from ";
      Evident(out, report, input);
    }
    any = true;
  };
  add(n.different, " differs", " differ");
  add(n.missing, is_diff ? " is only in A" : " is missing",
      is_diff ? " are only in A" : " are missing");
  add(n.extra, is_diff ? " is only in B" : " is extra", is_diff ? " are only in B" : " are extra");
  if (!any) return false;
  add(n.not_read, " not read", " not read");
  if (n.different || is_diff) return true;
  out += ", compared with ";
  Evident(out, report, input);
  return true;
}

// "step 300 is gone: none of the 48 leaves of run.leafsum.json is there"
void Gone(std::string& out, const Report& report, const VerdictInput& input) {
  out += input.gone;
  if (report.leaves.missing == 0) return;
  out += ": none of the ";
  Leaves(out, report.leaves.missing);
  out += " of ";
  Evident(out, report, input);
  out += " is there";
}

// Whose step is whose, where what differs may be that alone.
void Steps(std::string& out, const Report& report, const VerdictInput& input) {
  if (!report.lock_step || input.step_read == report.lock_step) return;
  if (!input.step_read && !input.every_step) return;
  Put(out, "; the lockfile is of step ", *report.lock_step);
  if (input.step_read)
    Put(out, ", this is step ", *input.step_read);
  else
    out += " alone, and every step was read";
}

void Mismatch(std::string& out, const Report& report, const VerdictInput& input) {
  if (!input.has_error) {
    Count(out, report.findings.CountOf(Severity::kWarning), "warning", "warnings");
    out += ", which --strict counts as errors; first: ";
    return Place(out, First(report, Severity::kWarning));
  }
  if (!input.gone.empty()) return Gone(out, report, input);
  const bool differs = Differences(out, report, input);
  uint64_t others = 0;  // that the counts of leaves do not say
  const Finding* first = nullptr;
  for (const Finding& f : report.findings.sorted()) {
    if (f.severity != Severity::kError || (differs && f.key_path && f.code <= Code::kExtraLeaf))
      continue;
    if (others++ == 0) first = &f;
  }
  if (first) {
    if (differs) out += "; ";
    if (!differs) others = report.findings.CountOf(Severity::kError);
    Count(out, others, differs ? "other error" : "error", differs ? "other errors" : "errors");
    out += others == 1 ? ": " : ", first: ";
    Place(out, first);
    // A fingerprint that differs says nothing of any one leaf.
    const bool by_leaf = !input.by_fingerprint || report.has_lock;
    if (!differs && by_leaf && report.leaves.equal) {
      out += "; ";
      Share(out, report.leaves.equal, report, input);
      EqualTo(out, report, input, " equal");
    } else if (!differs && report.leaves.not_read) {
      out += "; ";
      Share(out, report.leaves.not_read, report, input);
      out += " not read";
    }
  }
  Steps(out, report, input);
}

void Incomplete(std::string& out, const Report& report, const VerdictInput& input) {
  const LeafCounts& n = report.leaves;
  if (!input.has_gap) return Put(out, "there is no leaf with content, so nothing could be shown");
  if (n.equal && !IsByFiles(report)) {
    Leaves(out, n.equal);
    EqualTo(out, report, input, " equal");
    out += ", but ";
  }
  const Finding* first = First(report, Severity::kGap);
  if (IsByFiles(report) && n.not_read) {
    Share(out, n.equal, report, input);
    out += n.equal == 1 ? " is covered by " : " are covered by ";
    Name(out, report.bundle->name);
  } else if (n.not_read) {
    Share(out, n.not_read, report, input);
    out += n.not_read == 1 ? " was not read" : " were not read";
  } else if (first && first->code == Code::kNewerStep) {
    return Put(out, "step ", Clipped(first->file.value_or("")), " is newer and was not compared");
  } else {
    out += "not everything was read";
  }
  if (!first) return;
  out += "; first: ";
  Place(out, first);
}

void Untrusted(std::string& out, const Report& report, const VerdictInput& input) {
  if (!input.has_trust && report.leaves.equal == 0 && input.files_equal)
    return Files(out, input, " consistent with the sums that came with the source");
  Leaves(out, report.leaves.equal);
  if (input.has_trust || (input.demands_signature && !input.is_signed)) {
    out += " equal, but the signature that was asked for is missing or not acceptable";
    const Finding* first = First(report, Severity::kTrust);
    if (!first) return;
    out += ": ";
    out += Clipped(first->message);
    return;
  }
  out += " consistent with ";
  Evident(out, report, input);
  out += report.has_lock ? ", which came with the source and nobody you named has signed"
                         : ", which came with the source and vouches for nothing; compare with "
                           "one that lies elsewhere";
}

void Success(std::string& out, const Report& report, const VerdictInput& input) {
  switch (input.command) {
    case Command::kVerify:
      if (report.bundle) {
        SignedFiles(out, *report.bundle);
        Leaves(out, report.leaves.equal);
        if (!IsByFiles(report)) {
          EqualTo(out, report, input, " equal");
          SignedShare(out, report);
        }
      } else if (input.files_equal) {
        Files(out, input, " equal to the sums");
        if (report.leaves.equal) EqualTo(out, report, input, " equal");
      } else {
        Leaves(out, report.leaves.equal);
        OtherFiles(out, input);
        EqualTo(out, report, input, " equal");
      }
      if (report.signed_by) Signed(out, *report.signed_by, report.signed_at, report.lock_step);
      return Allowed(out, report);
    case Command::kDiff:
      Leaves(out, report.leaves.equal);
      out += " equal";
      return Allowed(out, report);
    case Command::kCheck:
      out += "structure is sound, ";
      Leaves(out, input.leaves_with_content);
      return Put(out, "; values were not compared with anything");
    case Command::kLock:
      if (input.updates) {
        ComparedSteps(out, report, input);
        OtherFiles(out, input);
        EqualTo(out, report, input, " equal");
      } else {
        Leaves(out, input.leaves_with_content);
        OtherFiles(out, input);
      }
      if (report.fingerprint) Put(out, ", fingerprint ", *report.fingerprint);
      GoneSteps(out, report);
      if (input.other_files == 0) return;
      out += "; ";
      Count(out, input.other_files, "file beside the checkpoint is",
            "files beside the checkpoint are");
      return Put(out, " not locked (--files)");
    case Command::kMatch:
      Leaves(out, report.leaves.equal);
      return Put(out, ", nothing would raise, be cast or be missing");
    default:
      Leaves(out, input.leaves_with_content);
      out += " read";
  }
}

}  // namespace

std::string Headline(const Report& report, const VerdictInput& input) {
  std::string out;
  Subject(out, report);
  Put(out, report.verdict.word, ": ");
  switch (report.verdict.verdict) {
    case Verdict::kMatch:
      Success(out, report, input);
      Warnings(out, report);
      break;
    case Verdict::kMismatch:
      Mismatch(out, report, input);
      break;
    case Verdict::kIncomplete:
      Incomplete(out, report, input);
      Allowed(out, report);
      break;
    case Verdict::kUntrusted:
      Untrusted(out, report, input);
      Allowed(out, report);
      break;
    case Verdict::kNoEvidence:
      out += "there is nothing to compare with; structure is sound, ";
      Leaves(out, input.leaves_with_content);
      Warnings(out, report);
      break;
  }
  LeftOut(out, report.scope);
  if (report.verdict.verdict != Verdict::kMismatch) LeftOutBySigner(out, report);
  if (input.unlisted)
    out += "; the source has no listing: files that nothing refers to could not be looked for";
  if (input.narrowed) out += ", nor keys of no leaf";
  if (!input.newer_step.empty())
    Put(out, "; step ", Clipped(input.newer_step), " is newer and was not looked at");
  if (input.newer_generation != 0)
    Put(out, "; generation ", input.newer_generation,
        " is the newest, is what readers restore, and was not looked at");
  // Sums of whole files cover those as well.
  const bool compared =
      input.command == Command::kVerify && report.leaves.equal != 0 && !input.files_equal;
  if (compared && report.verdict.verdict != Verdict::kMismatch) {
    OnTags(out, input);
    NotCovered(out, report, input);
  }
  return out;
}

}  // namespace leafsum::report
