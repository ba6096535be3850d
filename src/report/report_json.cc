// Writes the report with the members in the order of contract §5 and §10.22, so that two runs give
// the same bytes.
#include "base/text.h"
#include "report/printable.h"
#include "report/report.h"

namespace leafsum::report {
namespace {

// Writes the members of one object, in the order in which they are added.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  ~ObjectWriter() { out_ += '}'; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  std::string& Member(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    AppendJsonString(out_, name);
    return out_ += ':';
  }
  void String(std::string_view name, std::string_view value) {
    AppendJsonString(Member(name), Printable(value));
  }
  void String(std::string_view name, const std::optional<std::string>& value) {
    if (value)
      String(name, std::string_view(*value));
    else
      Null(name);
  }
  void Number(std::string_view name, uint64_t value) { Member(name) += Text(value); }
  void Null(std::string_view name) { Member(name) += "null"; }

 private:
  std::string& out_;
  bool first_ = true;
};

void AppendFinding(std::string& out, const Finding& f) {
  ObjectWriter o(out);
  o.String("code", CodeName(f.code));
  o.String("severity", SeverityName(f.severity));
  o.String("item", f.item);
  if (f.key_path) {
    std::string& array = o.Member("key_path");
    array += '[';
    for (size_t i = 0; i < f.key_path->size(); ++i) {
      if (i) array += ',';
      AppendJsonString(array, Printable((*f.key_path)[i]));
    }
    array += ']';
  } else {
    o.Null("key_path");
  }
  o.String("file", f.file);
  if (f.offset)
    o.Number("offset", *f.offset);
  else
    o.Null("offset");
  o.String("expected", f.expected);
  o.String("actual", f.actual);
  o.String("message", std::string_view(f.message));
}

void AppendSource(std::string& out, const SourceInfo& source) {
  ObjectWriter o(out);
  if (!source.name.empty()) o.String("name", std::string_view(source.name));
  if (source.step) o.Number("step", *source.step);
  if (source.commit_timestamp_nsecs)
    o.String("commit_timestamp_nsecs", source.commit_timestamp_nsecs);
  if (source.files) o.Number("files", *source.files);
  if (source.bytes) o.Number("bytes", *source.bytes);
}

void AppendPatterns(std::string& out, const std::vector<std::string>& patterns) {
  out += '[';
  for (const std::string& pattern : patterns) {
    if (out.back() != '[') out += ',';
    AppendJsonString(out, Printable(pattern));
  }
  out += ']';
}

void AppendScope(std::string& out, const Scope& scope) {
  ObjectWriter o(out);
  if (scope.item) o.String("item", scope.item);
  if (!scope.include.empty()) AppendPatterns(o.Member("include"), scope.include);
  if (!scope.exclude.empty()) AppendPatterns(o.Member("exclude"), scope.exclude);
  o.Number("items_left_out", scope.items_left_out);
  o.Number("leaves_left_out", scope.leaves_left_out);
}

void AppendLock(std::string& out, const Report& report) {
  ObjectWriter o(out);
  if (!report.lock_name.empty()) o.String("name", std::string_view(report.lock_name));
  o.String("fingerprint", report.lock_fingerprint);
  if (report.lock_step) o.Number("step", *report.lock_step);
  if (report.signed_by) o.String("signed_by", report.signed_by);
}

std::string_view FateName(StepFate fate) {
  switch (fate) {
    case StepFate::kAdded:
      return "added";
    case StepFate::kCompared:
      return "compared";
    case StepFate::kKept:
      return "kept";
    case StepFate::kDropped:
      return "dropped";
  }
  return "";
}

void AppendSteps(std::string& out, const std::vector<StepInfo>& steps) {
  out += '[';
  for (const StepInfo& step : steps) {
    if (out.back() != '[') out += ',';
    ObjectWriter o(out);
    o.String("name", std::string_view(step.name));
    o.String("fingerprint", step.fingerprint);
    if (step.fate) o.String("update", FateName(*step.fate));
  }
  out += ']';
}

void AppendCoverage(std::string& out, const Coverage& c) {
  ObjectWriter o(out);
  o.Number("leaf", c.leaf);
  o.Number("structural", c.structural);
  o.Number("unreachable", c.unreachable);
  o.Number("ignored", c.ignored);
  o.Number("unread", c.unread);
}

void AppendBundle(std::string& out, const BundleInfo& bundle) {
  ObjectWriter o(out);
  o.String("name", std::string_view(bundle.name));
  if (bundle.signed_by) o.String("signed_by", bundle.signed_by);
  {
    ObjectWriter files(o.Member("files"));
    files.Number("equal", bundle.equal);
    files.Number("different", bundle.different);
    files.Number("missing", bundle.missing);
    files.Number("extra", bundle.extra);
    files.Number("not_read", bundle.unread);
    files.Number("ignored", bundle.ignored);
  }
  o.Number("leaves", bundle.leaves);
  AppendCoverage(o.Member("covered"), bundle.covered);
}

void AppendLeaves(std::string& out, const LeafCounts& n) {
  ObjectWriter o(out);
  o.Number("equal", n.equal);
  o.Number("different", n.different);
  o.Number("missing", n.missing);
  o.Number("extra", n.extra);
  o.Number("not_read", n.not_read);
}

}  // namespace

std::string ToJson(const Finding& finding) {
  std::string out;
  AppendFinding(out, finding);
  return out;
}

std::string ToJson(const Report& report) {
  std::string out;
  {
    ObjectWriter o(out);
    o.Number("leafsum_report", 1);
    o.String("command", CommandName(report.command));
    o.String("verdict", report.verdict.word);
    o.Number("exit_code", static_cast<uint64_t>(report.verdict.exit_code));
    o.String("headline", std::string_view(report.headline));
    AppendSource(o.Member("source"), report.source);
    if (report.scope.IsNarrow()) AppendScope(o.Member("scope"), report.scope);
    if (report.has_lock)
      AppendLock(o.Member("lock"), report);
    else
      o.Null("lock");
    if (report.bundle) AppendBundle(o.Member("bundle"), *report.bundle);
    if (report.fingerprint || MakesFingerprint(report.command))
      o.String("fingerprint", report.fingerprint);
    if (!report.steps.empty()) AppendSteps(o.Member("steps"), report.steps);
    AppendCoverage(o.Member("coverage"), report.coverage);
    AppendLeaves(o.Member("leaves"), report.leaves);
    std::string& findings = o.Member("findings");
    findings += '[';
    bool first = true;
    for (const Finding& finding : report.findings.sorted()) {
      if (!first) findings += ',';
      first = false;
      AppendFinding(findings, finding);
    }
    findings += ']';
    o.Number("findings_dropped", report.findings.dropped());
  }
  return out += '\n';
}

}  // namespace leafsum::report
