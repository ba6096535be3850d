// JSON from untrusted files: depth-limited, no exceptions, duplicate members noticed.
//
// Parsed by nlohmann's SAX reader (json.cc alone includes it) into JsonValue, whose getters fail
// softly.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"

namespace leafsum {

class JsonValue {
 public:
  using Array = std::vector<JsonValue>;
  using Member = std::pair<std::string, JsonValue>;
  using Object =
      std::vector<Member>;  // in file order; of equal names all are kept, Find gives the last
  // Integers keep 64 bits: non-negative ones are uint64_t, negative ones int64_t. What fits in
  // neither is a double, as are numbers with a point or an exponent.
  using Value =
      std::variant<std::monostate, bool, uint64_t, int64_t, double, std::string, Array, Object>;

  JsonValue() = default;
  explicit JsonValue(Value value) : value_(std::move(value)) {}

  bool is_null() const { return value_.index() == 0; }
  std::optional<bool> AsBool() const;
  std::optional<uint64_t> AsUint() const;
  std::optional<double> AsDouble() const;  // any number
  const std::string* AsString() const { return std::get_if<std::string>(&value_); }
  const Array* AsArray() const { return std::get_if<Array>(&value_); }
  const Object* AsObject() const { return std::get_if<Object>(&value_); }
  const Value& value() const { return value_; }
  Value& value() { return value_; }

  // The member of an object, null where this is no object or has no such member. Linear.
  const JsonValue* Find(std::string_view name) const;
  // An array of non-negative integers, or nothing.
  std::optional<std::vector<uint64_t>> AsUintArray() const;
  std::optional<std::vector<std::string>> AsStringArray() const;
  // "object", "string" …: for messages.
  std::string_view TypeName() const;

 private:
  Value value_;
};

struct JsonDocument {
  JsonValue root;
  bool has_half_surrogates = false;  // in strings, where JsonOptions::as_python allows them
  std::vector<std::string> duplicate_members;  // names that occur twice in one object, first 100
};

// Takes the elements of one member of the root, each as it is complete, so that they are never held
// together: what a long list would take as JsonValues is several times its text.
class JsonElements {
 public:
  // The member has begun, with an array or an object. It may do so again: the last one counts.
  virtual void Begin() = 0;
  // An array's element, or an object's value. Of an object the names stay in the document, with
  // null for what was taken and in the same order; of an array nothing stays.
  virtual void Take(JsonValue value) = 0;

 protected:
  ~JsonElements() = default;
};

// U+FFFF, which is no character.
inline constexpr std::string_view kHalfSurrogate = "\xef\xbf\xbf";

struct JsonOptions {
  // What Python's json takes besides, in files that nothing else reads: bare NaN, Infinity and
  // -Infinity, read as null; an escaped half of a surrogate pair, read as kHalfSurrogate. What is
  // nested more deeply than kMaxJsonDepth is `limit` then, and `invalid` only where Python gives up
  // too.
  bool as_python = false;
  // More values than kMaxJsonValues allows: for evidence that the user names.
  bool any_number_of_values = false;
  uint64_t bytes_per_value = kJsonBytesPerValue;  // of text, for each value beyond kMaxJsonValues
  std::string_view taken = {};  // the member of the root whose elements `elements` takes
  JsonElements* elements = nullptr;
};

// Which member comes first by name, second, …; those of one name in the order of the text. Empty
// where all stand so already.
std::vector<uint32_t> OrderByName(const JsonValue::Object& object);

Result<JsonDocument> ParseJson(Bytes text, JsonOptions options = {});

}  // namespace leafsum
