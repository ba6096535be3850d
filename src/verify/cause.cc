#include "verify/cause.h"

#include <algorithm>

#include "base/text.h"

namespace leafsum::verify {
namespace {

// Ignores case, as markup does.
bool StartsWith(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (size_t i = 0; i < lower.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != lower[i]) return false;
  }
  return true;
}

}  // namespace

std::string_view CauseOf(Bytes head) {
  std::string_view text = AsText(head.first(std::min<size_t>(head.size(), kCauseBytes)));
  // By Git LFS's own rule this line comes first. The second form is an older name.
  for (std::string_view version :
       {"version https://git-lfs.github.com/spec/", "version https://hawser.github.com/spec/"})
    if (text.starts_with(version))
      return "a Git LFS pointer stands in place of the file: run `git lfs pull` where it was "
             "cloned";
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) return "";
  text.remove_prefix(begin);
  if (StartsWith(text, "<!doctype html") || StartsWith(text, "<html"))
    return "an HTML page stands in place of the file, such as a server sends for a login or a "
           "missing file: download the file again";
  if (StartsWith(text, "<?xml") && text.find("<Error>") != text.npos)
    return "a storage server's error stands in place of the file: download the file again";
  return "";
}

std::string_view UnfinishedDownload(const std::vector<FileEntry>& listing, std::string_view path) {
  constexpr std::string_view kSuffix = ".incomplete";
  std::string_view first;
  for (const FileEntry& entry : listing) {
    const std::string_view name = entry.path;
    if (!name.ends_with(kSuffix)) continue;
    if (first.empty() || name.substr(0, name.size() - kSuffix.size()) == path) first = name;
  }
  return first;
}

}  // namespace leafsum::verify
