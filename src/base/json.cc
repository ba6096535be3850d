#include "base/json.h"

#include <algorithm>
#include <cmath>

#include "base/json_scanner.h"
#include "base/limits.h"
#include "base/phrase.h"
#include "base/sort.h"
#include "base/text.h"

namespace leafsum {
namespace {

std::string_view NameOf(JsonToken token) {
  static constexpr std::string_view kNames[] = {
      "end of input", "'['", "']'", "'{'", "'}'", "':'", "','", "string literal", "number literal",
      "true literal", "false literal", "null literal"};
  return kNames[static_cast<size_t>(token)];
}

// Builds JsonValue from tokens. Values wait side by side until what holds them is complete and takes them all at once, in a
// vector that is no larger than they are.
class Parser {
 public:
  Parser(std::string_view text, const JsonOptions& options, uint64_t max_values)
      : scanner(text, options.as_python), options_(options), max_values_(max_values) {}

  // Nothing is on the program's stack however deep the text is nested.
  bool Parse() {
    for (JsonToken token = scanner.Next();;) {  // a value begins
      switch (token) {
        case JsonToken::kBeginObject:
          if (const size_t n = TakenAtOnce()) {
            scanner.SkipFromToken(n);
            if (!Add(JsonValue(), true)) return false;
            break;
          }
          if (!Open(true)) return false;
          token = scanner.Next();
          if (token == JsonToken::kEndObject) {
            if (!CloseObject()) return false;
            break;
          }
          if (!ReadName(token)) return false;
          token = scanner.Next();
          continue;
        case JsonToken::kBeginArray:
          if (!Open(false)) return false;
          token = scanner.Next();
          if (token != JsonToken::kEndArray) continue;
          if (!CloseArray()) return false;
          break;
        case JsonToken::kString:
          if (!Add(JsonValue(std::string(scanner.string())))) return false;
          break;
        case JsonToken::kNumber: {
          JsonValue number;
          std::visit([&](auto n) { number.value() = n; }, scanner.number());
          if (const double* d = std::get_if<double>(&number.value()); d && !std::isfinite(*d))
            return Fail("number overflow parsing '" + Phrase(scanner.LastRead()) + "'");
          if (!Add(std::move(number))) return false;
          break;
        }
        case JsonToken::kTrue:
        case JsonToken::kFalse:
          if (!Add(JsonValue(token == JsonToken::kTrue))) return false;
          break;
        case JsonToken::kNull:
          if (!Add(JsonValue())) return false;
          break;
        case JsonToken::kWrong:
          return Unexpected(token, "value", "");
        default:
          return Unexpected(token, "value", "'[', '{', or a literal");
      }
      for (;;) {  // a value is complete
        token = scanner.Next();
        if (stack_.empty())
          return token == JsonToken::kEnd || Unexpected(token, "value", NameOf(JsonToken::kEnd));
        const bool is_object = stack_.back().is_object;
        const JsonToken end = is_object ? JsonToken::kEndObject : JsonToken::kEndArray;
        if (token == JsonToken::kComma) {
          if (is_object && !ReadName(scanner.Next())) return false;
          token = scanner.Next();
          break;
        }
        if (token != end) return Unexpected(token, is_object ? "object" : "array", NameOf(end));
        if (!(is_object ? CloseObject() : CloseArray())) return false;
      }
    }
  }

  JsonScanner scanner;
  JsonValue root;
  std::vector<std::string> duplicates;
  std::optional<Error> error;

 private:
  // An object or array that is not complete.
  struct Frame {
    bool is_object;
    size_t first;      // of its values in `waiting_`
    std::string name;  // of the member that is being read
  };

  bool Fail(const std::string& why) {
    error = Error{ErrorCode::kInvalid, "not JSON: " + Phrase(why), scanner.offset(), "", ""};
    return false;
  }
  bool Unexpected(JsonToken token, const char* context, std::string_view expected) {
    std::string why = "syntax error while parsing " + Phrase(context) + " - ";
    if (token == JsonToken::kWrong)
      why += scanner.problem() + "; last read: '" + scanner.LastRead() + "'";
    else
      (why += "unexpected ") += NameOf(token);
    if (!expected.empty()) (why += "; expected ") += expected;
    return Fail(why);
  }
  bool ReadName(JsonToken token) {
    if (token != JsonToken::kString)
      return Unexpected(token, "object key", NameOf(JsonToken::kString));
    stack_.back().name = scanner.string();
    token = scanner.Next();
    return token == JsonToken::kColon || Unexpected(token, "object separator", NameOf(JsonToken::kColon));
  }

  bool Open(bool is_object) {
    if (stack_.size() >= static_cast<size_t>(kMaxJsonDepth)) {
      // Nothing that is written in JSON here is nested like this, so it is broken and not too large.
      error = Error{ErrorCode::kInvalid, "JSON is nested too deeply", std::nullopt,
                    "depth of at most " + Phrase(kMaxJsonDepth), "more"};
      return false;
    }
    if (stack_.size() == 1 && IsTaken()) {
      options_.elements->Begin();
      kept_ = held_;
    }
    stack_.push_back({is_object, waiting_.size(), {}});
    return true;
  }
  bool CloseObject() {
    const auto first = waiting_.begin() + static_cast<ptrdiff_t>(stack_.back().first);
    JsonValue::Object members(std::make_move_iterator(first), std::make_move_iterator(waiting_.end()));
    FindDuplicates(members);
    return Close(JsonValue(std::move(members)));
  }
  bool CloseArray() {
    const size_t first = stack_.back().first;
    JsonValue::Array elements;
    elements.reserve(waiting_.size() - first);
    for (size_t i = first; i < waiting_.size(); ++i)
      elements.push_back(std::move(waiting_[i].second));
    return Close(JsonValue(std::move(elements)));
  }
  bool Close(JsonValue&& done) {
    waiting_.resize(stack_.back().first);
    stack_.pop_back();
    return Add(std::move(done));
  }
  // Names that occurred before, in file order.
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
  // By comparing each with each: of few names it is done before an order of them were allocated.
  static constexpr size_t kFew = 12;
  static bool AllDiffer(const JsonValue::Object& object) {
    for (size_t i = 1; i < object.size(); ++i)
      for (size_t j = 0; j < i; ++j)
        if (object[i].first == object[j].first) return false;
    return true;
  }
  bool Add(JsonValue&& v, bool taken = false) {
    if (stack_.empty()) {
      root = std::move(v);
      return true;
    }
    Frame& frame = stack_.back();
    if (IsElement()) {
      if (!taken) options_.elements->Take(std::move(v));
      held_ = kept_;
      if (!frame.is_object) return true;
      ++kept_;
      v = JsonValue();
    }
    if (++held_ > max_values_) {
      error = Error{ErrorCode::kLimit, "JSON text has too many values", std::nullopt,
                    "at most " + Phrase(max_values_), "more"};
      return false;
    }
    waiting_.emplace_back(std::move(frame.name), std::move(v));
    return true;
  }

  bool IsTaken() const { return options_.elements && stack_[0].name == options_.taken; }
  // Whether the value that begins or is complete is one for `elements`.
  bool IsElement() const { return stack_.size() == 2 && IsTaken(); }
  size_t TakenAtOnce() { return IsElement() ? options_.elements->TakeText(scanner.FromToken()) : 0; }

  const JsonOptions& options_;
  const uint64_t max_values_;
  uint64_t held_ = 0;  // values that are held
  uint64_t kept_ = 0;  // of them those outside the element that is being read
  std::vector<Frame> stack_;
  std::vector<JsonValue::Member> waiting_;
};

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
                 "at most " + Phrase(kMaxJsonBytes) + " bytes",
                 Phrase(text.size()) + " bytes"};
  const std::string_view view = AsText(text);
  // No JSON begins with a byte order mark (RFC 8259 §8.1).
  if (view.substr(0, 3) == "\xef\xbb\xbf")
    return Error{ErrorCode::kInvalid, "not JSON: a byte order mark", 0, "", ""};
  Parser parser(view, options, options.any_number_of_values
                                   ? UINT64_MAX
                                   : kMaxJsonValues + text.size() / kJsonBytesPerValue);
  if (!parser.Parse()) {
    // A file with a hole in it: said before what the hole leads to.
    if (const size_t nul = view.find('\0'); nul != view.npos)
      return Error{ErrorCode::kInvalid, "not JSON: a NUL byte", nul, "", ""};
    return std::move(*parser.error);
  }
  return JsonDocument{std::move(parser.root), parser.scanner.has_half_surrogates(),
                      std::move(parser.duplicates)};
}

}  // namespace leafsum
