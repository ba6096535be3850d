#include "orbax/json_document.h"

#include "base/text.h"

namespace leafsum::orbax {

Result<JsonDocument> ParseObject(Bytes text, std::string_view taken, JsonElements* elements) {
  auto document = ParseJson(text, {.as_python = true, .taken = taken, .elements = elements});
  if (document && !document->root.AsObject())
    return Error{ErrorCode::kInvalid, "expected an object, but the document is another value",
                 std::nullopt, "object", document->root.TypeName()};
  return document;
}

Error WrongMember(std::string_view member, std::string_view expected, const JsonValue* got) {
  const std::string actual = got ? std::string(got->TypeName()) : "missing";
  std::string message = Text(JsonString(member), ": expected ", expected, ", but ");
  message += got ? "received " + actual : "member is missing";
  return {ErrorCode::kInvalid, message, std::nullopt, expected, actual};
}

std::vector<const JsonValue::Member*> LastMembers(const JsonValue::Object& object) {
  const std::vector<uint32_t> order = OrderByName(object);
  const auto at = [&](size_t i) { return order.empty() ? i : order[i]; };
  std::vector<bool> replaced(object.size());
  for (size_t i = 1; i < object.size(); ++i)
    if (object[at(i)].first == object[at(i - 1)].first) replaced[at(i - 1)] = true;
  std::vector<const JsonValue::Member*> out;
  for (size_t i = 0; i < object.size(); ++i)
    if (!replaced[i]) out.push_back(&object[i]);
  return out;
}

}  // namespace leafsum::orbax
