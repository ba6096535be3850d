#include "report/printable.h"

#include "base/text.h"

namespace leafsum::report {

std::string Printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t good = FirstBadUtf8(text).value_or(text.size());
    out += text.substr(0, good);
    text.remove_prefix(good);
    if (text.empty()) break;
    out += "\\x" + Hex(AsBytes(text.substr(0, 1)));
    text.remove_prefix(1);
  }
  return out;
}

std::string Clipped(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return Printable(text);
  size_t end = max_bytes;
  // Go back to the start of a character.
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80) --end;
  return Printable(text.substr(0, end)) + "…";
}

}  // namespace leafsum::report
