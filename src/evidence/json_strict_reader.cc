#include "evidence/json_strict_reader.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "report/printable.h"

namespace leafsum::evidence {

using report::Clipped;

std::string Quoted(std::string_view text) { return JsonString(Clipped(text)); }

void StrictReader::Fail(const std::string& message, const std::string& expected,
                        const std::string& actual, ErrorCode code) {
  if (error_) return;
  error_ = Error{code, Text(document_, ": ", place_.empty() ? "" : place_ + ": ", message),
                 std::nullopt, expected, actual};
}

bool StrictReader::Object(const JsonValue& value, std::string_view what,
                          std::initializer_list<std::string_view> names) {
  const JsonValue::Object* object = value.AsObject();
  if (!object) {
    Fail(Text(what, " must be an object"), "object", std::string(value.TypeName()));
    return false;
  }
  uint32_t seen = 0;
  for (const auto& [name, member] : *object) {
    const auto* known = std::find(names.begin(), names.end(), name);
    if (known == names.end()) {
      Fail("unknown member " + Quoted(name));
      return false;
    }
    const uint32_t bit = 1u << (known - names.begin());
    if (seen & bit) {
      Fail("duplicate member " + Quoted(name));
      return false;
    }
    seen |= bit;
  }
  return ok();
}

const JsonValue* StrictReader::Need(const JsonValue& object, std::string_view name) {
  const JsonValue* member = object.Find(name);
  if (!member) Fail(Text("member ", Quoted(name), " is missing"));
  return member;
}

std::string StrictReader::TextOf(const JsonValue& value, std::string_view name) {
  if (const std::string* text = value.AsString()) return *text;
  Fail(Quoted(name) + " must be a string", "string", std::string(value.TypeName()));
  return {};
}

std::string StrictReader::NeedText(const JsonValue& object, std::string_view name) {
  const JsonValue* member = Need(object, name);
  return member ? TextOf(*member, name) : std::string();
}

uint64_t StrictReader::Integer(const JsonValue& value, std::string_view name) {
  if (auto n = value.AsUint(); n && *n < kMaxSafeInteger) return *n;
  if (auto d = value.AsDouble(); d && *d >= static_cast<double>(kMaxSafeInteger))
    Fail(Quoted(name) + " has an integer of 2^53 or more", "below 9007199254740992", {},
         ErrorCode::kLimit);
  else
    Fail(Quoted(name) + " must hold integers of at least 0", "integer",
         d ? "another number" : std::string(value.TypeName()));
  return 0;
}

std::vector<uint64_t> StrictReader::Integers(const JsonValue& value, std::string_view name) {
  std::vector<uint64_t> out;
  const JsonValue::Array* array = value.AsArray();
  if (!array) {
    Fail(Quoted(name) + " must be an array", "array", std::string(value.TypeName()));
    return out;
  }
  for (const JsonValue& element : *array) {
    out.push_back(Integer(element, name));
    if (!ok()) break;
  }
  return out;
}

hash::Digest StrictReader::Digest(const JsonValue& value, std::string_view name,
                                  std::optional<hash::Digest> (*parse)(std::string_view),
                                  const char* form) {
  const std::string text = TextOf(value, name);
  if (!ok()) return {};
  if (auto digest = parse(text)) return *digest;
  Fail(Text(Quoted(name), " must be ", form), form, Clipped(text));
  return {};
}

ByteVector StrictReader::Base64Bytes(const JsonValue& value, std::string_view name) {
  const std::string text = TextOf(value, name);
  if (!ok()) return {};
  if (auto bytes = ParseBase64(text)) return std::move(*bytes);
  Fail(Quoted(name) + " is not base64 (RFC 4648, section 4, padded)", "base64", Clipped(text, 40));
  return {};
}

}  // namespace leafsum::evidence
