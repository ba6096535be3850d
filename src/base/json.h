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
      std::vector<Member>;  // in file order; duplicates are all kept, Find gives the last
  // Integers keep 64 bits: non-negative ones are uint64_t, negative ones int64_t. An integer that
  // fits neither is a double, and so is a number with a point or an exponent.
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

  // The object's member of that name; null if this is not an object or the member is missing.
  // Linear.
  const JsonValue* Find(std::string_view name) const;
  // The elements, if this is an array of non-negative integers.
  std::optional<std::vector<uint64_t>> AsUintArray() const;
  std::optional<std::vector<std::string>> AsStringArray() const;
  // "object", "string" …, for messages.
  std::string_view TypeName() const;

 private:
  Value value_;
};

struct JsonDocument {
  JsonValue root;
  bool has_half_surrogates = false;  // in strings, where JsonOptions::as_python allows them
  std::vector<std::string> duplicate_members;  // names that occur twice in one object, first 100
};

// Takes the elements of one member of the root, each as soon as it is complete, so that they are
// never held all at once: as JsonValues, a long list would take several times the memory of its
// text.
class JsonElements {
 public:
  // The member begins, with an array or an object. A duplicate member begins again: the last one
  // counts.
  virtual void Begin() = 0;
  // An array's element, or an object's value. An object's names stay in the document, in order,
  // with null in place of each value taken; of an array nothing stays.
  virtual void Take(JsonValue value) = 0;

 protected:
  ~JsonElements() = default;
};

// U+FFFF, which is no character.
inline constexpr std::string_view kHalfSurrogate = "\xef\xbf\xbf";

struct JsonOptions {
  // Also accepts what only Python's json accepts, for files that nothing else reads: bare NaN,
  // Infinity and -Infinity, read as null; an escaped half of a surrogate pair, read as
  // kHalfSurrogate. Nesting deeper than kMaxJsonDepth is then `limit`, and `invalid` only where
  // Python gives up too.
  bool as_python = false;
  // Lifts kMaxJsonValues, for evidence that the user names.
  bool any_number_of_values = false;
  uint64_t bytes_per_value = kJsonBytesPerValue;  // text needed per value beyond kMaxJsonValues
  std::string_view taken = {};  // the member of the root whose elements go to `elements`
  JsonElements* elements = nullptr;
};

// The indices of the members sorted by name, duplicates in the order of the text. Empty if the
// members are sorted already.
std::vector<uint32_t> OrderByName(const JsonValue::Object& object);

Result<JsonDocument> ParseJson(Bytes text, JsonOptions options = {});

}  // namespace leafsum
