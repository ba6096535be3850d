#include "archive/member_name.h"

#include "archive/limits.h"
#include "base/text.h"

namespace leafsum::archive {
namespace {

bool HasDrive(std::string_view raw) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return raw.size() > 2 && is_letter(raw[0]) && raw[1] == ':' && (raw[2] == '\\' || raw[2] == '/');
}

// Windows takes "\" for "/", so either may lead upwards.
bool LeadsUp(std::string_view raw) {
  for (size_t begin = 0; begin <= raw.size();) {
    const size_t end = std::min(raw.find_first_of("/\\", begin), raw.size());
    if (raw.substr(begin, end - begin) == "..") return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

std::string Printable(std::string_view raw) {
  if (IsUtf8(raw)) return std::string(raw);
  std::string out;
  for (const char c : raw) {
    if (c >= 0x20 && c < 0x7f && c != '\\')
      out += c;
    else
      out += Text("\\x", Hex({reinterpret_cast<const uint8_t*>(&c), 1}));
  }
  return out;
}

MemberName ReadMemberName(std::string_view raw) {
  MemberName name;
  const auto hostile = [&](std::string_view why) {
    name.hostile = why;
    return name;
  };
  if (raw.empty()) return hostile("the name is empty");
  if (raw.size() > kMaxName) return hostile("the name is longer than a file's can be");
  if (raw.find('\0') != raw.npos) return hostile("the name holds a NUL");
  if (raw.front() == '/' || raw.front() == '\\' || HasDrive(raw))
    return hostile("the name is absolute");
  if (LeadsUp(raw)) return hostile("the name leads out of the archive");
  name.is_directory = raw.back() == '/';
  for (size_t begin = 0; begin < raw.size();) {
    const size_t end = std::min(raw.find('/', begin), raw.size());
    const std::string_view part = raw.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (!name.path.empty()) name.path += '/';
    name.path += Printable(part);
  }
  return name;
}

}  // namespace leafsum::archive
