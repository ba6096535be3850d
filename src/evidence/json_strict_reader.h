// Reads a JSON document that must be exactly as its specification says; each rule has its own
// message.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "hash/digest.h"

namespace leafsum::evidence {

// A text fit for a message: a JSON string, not too long.
std::string Quoted(std::string_view text);

// As in ByteReader, the first failure sticks, so callers read straight down. Values read after a
// failure mean nothing.
class StrictReader {
 public:
  explicit StrictReader(std::string document) : document_(std::move(document)) {}

  bool ok() const { return !error_; }
  Error TakeError() { return std::move(*error_); }
  // The place for the next messages: `item "state"`, `leaf state:/params/w`; "" for the document
  // itself.
  void SetPlace(std::string place) { place_ = std::move(place); }
  void Fail(const std::string& message, const std::string& expected = {},
            const std::string& actual = {}, ErrorCode code = ErrorCode::kInvalid);

  // An object with only these members, each at most once.
  bool Object(const JsonValue& value, std::string_view what,
              std::initializer_list<std::string_view> names);
  const JsonValue* Need(const JsonValue& object, std::string_view name);
  std::string TextOf(const JsonValue& value, std::string_view name);
  std::string NeedText(const JsonValue& object, std::string_view name);
  uint64_t Integer(const JsonValue& value, std::string_view name);  // below 2^53
  std::vector<uint64_t> Integers(const JsonValue& value, std::string_view name);
  // A text that `parse` accepts; if it does not, the message says that `form` is expected.
  hash::Digest Digest(const JsonValue& value, std::string_view name,
                      std::optional<hash::Digest> (*parse)(std::string_view), const char* form);
  ByteVector Base64Bytes(const JsonValue& value, std::string_view name);

 private:
  std::string document_, place_;
  std::optional<Error> error_;
};

}  // namespace leafsum::evidence
