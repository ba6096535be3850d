// JSON text (RFC 8259) as tokens, without a copy of what stands in it. Strings are checked: UTF-8 throughout, surrogates in
// pairs. What is wrong is said in the words of nlohmann's reader, which users know from elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace leafsum {

enum class JsonToken : uint8_t {
  kEnd,
  kBeginArray,
  kEndArray,
  kBeginObject,
  kEndObject,
  kColon,
  kComma,
  kString,
  kNumber,
  kTrue,
  kFalse,
  kNull,
  kWrong,  // no token: `problem` says why
};

class JsonScanner {
 public:
  // `as_python`: as JsonOptions has it.
  JsonScanner(std::string_view text, bool as_python) : text_(text), as_python_(as_python) {}
  JsonScanner(const JsonScanner&) = delete;
  JsonScanner& operator=(const JsonScanner&) = delete;

  JsonToken Next();
  // Of the last token, where it is a string: valid until the next.
  std::string_view string() const { return string_; }
  // Where it is a number: infinite if it is too large for a double.
  std::variant<uint64_t, int64_t, double> number() const { return number_; }
  // The text from the last token on, and what goes on behind so many bytes of it.
  std::string_view FromToken() const { return text_.substr(begin_); }
  void SkipFromToken(size_t bytes) { at_ = begin_ + bytes; }

  // After an error: the last token's last byte, or what cannot stand where it does.
  size_t offset() const { return at_ > 0 ? at_ - 1 : 0; }
  const std::string& problem() const { return problem_; }
  // What was read from the last string or number on, control characters as <U+000A>.
  std::string LastRead() const;
  bool has_half_surrogates() const { return has_half_surrogates_; }

 private:
  int Get();  // -1 behind the end
  bool Accept(char c);
  bool AcceptDigits();  // one or more
  JsonToken Wrong(std::string_view why);
  JsonToken ScanWord(std::string_view word, JsonToken token);
  JsonToken ScanNumber();
  JsonToken ScanString();
  bool ScanEscape();
  bool ScanUnicodeEscape();
  int32_t ScanCodeUnit();
  bool ScanUtf8(int lead);
  JsonToken WrongInString(int c);

  const std::string_view text_;
  const bool as_python_;
  bool has_half_surrogates_ = false;
  size_t at_ = 0;     // what is read: one more than there is, behind the end
  size_t begin_ = 0;  // of the last token
  size_t spoken_ = 0;  // of the last string or number
  std::string_view string_;
  std::string decoded_;  // what `string_` views where the text has escapes
  std::variant<uint64_t, int64_t, double> number_;
  std::string problem_;
};

}  // namespace leafsum
