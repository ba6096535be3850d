#include "base/json_scanner.h"

#include <algorithm>
#include <limits>

#include "base/decimal.h"
#include "base/phrase.h"

namespace leafsum {
namespace {

constexpr std::string_view kNotHex = "invalid string: '\\u' must be followed by 4 hex digits";

// A control character's last two digits, as U+00XX and \u00XX have them.
std::string HexOf(int c) { return {c < 16 ? '0' : '1', "0123456789ABCDEF"[c & 15]}; }
bool IsDigit(int c) { return c >= '0' && c <= '9'; }
bool IsHigh(int32_t unit) { return unit >> 10 == 0xd800 >> 10; }
bool IsLow(int32_t unit) { return unit >> 10 == 0xdc00 >> 10; }

void AppendUtf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  out += static_cast<char>((0xff00 >> (more + 1) & 0xff) | code >> 6 * more);
  for (int i = more; i-- > 0;) out += static_cast<char>(0x80 | (code >> 6 * i & 0x3f));
}

}  // namespace

int JsonScanner::Get() {
  const size_t at = at_++;
  return at < text_.size() ? static_cast<unsigned char>(text_[at]) : -1;
}

bool JsonScanner::Accept(char c) {
  const bool there = at_ < text_.size() && text_[at_] == c;
  at_ += there;
  return there;
}

bool JsonScanner::AcceptDigits() {
  if (!IsDigit(Get())) return false;
  while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
  return true;
}

JsonToken JsonScanner::Wrong(std::string_view why) {
  problem_ = why;
  return JsonToken::kWrong;
}

std::string JsonScanner::LastRead() const {
  std::string out;
  for (char c : text_.substr(spoken_, at_ - spoken_)) {
    if (c >= 0 && c < ' ')
      out += "<U+00" + Phrase(HexOf(c)) + '>';
    else
      out += c;
  }
  return out;
}

JsonToken JsonScanner::Next() {
  while (Accept(' ') || Accept('\n') || Accept('\t') || Accept('\r')) {
  }
  begin_ = at_;
  const int c = Get();
  switch (c) {
    case -1: return JsonToken::kEnd;
    case '[': return JsonToken::kBeginArray;
    case ']': return JsonToken::kEndArray;
    case '{': return JsonToken::kBeginObject;
    case '}': return JsonToken::kEndObject;
    case ':': return JsonToken::kColon;
    case ',': return JsonToken::kComma;
    case '"': return ScanString();
    case 't': return ScanWord("true", JsonToken::kTrue);
    case 'f': return ScanWord("false", JsonToken::kFalse);
    case 'n': return ScanWord("null", JsonToken::kNull);
  }
  if (as_python_)
    for (std::string_view word : {"-Infinity", "Infinity", "NaN"})
      if (FromToken().starts_with(word)) return ScanWord(word, JsonToken::kNull);
  return c == '-' || IsDigit(c) ? ScanNumber() : Wrong("invalid literal");
}

JsonToken JsonScanner::ScanWord(std::string_view word, JsonToken token) {
  at_ = begin_;
  for (char c : word)
    if (Get() != c) return Wrong("invalid literal");
  return token;
}

JsonToken JsonScanner::ScanNumber() {
  at_ = spoken_ = begin_;
  const bool negative = Accept('-');
  const size_t digits = at_;
  if (!Accept('0') && !AcceptDigits()) return Wrong("invalid number; expected digit after '-'");
  const size_t digits_end = at_;
  if (Accept('.') && !AcceptDigits()) return Wrong("invalid number; expected digit after '.'");
  if (Accept('e') || Accept('E')) {
    const bool sign = Accept('+') || Accept('-');
    if (!AcceptDigits())
      return Wrong(sign ? "invalid number; expected digit after exponent sign"
                        : "invalid number; expected '+', '-', or digit after exponent");
  }
  bool fits = at_ == digits_end;
  uint64_t n = 0;
  for (size_t i = digits; fits && i < digits_end; ++i) {
    const auto digit = static_cast<uint64_t>(text_[i] - '0');
    fits = n <= (std::numeric_limits<uint64_t>::max() - digit) / 10;
    n = n * 10 + digit;
  }
  if (negative && n > 0) {
    fits &= n <= uint64_t{1} << 63;
    number_ = static_cast<int64_t>(0 - n);
  } else {
    number_ = n;
  }
  if (!fits) number_ = ParseDecimal(text_.substr(begin_, at_ - begin_));
  return JsonToken::kNumber;
}

JsonToken JsonScanner::ScanString() {
  spoken_ = begin_;
  decoded_.clear();
  size_t from = at_;  // what is behind is neither in `decoded_` nor decoded
  bool escapes = false;
  for (;;) {
    const auto is_plain = [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte >= ' ' && byte < 0x80 && byte != '"' && byte != '\\';
    };
    while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
    const int c = Get();
    const std::string_view plain = text_.substr(from, at_ - 1 - from);
    if (c == '"') {
      string_ = escapes ? std::string_view(decoded_ += plain) : plain;
      return JsonToken::kString;
    }
    if (c == '\\') {
      escapes = true;
      decoded_ += plain;
      if (!ScanEscape()) return JsonToken::kWrong;
      from = at_;
    } else if (c < ' ') {
      return WrongInString(c);
    } else if (!ScanUtf8(c)) {
      return Wrong("invalid string: ill-formed UTF-8 byte");
    }
  }
}

JsonToken JsonScanner::WrongInString(int c) {
  if (c < 0) return Wrong("invalid string: missing closing quote");
  static constexpr char kNames[] =
      "NULSOHSTXETXEOTENQACKBELBS HT LF VT FF CR SO SI DLEDC1DC2DC3DC4NAKSYNETBCANEM SUBESCFS GS RS US ";
  static constexpr std::string_view kShort = "btn?fr";  // from 8 on
  std::string_view name(kNames + 3 * c, 3);
  if (name.ends_with(' ')) name.remove_suffix(1);
  const std::string code = HexOf(c);
  std::string why = "invalid string: control character U+00" + Phrase(code) + " (" + name +
                    ") must be escaped to \\u00" + code;
  if (c >= 8 && c < 14 && c != 11) (why += " or \\") += kShort[static_cast<size_t>(c - 8)];
  return Wrong(why);
}

bool JsonScanner::ScanEscape() {
  static constexpr std::string_view kNames = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
  const int c = Get();
  if (c == 'u') return ScanUnicodeEscape();
  const size_t i = c < 0 ? kNames.npos : kNames.find(static_cast<char>(c));
  if (i == kNames.npos) return Wrong("invalid string: forbidden character after backslash"), false;
  decoded_ += kMeant[i];
  return true;
}

// Four hexadecimal digits; -1 where there are others.
int32_t JsonScanner::ScanCodeUnit() {
  int32_t unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int c = Get(), letter = c | 32;
    if (IsDigit(c))
      unit = unit << 4 | (c - '0');
    else if (letter >= 'a' && letter <= 'f')
      unit = unit << 4 | (letter - 'a' + 10);
    else
      return -1;
  }
  return unit;
}

bool JsonScanner::ScanUnicodeEscape() {
  int32_t unit = ScanCodeUnit();
  if (unit < 0) return Wrong(kNotHex), false;
  if (IsHigh(unit) || IsLow(unit)) {
    const size_t behind = at_;
    const bool escaped = IsHigh(unit) && Get() == '\\' && Get() == 'u';
    const int32_t next = escaped ? ScanCodeUnit() : 0;
    if (IsLow(next)) {
      unit = ((unit & 0x3ff) << 10 | (next & 0x3ff)) + 0x10000;
    } else if (as_python_) {
      at_ = behind;
      unit = 0xffff;  // kHalfSurrogate
      has_half_surrogates_ = true;
    } else {
      return Wrong(IsLow(unit) ? "invalid string: surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF"
                   : next < 0  ? kNotHex
                               : "invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF"),
             false;
    }
  }
  AppendUtf8(decoded_, static_cast<uint32_t>(unit));
  return true;
}

// The bytes behind the first of a character: no overlong forms, no surrogates, nothing over U+10FFFF (Unicode, table 3-7).
bool JsonScanner::ScanUtf8(int lead) {
  if (lead < 0xc2 || lead > 0xf4) return false;
  int least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  int most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  for (int more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3; more > 0; --more) {
    const int c = Get();
    if (c < least || c > most) return false;
    least = 0x80, most = 0xbf;
  }
  return true;
}

}  // namespace leafsum
