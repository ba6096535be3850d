// What the parsers of Orbax's own JSON files share.
#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"

namespace leafsum::orbax {

// The document of one of Orbax's files: an object, in which is tolerated what Python's json reads.
// `elements`, if given, takes those of the member `taken` (base/json.h).
Result<JsonDocument> ParseObject(Bytes text, std::string_view taken = {},
                                 JsonElements* elements = nullptr);

// `"write_shape": expected array, but received string`; `got` may be null: missing.
Error WrongMember(std::string_view member, std::string_view expected, const JsonValue* got);

// Each member once, of equal names the last, as every reader has it.
std::vector<const JsonValue::Member*> LastMembers(const JsonValue::Object& object);

}  // namespace leafsum::orbax
