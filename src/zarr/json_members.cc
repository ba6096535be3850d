#include "zarr/json_members.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/text.h"

namespace leafsum::zarr {
namespace {

constexpr size_t kMaxDescribed = 60;
constexpr double kTwoTo63 = 9223372036854775808.0;

std::string ShortString(std::string_view text) {
  if (text.size() > kMaxDescribed) {
    size_t end = kMaxDescribed;
    while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80)
      --end;  // do not cut inside a character
    return JsonString(text.substr(0, end)) + "…";
  }
  return JsonString(text);
}

}  // namespace

Result<JsonDocument> ReadDocument(Bytes text) {
  if (text.size() > kMaxArrayMetadata)
    return Error{ErrorCode::kLimit, "array metadata is too large", std::nullopt,
                 AtMostBytes(kMaxArrayMetadata), ByteCount(text.size())};
  auto document = ParseJson(text);
  if (document && !document->root.AsObject())
    return Error{ErrorCode::kInvalid, "expected object, but received: " + Describe(&document->root),
                 std::nullopt, "object", Describe(&document->root)};
  return document;
}

std::string Describe(const JsonValue* value) {
  if (!value) return "missing";
  if (const std::string* s = value->AsString()) return ShortString(*s);
  if (auto b = value->AsBool()) return *b ? "true" : "false";
  if (auto u = value->AsUint()) return Text(*u);
  if (auto* i = std::get_if<int64_t>(&value->value())) return Text(*i);
  if (auto d = value->AsDouble()) return DoubleText(*d);
  if (auto* a = value->AsArray()) return Text("array of length ", a->size());
  return std::string(value->TypeName());
}

Error MemberError(std::string_view member, std::string_view expected, const JsonValue* got,
                  ErrorCode code) {
  std::string message = Text(JsonString(member), ": expected ", expected, ", but ");
  message += got ? "received: " + Describe(got) : "member is missing";
  return {code, std::move(message), std::nullopt, expected, Describe(got)};
}

Status OnlyMembers(std::string_view what, const JsonValue& object,
                   std::span<const std::string_view> known) {
  const JsonValue::Object* members = object.AsObject();
  if (!members) return std::nullopt;
  for (const auto& [name, value] : *members) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return Error{ErrorCode::kUnsupported,
                 Text(JsonString(what), " includes extra members: ", ShortString(name)),
                 std::nullopt, "known members only", ShortString(name)};
  }
  return std::nullopt;
}

std::optional<uint64_t> AsUnsigned(const JsonValue& value) {
  if (auto u = value.AsUint()) return u;
  if (auto* d = std::get_if<double>(&value.value());
      d && *d >= 0 && *d < 2 * kTwoTo63 && *d == std::floor(*d))
    return static_cast<uint64_t>(*d);
  return std::nullopt;
}

std::optional<int64_t> AsSigned(const JsonValue& value) {
  if (auto* i = std::get_if<int64_t>(&value.value())) return *i;
  if (auto u = AsUnsigned(value))
    return *u <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())
               ? std::optional(static_cast<int64_t>(*u))
               : std::nullopt;
  if (auto* d = std::get_if<double>(&value.value());
      d && *d < 0 && *d >= -kTwoTo63 && *d == std::floor(*d))
    return static_cast<int64_t>(*d);
  return std::nullopt;
}

Result<int64_t> ReadInteger(const JsonValue& object, std::string_view member, int64_t low,
                            int64_t high) {
  const JsonValue* value = object.Find(member);
  const auto n = value ? AsSigned(*value) : std::nullopt;
  if (!n || *n < low || *n > high)
    return MemberError(member, Text("integer in the range [", low, ", ", high, "]"), value);
  return *n;
}

Result<std::vector<uint64_t>> ReadDimensions(const JsonValue& object, std::string_view member,
                                             uint64_t minimum) {
  const JsonValue* value = object.Find(member);
  const JsonValue::Array* array = value ? value->AsArray() : nullptr;
  if (!array) return MemberError(member, "array", value);
  if (array->size() > kMaxRank)
    return Error{ErrorCode::kLimit,
                 Text(JsonString(member), ": rank ", array->size(), " is outside the valid range"),
                 std::nullopt, Text("at most ", kMaxRank), Text(array->size())};
  std::vector<uint64_t> out;
  for (const JsonValue& element : *array) {
    const auto n = AsUnsigned(element);
    if (!n || *n < minimum)
      return MemberError(member, Text("integers of at least ", minimum), &element);
    out.push_back(*n);
  }
  return out;
}

std::string ShapeText(const std::vector<uint64_t>& shape) {
  std::string out = "{";
  for (size_t i = 0; i < shape.size(); ++i) out += Text(i ? ", " : "", shape[i]);
  return out + "}";
}

}  // namespace leafsum::zarr
