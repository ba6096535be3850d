// Reads members of a metadata document by name, with errors in TensorStore's words.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"

namespace leafsum::zarr {

// The text of a metadata document: a JSON object of at most kMaxArrayMetadata bytes.
Result<JsonDocument> ReadDocument(Bytes text);

// A value in one short line; "missing" for a null pointer.
std::string Describe(const JsonValue* value);

// `"chunks": expected array, but member is missing`; `got` may be null.
Error MemberError(std::string_view member, std::string_view expected, const JsonValue* got,
                  ErrorCode code = ErrorCode::kInvalid);

// Members that the format does not know may change what the rest means.
Status OnlyMembers(std::string_view what, const JsonValue& object,
                   std::span<const std::string_view> known);
inline Status OnlyMembers(std::string_view what, const JsonValue& object,
                          std::initializer_list<std::string_view> known) {
  return OnlyMembers(what, object, std::span(known.begin(), known.size()));
}

// The members of a codec and of every other extension point. zarr v3.1 also has "must_understand",
// which TensorStore refuses.
inline constexpr std::string_view kExtensionMembers[] = {"name", "configuration"};

// The value as an integer; 2.0 is one too, as for TensorStore. Nothing if it does not fit.
std::optional<uint64_t> AsUnsigned(const JsonValue& value);
std::optional<int64_t> AsSigned(const JsonValue& value);

// Reads a required member that is an integer in [low, high].
Result<int64_t> ReadInteger(const JsonValue& object, std::string_view member, int64_t low,
                            int64_t high);
// Reads a required member that is a list of at most 32 integers, each at least `minimum`.
Result<std::vector<uint64_t>> ReadDimensions(const JsonValue& object, std::string_view member,
                                             uint64_t minimum);

// "{2, 3}"
std::string ShapeText(const std::vector<uint64_t>& shape);

}  // namespace leafsum::zarr
