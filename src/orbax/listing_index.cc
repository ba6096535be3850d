#include "orbax/listing_index.h"

#include <algorithm>

#include "base/sort.h"

namespace leafsum::orbax {
namespace {

using Paths = std::vector<std::string_view>;

void SortUnique(Paths& paths) {
  StableSort(paths, std::less<std::string_view>());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
}

size_t LowerBound(const Paths& paths, std::string_view path) {
  return static_cast<size_t>(std::lower_bound(paths.begin(), paths.end(), path) - paths.begin());
}

// Calls found(name, is_directory) for each direct child of `directory`. Skips a subdirectory's
// whole range at once, so the cost depends on the number of children, not on what lies below them.
template <class Found>
void ForEachChild(const Paths& paths, const std::string& directory, Found found) {
  size_t i = LowerBound(paths, directory);
  while (i < paths.size() && paths[i].starts_with(directory)) {
    const std::string_view rest = paths[i].substr(directory.size());
    const size_t slash = rest.find('/');
    const std::string_view name = rest.substr(0, slash);
    const bool is_directory = slash != std::string_view::npos;
    found(name, is_directory);
    if (!is_directory) {
      ++i;
      continue;
    }
    std::string after(paths[i].substr(0, directory.size() + slash));
    after += static_cast<char>('/' + 1);
    i = LowerBound(paths, after);
  }
}

}  // namespace

ListingIndex::ListingIndex(const std::vector<FileEntry>& listing) {
  files_.reserve(listing.size());
  for (const FileEntry& entry : listing) {
    std::string_view path = entry.path;
    if (entry.kind == FileEntry::Kind::kDirectory) {
      while (path.ends_with('/')) path.remove_suffix(1);
      directories_.push_back(path);
    } else if (entry.kind == FileEntry::Kind::kFile) {
      if (!entry.foreign) files_.push_back(path);
    } else {
      links_.push_back(path);
    }
  }
  SortUnique(files_);
  SortUnique(directories_);
  SortUnique(links_);
}

bool ListingIndex::HasFile(const std::string& path) const {
  return std::binary_search(files_.begin(), files_.end(), std::string_view(path));
}

std::vector<std::string_view> ListingIndex::Subdirectories(const std::string& directory) const {
  Paths names;
  ForEachChild(files_, directory, [&](std::string_view name, bool is_directory) {
    if (is_directory && !name.empty()) names.push_back(name);
  });
  ForEachChild(directories_, directory, [&](std::string_view name, bool) {
    if (!name.empty()) names.push_back(name);
  });
  SortUnique(names);
  return names;
}

namespace {

Paths DirectChildren(const Paths& paths, const std::string& directory) {
  Paths names;
  ForEachChild(paths, directory, [&](std::string_view name, bool is_directory) {
    if (!is_directory && !name.empty()) names.push_back(name);
  });
  return names;
}

}  // namespace

std::vector<std::string_view> ListingIndex::Files(const std::string& directory) const {
  return DirectChildren(files_, directory);
}

std::vector<std::string_view> ListingIndex::Links(const std::string& directory) const {
  return DirectChildren(links_, directory);
}

}  // namespace leafsum::orbax
