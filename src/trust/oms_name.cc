#include "trust/oms_name.h"

#include <algorithm>

namespace leafsum::trust {
namespace {

// PATH_MAX of Linux and macOS: more would only make looking at every directory of a path slow.
constexpr size_t kMaxPathBytes = 4096;

// A number below 2^53 without sign or leading zero.
std::optional<uint64_t> ParseNumber(std::string_view text) {
  if (text.empty() || text.size() > 16 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  uint64_t n = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    n = n * 10 + static_cast<uint64_t>(c - '0');
  }
  return n < uint64_t{1} << 53 ? std::optional(n) : std::nullopt;
}

std::string_view TakeComponent(std::string_view& path) {
  const std::string_view one = path.substr(0, path.find('/'));
  path.remove_prefix(std::min(path.size(), one.size() + 1));
  return one;
}

}  // namespace

std::string_view UnsafePath(std::string_view path) {
  if (path.empty()) return "it is empty";
  if (path.size() > kMaxPathBytes) return "it is longer than a file's name can be";
  if (path[0] == '/') return "it is an absolute path";
  if (path.find('\0') != path.npos) return "it holds a NUL";
  if (path.find('\\') != path.npos) return "it holds a backslash";
  if (path.back() == '/') return "it ends in \"/\"";
  for (std::string_view rest = path; !rest.empty();) {
    const std::string_view one = TakeComponent(rest);
    if (one == "..") return "it leads out of the model";
    if (one.empty() || one == ".") return "it is not in its shortest form";
  }
  return {};
}

std::optional<ShardName> ParseShardName(std::string_view name) {
  const size_t second = name.rfind(':');
  if (second == name.npos || second == 0) return std::nullopt;
  const size_t first = name.rfind(':', second - 1);
  if (first == name.npos) return std::nullopt;
  const auto begin = ParseNumber(name.substr(first + 1, second - first - 1));
  const auto end = ParseNumber(name.substr(second + 1));
  if (!begin || !end || *begin >= *end) return std::nullopt;
  return ShardName{name.substr(0, first), *begin, *end};
}

std::optional<std::string> ParseIgnorePath(std::string_view text) {
  if (text.empty() || text.size() > kMaxPathBytes || text[0] == '/' ||
      text.find_first_of("*?[\\") != text.npos || text.find('\0') != text.npos)
    return std::nullopt;
  std::string out;
  while (!text.empty()) {
    const std::string_view one = TakeComponent(text);
    if (one == "..") return std::nullopt;
    if (one.empty() || one == ".") continue;
    if (!out.empty()) out += '/';
    out += one;
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

bool ComponentsLess(const ShardName& a, const ShardName& b) {
  std::string_view x = a.path, y = b.path;
  while (!x.empty() && !y.empty()) {
    const std::string_view one = TakeComponent(x), other = TakeComponent(y);
    if (one != other) return one < other;
  }
  if (x.empty() != y.empty()) return x.empty();
  return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
}

}  // namespace leafsum::trust
