// The patterns of --include and --exclude.
#include <cstdint>
#include <optional>

#include "orbax/key_path.h"

namespace leafsum::orbax {
namespace {

// The end of the UTF-8 character that begins at `i`, or of one byte if none does.
size_t NextCharacter(std::string_view text, size_t i) {
  ++i;
  while (i < text.size() && (static_cast<uint8_t>(text[i]) & 0xc0) == 0x80) ++i;
  return i;
}

// `*` matches any characters, `?` one, within one element. Only goes back to the last star:
// O(pattern * text).
bool GlobMatches(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      t = NextCharacter(text, t);
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// The same one level up: elements in place of characters, `**` in place of `*`.
bool ElementsMatch(const std::vector<std::string>& pattern,
                   const std::vector<std::string>& elements) {
  size_t p = 0, e = 0, star_element = 0;
  std::optional<size_t> star;
  while (e < elements.size()) {
    if (p < pattern.size() && pattern[p] == "**") {
      star = p++;
      star_element = e;
    } else if (p < pattern.size() && GlobMatches(pattern[p], elements[e])) {
      ++p;
      ++e;
    } else if (star) {
      p = *star + 1;
      e = ++star_element;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == "**") ++p;
  return p == pattern.size();
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0;;) {
    const size_t end = text.find(separator, begin);
    parts.emplace_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

// RFC 6901: "~1" is "/", "~0" is "~".
std::string Unescaped(std::string_view element) {
  std::string out;
  for (size_t i = 0; i < element.size(); ++i) {
    if (element[i] == '~' && i + 1 < element.size() &&
        (element[i + 1] == '0' || element[i + 1] == '1'))
      out += element[++i] == '0' ? '~' : '/';
    else
      out += element[i];
  }
  return out;
}

bool PathMatches(std::string_view pattern, const KeyPath& path) {
  if (pattern.empty()) return path.empty();
  if (pattern[0] == '/') {
    std::vector<std::string> elements = Split(pattern.substr(1), '/');
    for (std::string& element : elements) element = Unescaped(element);
    return ElementsMatch(elements, path);
  }
  // The dotted name is split at every dot, whether a dot joins keys or is part of one.
  const std::string name = ParamName(path);
  return pattern == name || ElementsMatch(Split(pattern, '.'), Split(name, '.'));
}

}  // namespace

bool Matches(std::string_view pattern, std::string_view item, const KeyPath& path) {
  if (PathMatches(pattern, path)) return true;
  // "state:/params/**". A dotted name may contain a colon itself, so both readings count.
  if (pattern.size() <= item.size() || pattern.substr(0, item.size()) != item ||
      pattern[item.size()] != ':')
    return false;
  return PathMatches(pattern.substr(item.size() + 1), path);
}

}  // namespace leafsum::orbax
