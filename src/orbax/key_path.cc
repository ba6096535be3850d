#include "orbax/key_path.h"

#include "base/text.h"

namespace leafsum::orbax {

// std::string compares unsigned bytes, which for UTF-8 is also the order of code points.
bool KeyPathLess(const KeyPath& a, const KeyPath& b) { return a < b; }

std::string ParamName(const KeyPath& path) {
  std::string name;
  for (size_t i = 0; i < path.size(); ++i) {
    if (i > 0) name += '.';
    name += path[i];
  }
  return name;
}

std::string KeyPrefix(std::string_view param_name) {
  std::string prefix(param_name);
  if (!prefix.empty() && prefix.back() != '/') prefix += '/';
  return prefix;
}

std::string JsonPointer(const KeyPath& path) {
  std::string pointer;
  for (const std::string& key : path) {
    pointer += '/';
    for (char c : key) {
      if (c == '~')
        pointer += "~0";
      else if (c == '/')
        pointer += "~1";
      else
        pointer += c;
    }
  }
  return pointer;
}

std::string ToJson(const KeyPath& path) {
  std::string json = "[";
  for (size_t i = 0; i < path.size(); ++i) {
    if (i > 0) json += ',';
    AppendJsonString(json, path[i]);
  }
  return json + "]";
}

}  // namespace leafsum::orbax
