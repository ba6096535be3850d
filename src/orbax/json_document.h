// What the parsers of Orbax's own JSON files share.
#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"

namespace leafsum::orbax {

// Parses one of Orbax's files, which must be an object; accepts what Python's json accepts.
// `elements`, if given, takes the elements of the member `taken` (base/json.h).
Result<JsonDocument> ParseObject(Bytes text, std::string_view taken = {},
                                 JsonElements* elements = nullptr);

// `"write_shape": expected array, but received string`; `got` is null for a missing member.
Error WrongMember(std::string_view member, std::string_view expected, const JsonValue* got);

// Each member once; of members with equal names the last one, as in every reader.
std::vector<const JsonValue::Member*> LastMembers(const JsonValue::Object& object);

}  // namespace leafsum::orbax
