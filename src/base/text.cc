#include "base/text.h"

#include <algorithm>

namespace leafsum {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<ByteVector> DecodeBase64(std::string_view text, char c62, char c63) {
  if (text.size() % 4 != 0) return std::nullopt;
  ByteVector out;
  out.reserve(text.size() / 4 * 3);
  for (size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    const int pad = !last || text[i + 3] != '=' ? 0 : text[i + 2] == '=' ? 2 : 1;
    uint32_t group = 0;
    for (int k = 0; k < 4; ++k) {
      char c = text[i + k];
      uint32_t v = 0;
      if (k >= 4 - pad)
        v = 0;
      else if (c >= 'A' && c <= 'Z')
        v = c - 'A';
      else if (c >= 'a' && c <= 'z')
        v = c - 'a' + 26;
      else if (c >= '0' && c <= '9')
        v = c - '0' + 52;
      else if (c == c62)
        v = 62;
      else if (c == c63)
        v = 63;
      else
        return std::nullopt;
      group = group << 6 | v;
    }
    // Each value has one text: the bits under the padding must be zero.
    if ((pad == 1 && (group & 0xff)) || (pad == 2 && (group & 0xffff))) return std::nullopt;
    for (int k = 0; k < 3 - pad; ++k) out.push_back(static_cast<uint8_t>(group >> (16 - 8 * k)));
  }
  return out;
}

}  // namespace

void AppendPart(std::string& out, const char* text) { out += text; }
void AppendPart(std::string& out, const std::string& text) { out += text; }
void AppendPart(std::string& out, std::string_view text) { out += text; }
void AppendPart(std::string& out, char c) { out += c; }
void AppendPart(std::string& out, uint64_t n) { AppendUint(out, n); }
void AppendPart(std::string& out, int64_t n) {
  if (n < 0) out += '-';
  AppendUint(out, n < 0 ? 0 - static_cast<uint64_t>(n) : static_cast<uint64_t>(n));
}

void AppendPart(std::string& out, const Grouped& number) {
  const size_t begin = out.size();
  AppendUint(out, number.n);
  for (size_t at = out.size(); at > begin + 3;) out.insert(at -= 3, 1, ',');
}

std::string ByteCount(uint64_t n) { return Text(Grouped{n}, n == 1 ? " byte" : " bytes"); }

std::string AtMostBytes(uint64_t n) { return "at most " + ByteCount(n); }

std::string Hex(Bytes bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (uint8_t b : bytes) {
    out += kHexDigits[b >> 4];
    out += kHexDigits[b & 15];
  }
  return out;
}

std::optional<ByteVector> ParseHex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  ByteVector out;
  out.reserve(text.size() / 2);
  auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  for (size_t i = 0; i < text.size(); i += 2) {
    int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<uint8_t>(high << 4 | low));
  }
  return out;
}

std::string Base64(Bytes bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t n = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = uint32_t{bytes[i]} << 16;
    if (n > 1) group |= uint32_t{bytes[i + 1]} << 8;
    if (n > 2) group |= bytes[i + 2];
    out += kBase64[group >> 18];
    out += kBase64[group >> 12 & 63];
    out += n > 1 ? kBase64[group >> 6 & 63] : '=';
    out += n > 2 ? kBase64[group & 63] : '=';
  }
  return out;
}

std::optional<ByteVector> ParseBase64(std::string_view text) {
  return DecodeBase64(text, '+', '/');
}
std::optional<ByteVector> ParseBase64Url(std::string_view text) {
  return DecodeBase64(text, '-', '_');
}

std::optional<size_t> FirstBadUtf8(std::string_view text) {
  size_t i = 0;
  auto at = [&](size_t k) { return k < text.size() ? static_cast<uint8_t>(text[k]) : uint8_t{0}; };
  while (i < text.size()) {
    const uint8_t b = at(i);
    if (b < 0x80) {
      ++i;
      continue;
    }
    // The second byte's range excludes overlong forms, surrogates and values over U+10FFFF.
    size_t n = 0;
    uint8_t low = 0x80, high = 0xbf;
    if (b >= 0xc2 && b <= 0xdf)
      n = 1;
    else if (b >= 0xe0 && b <= 0xef) {
      n = 2;
      if (b == 0xe0) low = 0xa0;
      if (b == 0xed) high = 0x9f;
    } else if (b >= 0xf0 && b <= 0xf4) {
      n = 3;
      if (b == 0xf0) low = 0x90;
      if (b == 0xf4) high = 0x8f;
    } else
      return i;
    if (at(i + 1) < low || at(i + 1) > high) return i;
    for (size_t k = 2; k <= n; ++k)
      if (at(i + k) < 0x80 || at(i + k) > 0xbf) return i;
    i += n + 1;
  }
  return std::nullopt;
}

bool IsUtf8(std::string_view text) { return !FirstBadUtf8(text); }

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  size_t plain = 0;  // start of the run that needs no escape
  for (size_t i = 0; i < text.size(); ++i) {
    const uint8_t b = static_cast<uint8_t>(text[i]);
    if (b >= 0x20 && b != '"' && b != '\\') continue;
    out.append(text.data() + plain, i - plain);
    plain = i + 1;
    out += '\\';
    static constexpr std::string_view kShort = "\"\\\b\t\n\f\r", kLetter = "\"\\btnfr";
    if (const size_t s = kShort.find(text[i]); s != kShort.npos) {
      out += kLetter[s];
    } else {
      out += "u00";
      out += kHexDigits[b >> 4];
      out += kHexDigits[b & 15];
    }
  }
  out.append(text.data() + plain, text.size() - plain);
  out += '"';
}

void AppendUint(std::string& out, uint64_t value) {
  char digits[20];
  size_t n = sizeof digits;
  do digits[--n] = static_cast<char>('0' + value % 10);
  while (value /= 10);
  out.append(digits + n, sizeof digits - n);
}

std::string JsonString(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

std::string UintList(const std::vector<uint64_t>& list) {
  std::string out = "[";
  for (size_t i = 0; i < list.size(); ++i) {
    if (i) out += ',';
    AppendUint(out, list[i]);
  }
  return out += ']';
}

}  // namespace leafsum
