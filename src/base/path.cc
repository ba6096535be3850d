#include "base/path.h"

namespace leafsum {

std::string_view DirectoryOf(std::string_view path) { return path.substr(0, path.rfind('/') + 1); }

std::string_view NameOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view TopOf(std::string_view path) { return path.substr(0, path.find('/')); }

std::pair<std::string_view, std::string_view> SplitKey(std::string_view key) {
  const size_t slash = key.rfind('/');
  if (slash == key.npos) return {{}, key};
  return {key.substr(0, slash), key.substr(slash + 1)};
}

}  // namespace leafsum
