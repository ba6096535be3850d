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

std::optional<std::vector<report::Finding>> ParseFindings(const JsonValue& value) {
  if (!value.AsArray()) return std::nullopt;
  std::vector<report::Finding> out;
  for (const JsonValue& one : *value.AsArray()) {
    const auto code_name = TextOf(one, "code");
    const auto code = code_name ? report::ParseCode(*code_name) : std::nullopt;
    const auto message = TextOf(one, "message");
    if (!code || !message) return std::nullopt;
    report::Finding f(*code);
    if (const auto severity = TextOf(one, "severity"))
      f.severity = *severity == "warning" ? report::Severity::kWarning : report::Severity::kError;
    f.file = TextOf(one, "file");
    f.expected = TextOf(one, "expected");
    f.actual = TextOf(one, "actual");
    f.message = *message;
    out.push_back(std::move(f));
  }
  return out;
}

Result<FileSums> ParseFileSums(const JsonValue& value) {
  const JsonValue* equal = value.Find("equal");
  const JsonValue* with_source = value.Find("with_source");
  const JsonValue* list = value.Find("findings");
  auto findings = list ? ParseFindings(*list) : std::nullopt;
  if (!equal || !equal->AsUint() || !with_source || !with_source->AsBool() || !findings)
    return Error{ErrorCode::kInvalid, "option \"sums\": not the form of file_sums.h", {}, "", ""};
  return FileSums{*equal->AsUint(), *with_source->AsBool(), std::move(*findings)};
}

}  // namespace leafsum::evidence
