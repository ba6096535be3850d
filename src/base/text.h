// Text forms that the contract fixes to the byte (contract §10.11, §10.13, §10.14), and the
// building of messages.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace leafsum {

// A count as a person reads it, in the host's format too: 4,196,352.
struct Grouped {
  uint64_t n;
};

// The parts of a text: literals, strings, views, characters, integers in decimal.
void AppendPart(std::string& out, const char* text);
void AppendPart(std::string& out, const std::string& text);
void AppendPart(std::string& out, std::string_view text);
void AppendPart(std::string& out, char c);
void AppendPart(std::string& out, uint64_t n);
void AppendPart(std::string& out, int64_t n);
void AppendPart(std::string& out, const Grouped& number);
template <std::integral T>
  requires(!std::same_as<T, bool>)
inline void AppendPart(std::string& out, T n) {
  if constexpr (std::is_signed_v<T>)
    AppendPart(out, static_cast<int64_t>(n));
  else
    AppendPart(out, static_cast<uint64_t>(n));
}

// Joins its parts: Text("line ", n, ": ", why). Inline, one call for each part: std::string's
// operator+ would make and destroy a string at every step.
template <class... Parts>
[[gnu::always_inline]] inline std::string Text(const Parts&... parts) {
  std::string out;
  (AppendPart(out, parts), ...);
  return out;
}

std::string ByteCount(uint64_t n);    // "1 byte", "4,196 bytes"
std::string AtMostBytes(uint64_t n);  // "at most 4,196 bytes"

std::string Hex(Bytes bytes);                                     // lower case
std::optional<ByteVector> ParseHex(std::string_view text);        // lower case only
std::string Base64(Bytes bytes);                                  // RFC 4648 §4, padded
std::optional<ByteVector> ParseBase64(std::string_view text);     // strict: padded, no stray bits
std::optional<ByteVector> ParseBase64Url(std::string_view text);  // RFC 4648 §5, padded

// Whether `text` is valid UTF-8: no surrogates, no overlong forms, nothing over U+10FFFF.
bool IsUtf8(std::string_view text);
// The offset of the first byte that is not UTF-8, or nothing.
std::optional<size_t> FirstBadUtf8(std::string_view text);

// Appends `text`, valid UTF-8, as a JSON string escaped as in RFC 8785.
void AppendJsonString(std::string& out, std::string_view text);
// Appends in decimal.
void AppendUint(std::string& out, uint64_t value);
std::string JsonString(std::string_view text);
std::string UintList(const std::vector<uint64_t>& list);  // [1,2]

}  // namespace leafsum
