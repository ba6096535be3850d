#include "trust/document.h"

#include <algorithm>

#include "base/text.h"

namespace leafsum::trust {

std::string ShortText(std::string_view text) {
  constexpr size_t kMax = 80;
  size_t n = std::min(text.size(), kMax);
  while (n < text.size() && n > 0 && (static_cast<uint8_t>(text[n]) & 0xc0) == 0x80) --n;
  return JsonString(text.substr(0, n)) + (n < text.size() ? "…" : "");
}

OrRefusal<JsonValue> ParseDocument(Bytes text, std::string_view what, uint64_t max_bytes) {
  if (text.size() > max_bytes)
    return Refusal{Reason::kTooLarge, Text(what, " is too large"),
                   Text("at most ", max_bytes, " bytes"), Text(text.size(), " bytes")};
  if (AsText(text).substr(0, 3) == "\xef\xbb\xbf")
    return Refusal{Reason::kNotJson, Text(what, " begins with a byte order mark"), "", ""};
  if (std::find(text.begin(), text.end(), 0) != text.end())
    return Refusal{Reason::kNotJson, Text(what, " holds a NUL byte"), "", ""};
  auto document = ParseJson(text);
  if (!document) {
    const Error& error = document.error();
    const bool too_large = error.code == ErrorCode::kLimit || !error.expected.empty();
    return Refusal{too_large ? Reason::kTooLarge : Reason::kNotJson,
                   Text(what, ": ", error.message), error.expected, error.actual};
  }
  if (!document->duplicate_members.empty())
    return Refusal{
        Reason::kDuplicateMember,
        Text(what, " has the member ", ShortText(document->duplicate_members[0]), " twice"), "once",
        "twice"};
  return std::move(document->root);
}

void DocumentReader::FailAs(Reason reason, const std::string& message, std::string_view expected,
                            std::string_view actual) {
  if (refusal_) return;
  refusal_ =
      Refusal{reason, Text(what_, ": ", message), std::string(expected), std::string(actual)};
}

void DocumentReader::Fail(const std::string& message, std::string_view expected,
                          std::string_view actual) {
  FailAs(reason_, message, expected, actual);
}

const JsonValue* DocumentReader::Find(const JsonValue* object, std::string_view name) {
  const JsonValue* member = object ? object->Find(name) : nullptr;
  return member && !member->is_null() ? member : nullptr;
}

const JsonValue* DocumentReader::Need(const JsonValue* object, std::string_view name) {
  const JsonValue* member = Find(object, name);
  if (!member) Fail(Text("member ", ShortText(name), " is missing"));
  return member;
}

const JsonValue* DocumentReader::NeedObject(const JsonValue* object, std::string_view name) {
  const JsonValue* member = Need(object, name);
  if (member && member->AsObject()) return member;
  if (member) Fail(Text(ShortText(name), " must be an object"), "object", member->TypeName());
  return nullptr;
}

const JsonValue::Array& DocumentReader::NeedArray(const JsonValue* object, std::string_view name) {
  static const JsonValue::Array kNone;
  const JsonValue* member = Need(object, name);
  if (member && member->AsArray()) return *member->AsArray();
  if (member) Fail(Text(ShortText(name), " must be an array"), "array", member->TypeName());
  return kNone;
}

std::string DocumentReader::TextOf(const JsonValue& value, std::string_view name) {
  if (const std::string* text = value.AsString()) return *text;
  Fail(Text(ShortText(name), " must be a string"), "string", value.TypeName());
  return {};
}

std::string DocumentReader::NeedText(const JsonValue* object, std::string_view name) {
  const JsonValue* member = Need(object, name);
  return member ? TextOf(*member, name) : std::string();
}

ByteVector DocumentReader::NeedBase64(const JsonValue* object, std::string_view name) {
  const std::string text = NeedText(object, name);
  if (!ok()) return {};
  if (auto bytes = ParseBase64(text)) return std::move(*bytes);
  FailAs(Reason::kMalformedBase64,
         Text(ShortText(name), " is not base64 (RFC 4648, section 4, padded, no line breaks)"),
         "base64", ShortText(text.substr(0, 40)));
  return {};
}

ByteVector DocumentReader::HexOf(const JsonValue& value, std::string_view name) {
  const std::string text = TextOf(value, name);
  if (!ok()) return {};
  if (auto bytes = ParseHex(text); bytes && !bytes->empty()) return std::move(*bytes);
  Fail(Text(ShortText(name), " must be hex digits in lower case"), "hex digits in lower case",
       ShortText(text));
  return {};
}

}  // namespace leafsum::trust
