#include "readers/companion.h"

#include "base/path.h"

namespace leafsum::readers {
namespace {

constexpr std::string_view kDirectories[] = {".git/", ".github/", ".cache/huggingface/"};

// Directly in the source: files that a person or a hub puts there, and evidence.
constexpr std::string_view kNames[] = {".gitattributes", ".gitignore", "model.sig"};
constexpr std::string_view kBeginnings[] = {"README", "LICENSE", "NOTICE", "SHA256SUMS"};
constexpr std::string_view kEndings[] = {".leafsum.json", ".sigstore.json"};

// In any directory: markers of a finished save, locks of a cluster's file system, files of macOS.
constexpr std::string_view kNamesAnywhere[] = {"commit_success.txt", ".DS_Store"};
constexpr std::string_view kEndingAnywhere = ".__lock";

bool IsAtTop(std::string_view name) {
  for (const std::string_view known : kNames)
    if (name == known) return true;
  for (const std::string_view beginning : kBeginnings)
    if (name.starts_with(beginning)) return true;
  for (const std::string_view ending : kEndings)
    if (name.ends_with(ending)) return true;
  return false;
}

}  // namespace

std::string_view CompanionDirectory(std::string_view path) {
  for (const std::string_view directory : kDirectories)
    if (path.starts_with(directory)) return directory;
  return {};
}

bool IsCompanion(std::string_view path, bool is_regular) {
  if (!CompanionDirectory(path).empty()) return true;
  if (!is_regular) return false;
  const std::string_view name = NameOf(path);
  if (name.size() == path.size() && IsAtTop(path)) return true;
  for (const std::string_view known : kNamesAnywhere)
    if (name == known) return true;
  return name.ends_with(kEndingAnywhere);
}

}  // namespace leafsum::readers
