// A source whose files are in memory: what a host would have on disk, behind a URL or in a dropped
// directory.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "io/ask.h"
#include "io/file_entry.h"

namespace leafsum::test {

struct ReadAnswer;

class MemorySource {
 public:
  struct Refusal {
    Failure failure = Failure::kUnreadable;
    std::string why;
  };
  // Sees each answer before it is given, of kRead and kSize, and may change it.
  using Meddler = std::function<void(const Ask&, ReadAnswer&)>;

  MemorySource() = default;
  explicit MemorySource(std::map<std::string, ByteVector> files) : files_(std::move(files)) {}
  // The files, directories and symbolic links below a directory on disk. Aborts where it cannot be
  // read: a test without its fixture must not pass.
  static MemorySource Load(const std::string& directory);

  void Put(const std::string& path, ByteVector bytes) { files_[path] = std::move(bytes); }
  void Remove(const std::string& path) { files_.erase(path); }
  // Every read of `path` fails like this; the listing still has it.
  void Refuse(const std::string& path, Refusal refusal) { refusals_[path] = std::move(refusal); }
  void Meddle(Meddler meddler) { meddler_ = std::move(meddler); }

  const std::map<std::string, ByteVector>& files() const { return files_; }
  ByteVector* Find(const std::string& path);
  const ByteVector* Find(const std::string& path) const;
  const Refusal* RefusalOf(const std::string& path) const;
  const Meddler& meddler() const { return meddler_; }
  // Sorted by path.
  std::vector<FileEntry> Listing() const;

 private:
  void LoadBelow(const std::string& directory, const std::string& prefix);

  std::map<std::string, ByteVector> files_;
  std::map<std::string, FileEntry::Kind> others_;  // directories and symbolic links
  std::map<std::string, Refusal> refusals_;
  Meddler meddler_;
};

// What a host that keeps to the interface does with a kRead or kSize ask.
struct ReadAnswer {
  Bytes bytes;             // fewer than asked for only where the file ends
  bool too_large = false;  // a whole file over the ask's limit
  uint64_t size = 0;       // with too_large, and for kSize: of the file
  std::optional<MemorySource::Refusal> refusal;
};
ReadAnswer Answer(const MemorySource& source, const Ask& ask);

}  // namespace leafsum::test
