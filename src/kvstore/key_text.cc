#include "kvstore/key_text.h"

#include "base/text.h"

namespace leafsum::kvstore {

std::string KeyText(std::string_view key) {
  constexpr size_t kMaxBytes = 256;
  const bool utf8 = IsUtf8(key);
  std::string_view shown = key.substr(0, kMaxBytes);
  // Do not cut inside a character, whose later bytes are 10xxxxxx.
  if (utf8 && shown.size() < key.size())
    while ((key[shown.size()] & 0xc0) == 0x80) shown.remove_suffix(1);
  std::string text = utf8 ? JsonString(shown) : "hex:" + Hex(AsBytes(shown));
  if (shown.size() < key.size()) text += "...";
  return text;
}

std::string CountOfKeys(uint64_t n, std::string_view first) {
  return Text(n, n == 1 ? " key: " : " keys, the first is ", KeyText(first));
}

}  // namespace leafsum::kvstore
