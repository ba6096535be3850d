#include "orbax/python_int.h"

#include <algorithm>

namespace leafsum::orbax {
namespace {

constexpr size_t kMaxDigits = 4300;  // sys.int_info.default_max_str_digits

bool IsSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f');
}
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<std::string> PythonInt(std::string_view text) {
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    return std::string(text);
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::string digits;
  bool may_part = false;  // a `_` stands between two digits
  for (const char c : text) {
    if (IsDigit(c))
      digits += c;
    else if (c != '_' || !may_part)
      return std::nullopt;
    may_part = c != '_';
  }
  if (!may_part || digits.size() > kMaxDigits) return std::nullopt;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return negative && digits != "0" ? "-" + digits : digits;
}

}  // namespace leafsum::orbax
