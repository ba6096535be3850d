#include "base/json.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <istream>
#include <limits>
#include <string>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/sort.h"
#include "base/text.h"

// Replacements for two functions of the C library, which would be a tenth of core.wasm. Only
// nlohmann's lexer is used: it calls strtod with a number that it has scanned, and snprintf with
// the format "<U+%.4X>" and a byte.
namespace std {
inline double leafsum_strtod(const char* text, char** end) {
  const string_view number(text);
  *end = const_cast<char*>(text) + number.size();
  return leafsum::ParseDecimal(number);
}
inline int leafsum_snprintf(char* out, size_t, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int byte = va_arg(arguments, int);
  va_end(arguments);
  const string text = leafsum::Text("<U+00", "0123456789ABCDEF"[byte >> 4 & 15],
                                    "0123456789ABCDEF"[byte & 15], ">");
  text.copy(out, text.size());
  out[text.size()] = 0;  // the lexer's buffer has 9 bytes
  return static_cast<int>(text.size());
}
}  // namespace std
#define strtod leafsum_strtod
#define snprintf leafsum_snprintf
#include "nlohmann/json.hpp"
#undef strtod
#undef snprintf

namespace leafsum {
namespace {

using Nlohmann = nlohmann::json;

// Builds JsonValue from nlohmann's events. Values wait side by side until their object or array is
// complete and takes them all at once, in a vector of exactly their number.
class Builder : public nlohmann::json_sax<Nlohmann> {
 public:
  Builder(const JsonOptions& options, uint64_t max_values)
      : options_(options), max_values_(max_values) {}

  bool null() override { return Add(JsonValue()); }
  bool boolean(bool v) override { return Add(JsonValue(v)); }
  bool number_integer(number_integer_t v) override {
    return Add(v < 0 ? JsonValue(int64_t{v}) : JsonValue(static_cast<uint64_t>(v)));
  }
  bool number_unsigned(number_unsigned_t v) override { return Add(JsonValue(uint64_t{v})); }
  bool number_float(number_float_t v, const string_t&) override { return Add(JsonValue(v)); }
  // Copied, not moved: the lexer reuses its own string, which grows byte by byte, for the next one.
  bool string(string_t& v) override { return Add(JsonValue(std::string(v))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return Open(true); }
  bool end_object() override {
    if (below_ > 0) return --below_, true;
    const size_t first = stack_.back().first;
    JsonValue::Object members(
        std::make_move_iterator(waiting_.begin() + static_cast<ptrdiff_t>(first)),
        std::make_move_iterator(waiting_.end()));
    FindDuplicates(members);
    return Close(JsonValue(std::move(members)));
  }
  bool start_array(size_t) override { return Open(false); }
  bool end_array() override {
    if (below_ > 0) return --below_, true;
    const size_t first = stack_.back().first;
    JsonValue::Array elements;
    elements.reserve(waiting_.size() - first);
    for (size_t i = first; i < waiting_.size(); ++i)
      elements.push_back(std::move(waiting_[i].second));
    return Close(JsonValue(std::move(elements)));
  }
  bool key(string_t& name) override {
    if (below_ > 0) return true;
    stack_.back().name = name;
    return true;
  }
  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception& e) override {
    if (!error) {
      // nlohmann's text begins with "[json.exception.parse_error.101] parse error at line 1, column
      // 2: ".
      std::string why = e.what();
      if (size_t colon = why.find(": "); colon != std::string::npos) why = why.substr(colon + 2);
      error =
          Error{ErrorCode::kInvalid, "not JSON: " + why, position == 0 ? 0 : position - 1, "", ""};
    }
    return false;
  }

  JsonValue root;
  std::vector<std::string> duplicates;
  std::optional<Error> error;
  std::optional<Error> too_deep;  // reported only if the rest is valid JSON

 private:
  // An object or array that is still open.
  struct Frame {
    bool is_object;
    size_t first;      // where its values begin in `waiting_`
    std::string name;  // of the member that is being read
  };

  bool Open(bool is_object) {
    if (stack_.size() >= static_cast<size_t>(kMaxJsonDepth)) {
      if (options_.as_python) return Deeper();
      // No writer nests its JSON this deeply, so the file is broken, not too large.
      error = Error{ErrorCode::kInvalid, "JSON is nested too deeply", std::nullopt,
                    Text("depth of at most ", kMaxJsonDepth), "more"};
      return false;
    }
    if (stack_.size() == 1 && IsTaken()) {
      options_.elements->Begin();
      kept_ = held_;
    }
    stack_.push_back({is_object, waiting_.size(), {}});
    return true;
  }
  // Values below kMaxJsonDepth are not kept, but depth is still counted, to know whether Python
  // would read the text.
  bool Deeper() {
    if (static_cast<int>(stack_.size()) + ++below_ > kPythonJsonDepth) {
      error = Error{ErrorCode::kInvalid, "JSON is nested so deeply that Python's json gives up",
                    std::nullopt, Text("depth of at most ", kPythonJsonDepth), "more"};
      return false;
    }
    if (!too_deep)
      too_deep = Error{ErrorCode::kLimit, "JSON is nested too deeply", std::nullopt,
                       Text("depth of at most ", kMaxJsonDepth), "more"};
    return true;
  }
  bool Close(JsonValue&& done) {
    waiting_.resize(stack_.back().first);
    stack_.pop_back();
    return Add(std::move(done));
  }
  // Records the names that occurred before, in file order.
  void FindDuplicates(const JsonValue::Object& object) {
    if (object.size() <= kFew && AllDiffer(object)) return;
    const std::vector<uint32_t> order = OrderByName(object);
    const auto at = [&](size_t i) { return order.empty() ? static_cast<uint32_t>(i) : order[i]; };
    std::vector<uint32_t> again;
    for (size_t i = 1; i < object.size(); ++i)
      if (object[at(i)].first == object[at(i - 1)].first) again.push_back(at(i));
    StableSort(again, std::less<uint32_t>());
    for (const uint32_t i : again)
      if (duplicates.size() < 100) duplicates.push_back(object[i].first);
  }
  // Few names are compared each with each, which is faster than allocating an order.
  static constexpr size_t kFew = 12;
  static bool AllDiffer(const JsonValue::Object& object) {
    for (size_t i = 1; i < object.size(); ++i)
      for (size_t j = 0; j < i; ++j)
        if (object[i].first == object[j].first) return false;
    return true;
  }
  bool Add(JsonValue&& v) {
    if (below_ > 0) return true;
    if (stack_.empty()) {
      root = std::move(v);
      return true;
    }
    Frame& frame = stack_.back();
    if (stack_.size() == 2 && IsTaken()) {
      options_.elements->Take(std::move(v));
      held_ = kept_;
      if (!frame.is_object) return true;
      ++kept_;
      v = JsonValue();
    }
    if (++held_ > max_values_) {
      error = Error{ErrorCode::kLimit, "JSON text has too many values", std::nullopt,
                    Text("at most ", max_values_), "more"};
      return false;
    }
    waiting_.emplace_back(std::move(frame.name), std::move(v));
    return true;
  }

  bool IsTaken() const { return options_.elements && stack_[0].name == options_.taken; }

  const JsonOptions& options_;
  const uint64_t max_values_;
  int below_ = 0;      // open objects and arrays below kMaxJsonDepth
  uint64_t held_ = 0;  // values held
  uint64_t kept_ = 0;  // those of them outside the element being read
  std::vector<Frame> stack_;
  std::vector<JsonValue::Member> waiting_;
};

// A text without any of these means the same to every JSON reader.
constexpr std::string_view kPythonOnly[] = {"NaN", "Infinity", "\\ud", "\\uD"};

// The code unit of the \uXXXX at `at`, or 0.
uint32_t EscapedUnit(std::string_view text, size_t at) {
  if (text.size() < at + 6 || text.substr(at, 2) != "\\u") return 0;
  uint32_t unit = 0;
  for (char c : text.substr(at + 2, 4)) {
    const bool letter = (c | 32) >= 'a' && (c | 32) <= 'f';
    if (!letter && (c < '0' || c > '9')) return 0;
    unit = unit << 4 | static_cast<uint32_t>(letter ? (c | 32) - 'a' + 10 : c - '0');
  }
  return unit;
}

// Replaces what only Python reads: non-finite words outside strings by null, halves of surrogate
// pairs inside strings by kHalfSurrogate. Everything else is left for the parser to judge.
std::string AsStrict(std::string_view text, bool& has_half_surrogates) {
  static constexpr std::string_view kWords[] = {"-Infinity", "Infinity", "NaN"};
  std::string out;
  out.reserve(text.size());
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    size_t taken = 1;
    std::string_view instead;
    if (in_string && text[i] == '\\') {
      const uint32_t unit = EscapedUnit(text, i) >> 10, next = EscapedUnit(text, i + 6) >> 10;
      const bool pair = unit == 0xd800 >> 10 && next == 0xdc00 >> 10;
      taken = pair ? 12 : 2;
      if (!pair && (unit == 0xd800 >> 10 || unit == 0xdc00 >> 10)) {
        taken = 6;
        instead = kHalfSurrogate;
        has_half_surrogates = true;
      }
    } else if (text[i] == '"') {
      in_string = !in_string;
    } else if (!in_string) {
      for (std::string_view word : kWords) {
        if (text.substr(i, word.size()) != word) continue;
        taken = word.size();
        instead = "null";
        break;
      }
    }
    out += instead.empty() ? text.substr(i, taken) : instead;
    i += taken - 1;
  }
  return out;
}

}  // namespace

std::optional<bool> JsonValue::AsBool() const {
  const bool* v = std::get_if<bool>(&value_);
  return v ? std::optional<bool>(*v) : std::nullopt;
}

std::optional<uint64_t> JsonValue::AsUint() const {
  const uint64_t* v = std::get_if<uint64_t>(&value_);
  return v ? std::optional<uint64_t>(*v) : std::nullopt;
}

std::optional<double> JsonValue::AsDouble() const {
  if (auto* v = std::get_if<double>(&value_)) return *v;
  if (auto* v = std::get_if<uint64_t>(&value_)) return static_cast<double>(*v);
  if (auto* v = std::get_if<int64_t>(&value_)) return static_cast<double>(*v);
  return std::nullopt;
}

const JsonValue* JsonValue::Find(std::string_view name) const {
  const Object* object = AsObject();
  if (!object) return nullptr;
  for (auto it = object->rbegin(); it != object->rend(); ++it)
    if (it->first == name) return &it->second;
  return nullptr;
}

std::optional<std::vector<uint64_t>> JsonValue::AsUintArray() const {
  const Array* array = AsArray();
  if (!array) return std::nullopt;
  std::vector<uint64_t> out;
  for (const JsonValue& v : *array) {
    auto n = v.AsUint();
    if (!n) return std::nullopt;
    out.push_back(*n);
  }
  return out;
}

std::optional<std::vector<std::string>> JsonValue::AsStringArray() const {
  const Array* array = AsArray();
  if (!array) return std::nullopt;
  std::vector<std::string> out;
  for (const JsonValue& v : *array) {
    const std::string* s = v.AsString();
    if (!s) return std::nullopt;
    out.push_back(*s);
  }
  return out;
}

std::string_view JsonValue::TypeName() const {
  static constexpr std::string_view kNames[] = {"null",   "boolean", "number", "number",
                                                "number", "string",  "array",  "object"};
  return kNames[value_.index()];
}

std::vector<uint32_t> OrderByName(const JsonValue::Object& object) {
  return StableOrder(
      object.size(),
      [](const void* members, uint32_t a, uint32_t b) {
        const auto& m = *static_cast<const JsonValue::Object*>(members);
        return m[a].first < m[b].first;
      },
      &object);
}

Result<JsonDocument> ParseJson(Bytes text, JsonOptions options) {
  if (text.size() > kMaxJsonBytes)
    return Error{ErrorCode::kLimit, "JSON text is too large", std::nullopt,
                 AtMostBytes(kMaxJsonBytes), ByteCount(text.size())};
  const std::string_view view = AsText(text);
  // nlohmann would take a NUL for the end of the text and skip a byte order mark, but neither is
  // JSON (RFC 8259 §8.1).
  if (const size_t nul = view.find('\0'); nul != view.npos)
    return Error{ErrorCode::kInvalid, "not JSON: a NUL byte", nul, "", ""};
  if (view.substr(0, 3) == "\xef\xbb\xbf")
    return Error{ErrorCode::kInvalid, "not JSON: a byte order mark", 0, "", ""};
  Builder builder(options, options.any_number_of_values
                               ? UINT64_MAX
                               : kMaxJsonValues + text.size() / options.bytes_per_value);
  std::string clean;
  std::string_view json = view;
  bool has_half_surrogates = false;
  if (options.as_python &&
      std::any_of(std::begin(kPythonOnly), std::end(kPythonOnly),
                  [&](std::string_view word) { return view.find(word) != view.npos; }))
    json = clean = AsStrict(view, has_half_surrogates);
  const bool ok = Nlohmann::sax_parse(json.begin(), json.end(), &builder);
  if (!ok)
    return builder.error ? *builder.error : Error{ErrorCode::kInvalid, "not JSON", {}, "", ""};
  if (builder.too_deep) return *builder.too_deep;
  return JsonDocument{std::move(builder.root), has_half_surrogates, std::move(builder.duplicates)};
}

}  // namespace leafsum
