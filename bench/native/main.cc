// leafsum_native OPTIONS DIRECTORY [LOCKFILE]: one command of the core over a directory, in one
// thread.
//
// OPTIONS is the JSON of src/bindings/README.md. Prints what the command puts out (the lockfile,
// the digests), else the report; exit code as the report's, 2 for misuse. For measuring: it follows
// symlinks and does not notice files that change.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "base/text_arena.h"
#include "content/leaf_job.h"
#include "content/parts_reader.h"
#include "report/report.h"
#include "verify/verifier.h"

namespace {

namespace fs = std::filesystem;
using namespace leafsum;

constexpr uint64_t kJobBudget = 1 << 20, kBudget = 128 << 20;

std::vector<FileEntry> ListingOf(const fs::path& root) {
  static TextArena texts;
  std::vector<FileEntry> listing;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
    const std::string path = entry.path().lexically_relative(root).generic_string();
    if (entry.is_regular_file())
      listing.push_back({texts.Keep(path), entry.file_size(), FileEntry::Kind::kFile});
    else if (fs::is_empty(entry))
      listing.push_back({texts.Keep(path), 0, FileEntry::Kind::kDirectory});
  }
  return listing;
}

class Files {
 public:
  explicit Files(fs::path root) : root_(std::move(root)) {}
  ~Files() {
    for (const auto& [path, file] : open_) close(file);
  }
  // Bytes read; nothing where the file cannot be opened.
  std::optional<size_t> Read(const std::string& path, uint64_t offset, MutableBytes into) {
    auto it = open_.find(path);
    if (it == open_.end()) it = open_.emplace(path, open((root_ / path).c_str(), O_RDONLY)).first;
    if (it->second < 0) return std::nullopt;
    size_t done = 0;
    while (done < into.size()) {
      const ssize_t n = pread(it->second, into.data() + done, into.size() - done,
                              static_cast<off_t>(offset + done));
      if (n <= 0) break;
      done += static_cast<size_t>(n);
    }
    return done;
  }
  uint64_t Size(const std::string& path) const { return fs::file_size(root_ / path); }

 private:
  fs::path root_;
  std::map<std::string, int> open_;
};

ByteVector Run(Bytes input, Files& files) {
  content::Abilities abilities;  // of a host with none of its own
  abilities.parts = content::MakePartsReader;
  abilities.sha256_of_all = hash::Sha256OfAll;
  content::LeafJob job(input, abilities);
  while (!job.Done()) {
    for (const Ask& ask : job.Poll(kJobBudget)) {
      const auto got =
          files.Read(ask.path, ask.range->offset, job.Reserve(ask.id, ask.range->length));
      if (got)
        job.Commit(ask.id, *got);
      else
        job.Fail(ask.id, Failure::kMissing, "");
    }
  }
  return job.TakeResult();
}

void Answer(verify::Verifier& verifier, const Ask& ask, Files& files) {
  if (ask.kind == AskKind::kJob) return verifier.Feed(ask.id, Run(ask.input, files));
  const uint64_t size = ask.range ? ask.range->length : files.Size(ask.path);
  if (!ask.range && size > ask.limit) return verifier.TooLarge(ask.id, size);
  ByteVector bytes(static_cast<size_t>(size));
  const auto got = files.Read(ask.path, ask.range ? ask.range->offset : 0, bytes);
  if (!got) return verifier.Fail(ask.id, Failure::kMissing, "");
  verifier.Feed(ask.id, Bytes(bytes).first(*got));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "leafsum_native OPTIONS DIRECTORY [LOCKFILE]\n");
    return 2;
  }
  verify::Verifier verifier(AsBytes(argv[1]));
  verifier.SetListing(0, ListingOf(argv[2]));
  if (argc > 3) {
    std::ifstream file(argv[3], std::ios::binary);
    const std::string lockfile{std::istreambuf_iterator<char>(file), {}};
    verifier.SetEvidence(AsBytes(lockfile), false);
  }
  Files files(argv[2]);
  while (!verifier.Done())
    for (const Ask& ask : verifier.Poll(kBudget)) Answer(verifier, ask, files);
  if (!verifier.error().empty()) {
    std::fprintf(stderr, "leafsum_native: %s\n", verifier.error().c_str());
    return 2;
  }
  const std::string& output = verifier.output();
  std::fputs(output.empty() ? report::ToJson(verifier.report()).c_str() : output.c_str(), stdout);
  return verifier.report().verdict.exit_code;
}
