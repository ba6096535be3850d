#include "kvstore/safe_path.h"

namespace leafsum::kvstore {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsSchemeChar(char c) {
  return IsLetter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

// "c:" begins a Windows path, whatever follows; code that resolves "file:/etc" takes it for an
// absolute URL. Anywhere else a colon is an ordinary character of a name ("layer:0").
bool HasDriveOrScheme(std::string_view path) {
  if (path.size() >= 2 && IsLetter(path[0]) && path[1] == ':') return true;
  const size_t colon = path.find(':');
  if (colon == path.npos || colon == 0 || !IsLetter(path[0])) return false;
  for (char c : path.substr(0, colon))
    if (!IsSchemeChar(c)) return false;
  return colon + 1 < path.size() && path[colon + 1] == '/';
}

}  // namespace

bool IsSafePath(std::string_view path) {
  if (path.find('\0') != path.npos || path.find('\\') != path.npos || HasDriveOrScheme(path))
    return false;
  for (size_t begin = 0;;) {
    const size_t end = path.find('/', begin);
    const std::string_view component = path.substr(begin, end == path.npos ? end : end - begin);
    if (component.empty() || component == "." || component == "..") return false;
    if (end == path.npos) return true;
    begin = end + 1;
  }
}

}  // namespace leafsum::kvstore
