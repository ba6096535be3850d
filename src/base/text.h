// Text forms that the contract fixes to the byte (contract §10.11, §10.13, §10.14).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace leafsum {

std::string Hex(Bytes bytes);                                     // lower case
std::optional<ByteVector> ParseHex(std::string_view text);        // lower case only
std::string Base64(Bytes bytes);                                  // RFC 4648 §4, padded
std::optional<ByteVector> ParseBase64(std::string_view text);     // strict: padded, no other bits
std::optional<ByteVector> ParseBase64Url(std::string_view text);  // RFC 4648 §5, padded

// Valid Unicode as UTF-8: no surrogates, no overlong forms, nothing over U+10FFFF.
bool IsUtf8(std::string_view text);
// The offset of the first byte that is not UTF-8, or nothing.
std::optional<size_t> FirstBadUtf8(std::string_view text);

// Appends `text` as a JSON string as RFC 8785 escapes it. `text` is valid UTF-8.
void AppendJsonString(std::string& out, std::string_view text);
// In decimal.
void AppendUint(std::string& out, uint64_t value);
std::string JsonString(std::string_view text);
std::string UintList(const std::vector<uint64_t>& list);  // [1,2]

}  // namespace leafsum
