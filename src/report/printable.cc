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

}  // namespace leafsum::report
