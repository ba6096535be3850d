#include "support/memory_source.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "support/kept_text.h"

namespace leafsum::test {
namespace {

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "MemorySource: %s\n", what.c_str());
  std::abort();
}

}  // namespace

MemorySource MemorySource::Load(const std::string& directory) {
  MemorySource source;
  source.LoadBelow(directory, "");
  return source;
}

void MemorySource::LoadBelow(const std::string& directory, const std::string& prefix) {
  DIR* handle = opendir(directory.c_str());
  if (!handle) Die("no directory " + directory);
  while (const dirent* entry = readdir(handle)) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    const std::string path = directory + "/" + name;
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0) Die("cannot look at " + path);
    if (S_ISDIR(status.st_mode)) {
      others_[prefix + name] = FileEntry::Kind::kDirectory;
      LoadBelow(path, prefix + name + "/");
    } else if (S_ISLNK(status.st_mode)) {
      others_[prefix + name] = FileEntry::Kind::kSymlink;
    } else {
      std::ifstream file(path, std::ios::binary);
      if (!file) Die("cannot read " + path);
      files_[prefix + name] =
          ByteVector((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    }
  }
  closedir(handle);
}

ByteVector* MemorySource::Find(const std::string& path) {
  const auto it = files_.find(path);
  return it == files_.end() ? nullptr : &it->second;
}

const ByteVector* MemorySource::Find(const std::string& path) const {
  const auto it = files_.find(path);
  return it == files_.end() ? nullptr : &it->second;
}

const MemorySource::Refusal* MemorySource::RefusalOf(const std::string& path) const {
  const auto it = refusals_.find(path);
  return it == refusals_.end() ? nullptr : &it->second;
}

std::vector<FileEntry> MemorySource::Listing() const {
  std::vector<FileEntry> listing;
  for (const auto& [path, bytes] : files_)
    listing.push_back({KeptText(path), bytes.size(), FileEntry::Kind::kFile});
  for (const auto& [path, kind] : others_) listing.push_back({KeptText(path), 0, kind});
  std::sort(listing.begin(), listing.end(),
            [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
  return listing;
}

namespace {

ReadAnswer TrueAnswer(const MemorySource& source, const Ask& ask) {
  ReadAnswer answer;
  const auto* refusal = source.RefusalOf(ask.path);
  if (refusal && ask.kind == AskKind::kRead) {
    answer.refusal = *refusal;
    return answer;
  }
  const ByteVector* file = source.Find(ask.path);
  if (!file) {
    answer.refusal = MemorySource::Refusal{Failure::kMissing, "no such file"};
    return answer;
  }
  answer.size = file->size();
  if (ask.kind == AskKind::kSize) return answer;
  answer.bytes = *file;
  if (!ask.range) {
    answer.too_large = file->size() > ask.limit;
    return answer;
  }
  const uint64_t begin = std::min<uint64_t>(ask.range->offset, file->size());
  const uint64_t length = std::min<uint64_t>(ask.range->length, file->size() - begin);
  answer.bytes = answer.bytes.subspan(static_cast<size_t>(begin), static_cast<size_t>(length));
  return answer;
}

}  // namespace

ReadAnswer Answer(const MemorySource& source, const Ask& ask) {
  ReadAnswer answer = TrueAnswer(source, ask);
  if (source.meddler()) source.meddler()(ask, answer);
  return answer;
}

}  // namespace leafsum::test
