#include "evidence/file_sums.h"

#include <string>

namespace leafsum::evidence {
namespace {

std::optional<std::string> TextOf(const JsonValue& object, std::string_view name) {
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
    const auto code_name = TextOf(one, "code");
    const auto code = code_name ? report::ParseCode(*code_name) : std::nullopt;
    const auto message = TextOf(one, "message");
    if (!code || !message) return bad;
    report::Finding f(*code);
    if (const auto severity = TextOf(one, "severity"))
      f.severity = *severity == "warning" ? report::Severity::kWarning : report::Severity::kError;
    f.file = TextOf(one, "file");
    f.expected = TextOf(one, "expected");
    f.actual = TextOf(one, "actual");
    f.message = *message;
    out.findings.push_back(std::move(f));
  }
  return out;
}

}  // namespace leafsum::evidence
