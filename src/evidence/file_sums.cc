#include "evidence/file_sums.h"

#include <string>

namespace leafsum::evidence {
namespace {

std::optional<std::string> Text(const JsonValue& object, std::string_view name) {
  const JsonValue* member = object.Find(name);
  if (!member || !member->AsString()) return std::nullopt;
  return *member->AsString();
}

}  // namespace

Result<FileSums> ParseFileSums(const JsonValue& value) {
  const Error bad{ErrorCode::kInvalid, "option \"sums\": not the form of file_sums.h", {}, "", ""};
  const JsonValue* equal = value.Find("equal");
  const JsonValue* with_source = value.Find("with_source");
  const JsonValue* findings = value.Find("findings");
  if (!equal || !equal->AsUint() || !with_source || !with_source->AsBool() || !findings ||
      !findings->AsArray())
    return bad;
  FileSums out{*equal->AsUint(), *with_source->AsBool(), {}};
  for (const JsonValue& one : *findings->AsArray()) {
    const auto code_name = Text(one, "code");
    const auto code = code_name ? report::ParseCode(*code_name) : std::nullopt;
    const auto message = Text(one, "message");
    if (!code || !message) return bad;
    report::Finding f(*code);
    if (const auto severity = Text(one, "severity"))
      f.severity = *severity == "warning" ? report::Severity::kWarning : report::Severity::kError;
    f.file = Text(one, "file");
    f.expected = Text(one, "expected");
    f.actual = Text(one, "actual");
    f.message = *message;
    out.findings.push_back(std::move(f));
  }
  return out;
}

}  // namespace leafsum::evidence
