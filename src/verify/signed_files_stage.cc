#include "verify/signed_files_stage.h"

#include <algorithm>

#include "base/sort.h"
#include "base/text.h"
#include "verify/array_task.h"
#include "verify/signed_files.h"

namespace leafsum::verify {

using plan::FileState;
using report::Code;
using report::Finding;

namespace {

constexpr size_t kBatchFiles = 256;
// Other stages need the rest of the memory.
constexpr size_t kMostJobs = 16;

std::string Size(uint64_t bytes) { return Text(bytes, bytes == 1 ? " byte" : " bytes"); }

}  // namespace

SignedFilesStage::SignedFilesStage(plan::Context& context, const evidence::FileManifest* manifest)
    : JobStage(context,
               {"the worker gave no result for a file: this is a bug of leafsum, please report it",
                "the worker failed: ", "reading a file"},
               kBeside),
      scan_(context.scans[0]),
      manifest_(*manifest),
      states_(scan_.listing.size(), FileState::kUnsigned) {
  Compare();
  // The largest first, so that the last worker does not run alone.
  const auto size = [this](const File& file) { return scan_.listing[file.entry].size; };
  StableSort(files_, [&](const File& a, const File& b) { return size(a) > size(b); });
  for (size_t i = 0; i < files_.size(); ++i) {
    context_.progress.bytes_total += size(files_[i]);
    Gather(i, size(files_[i]), std::min(kStreamMemory, context_.options.max_memory), kBatchFiles);
  }
}

// Both sides are sorted by path.
void SignedFilesStage::Compare() {
  auto at = manifest_.files.begin();
  const auto end = manifest_.files.end();
  for (size_t i = 0; i < scan_.listing.size(); ++i) {
    const FileEntry& entry = scan_.listing[i];
    for (; at != end && at->path < entry.path; ++at) Missing(*at);
    const evidence::SignedFile* expected = at != end && at->path == entry.path ? &*at : nullptr;
    if (expected) ++at;
    if (entry.kind == FileEntry::Kind::kDirectory) {
      if (expected) Missing(*expected);
    } else if (entry.kind == FileEntry::Kind::kSymlink ||
               (expected && entry.linked && !manifest_.allow_symlinks)) {
      Link(entry, expected);
    } else if (!expected) {
      Listed(i);
    } else if (expected->nbytes && *expected->nbytes != entry.size) {
      Differs(i, Size(*expected->nbytes), Size(entry.size),
              "the file has another size than the one that was signed: it was replaced or edited");
    } else {
      files_.push_back({i, expected});
    }
  }
  for (; at != end; ++at) Missing(*at);
}

bool SignedFilesStage::IsOwn(std::string_view path) const {
  return context_.options.bundle->path == path;
}

// A file that the manifest does not name.
void SignedFilesStage::Listed(size_t at) {
  const FileEntry& entry = scan_.listing[at];
  plan::SignedFiles& result = context_.signed_files;
  if (IsOwn(entry.path)) return;
  if (!manifest_.IgnoredBy(entry.path).empty()) {
    ++result.ignored;
    result.ignored_bytes += entry.size;
    return;
  }
  // Shards cut nothing out of an empty file, so none is signed (OMS §6.3.2).
  if (manifest_.shard > 0 && entry.size == 0) return;
  if (IsAgain(entry)) return;
  if (Extra(entry,
            "the signature does not name this file: it came later, and a program may read it"))
    states_[at] = FileState::kExtra;
}

// Whether the file was reached through a link to a directory of the source, and is signed under the
// name that it has there: signers do not walk such links.
bool SignedFilesStage::IsAgain(const FileEntry& entry) const {
  if (!entry.linked || !manifest_.allow_symlinks) return false;
  for (const leafsum::Link& link : scan_.links) {
    if (!link.followed || link.target.empty() || !entry.path.starts_with(link.path) ||
        entry.path[link.path.size()] != '/')
      continue;
    if (manifest_.Find(link.target + std::string(entry.path.substr(link.path.size())))) return true;
  }
  return false;
}

// A link, followed or not, that the rules of the signature do not count as a file.
void SignedFilesStage::Link(const FileEntry& entry, const evidence::SignedFile* expected) {
  if (!expected) {
    if (!manifest_.IgnoredBy(entry.path).empty() || IsOwn(entry.path)) return;
    // Signers that allow links skip those that lead to directories.
    if (manifest_.allow_symlinks && entry.to_directory) return;
    Extra(entry, "the signature does not name this link: it came later");
    return;
  }
  ++context_.signed_files.unread;
  Finding f = plan::MakeFinding(
      Code::kSymlink,
      manifest_.allow_symlinks
          ? "the signature names this file, and here is a link that is not followed: "
            "--follow-links if what it leads to is meant"
          : "the signature is over files alone (allow_symlinks is false), and here is a link: "
            "compare a copy that has files in place of links");
  f.severity = report::Severity::kGap;
  f.file = entry.path;
  context_.Add(scan_, std::move(f));
}

// Whether that is an error.
bool SignedFilesStage::Extra(const FileEntry& entry, std::string_view what) {
  const bool allowed = context_.options.allow_extra;
  ++context_.signed_files.extra;
  Finding f =
      plan::MakeFinding(Code::kUnknownFile, std::string(what) + (allowed ? "; allowed" : ""));
  // An error, although `unknown-file` is a warning elsewhere: the signer listed every file.
  f.severity = allowed ? report::Severity::kWarning : report::Severity::kError;
  f.file = entry.path;
  if (entry.kind == FileEntry::Kind::kFile) f.actual = Size(entry.size);
  context_.Add(scan_, std::move(f));
  return !allowed;
}

void SignedFilesStage::Missing(const evidence::SignedFile& file) {
  const bool allowed = context_.options.allow_missing;
  ++context_.signed_files.missing;
  Finding f = plan::MakeFinding(Code::kMissingFile,
                                std::string("the signature names this file, and it is missing") +
                                    (allowed ? "; allowed" : ""));
  f.severity = allowed ? report::Severity::kWarning : report::Severity::kError;
  f.file = file.path;
  if (file.nbytes) f.expected = Size(*file.nbytes);
  context_.Add(scan_, std::move(f));
}

void SignedFilesStage::Differs(size_t at, std::string expected, std::string actual,
                               std::string_view message, std::optional<uint64_t> offset) {
  states_[at] = FileState::kDiffers;
  ++context_.signed_files.different;
  Finding f = plan::MakeFinding(Code::kDigestMismatch, message);
  f.file = scan_.listing[at].path;
  f.offset = offset;
  f.expected = std::move(expected);
  f.actual = std::move(actual);
  context_.signed_files.differences.push_back(std::move(f));
}

content::Job SignedFilesStage::MakeJob(const Work& work) {
  content::Job job;
  for (size_t piece = work.begin; piece < work.end; ++piece) {
    const auto number = static_cast<uint32_t>(job.files.size());
    const FileEntry& entry = scan_.listing[files_[piece].entry];
    job.files.emplace_back(entry.path);
    AddStream(job, number, scan_.source, number, 0, entry.size);
    job.tasks.back().what = content::FileTask{manifest_.algorithm, manifest_.shard};
  }
  return job;
}

void SignedFilesStage::Unread(size_t piece, Finding finding) {
  ++context_.signed_files.unread;
  finding.file = scan_.listing[files_[piece].entry].path;
  context_.Add(scan_, std::move(finding));
}

void SignedFilesStage::Take(size_t piece, const content::LeafResult& result) {
  if (result.memory_needed != 0) return Unread(piece, TooLarge(result.memory_needed));
  const File& file = files_[piece];
  context_.progress.bytes_done += scan_.listing[file.entry].size;
  if (!result.complete) {
    Finding f = result.findings.empty()
                    ? plan::MakeFinding(Code::kUnreadable, "the file was not read to its end")
                    : result.findings.front();
    return Unread(piece, std::move(f));
  }
  const ByteVector& expected = file.expected->digests;
  if (result.chunks == expected) {
    states_[file.entry] = FileState::kProved;
    ++context_.signed_files.equal;
    return;
  }
  // The first digest that differs; of a whole file there is one.
  const size_t size = hash::DigestSize(manifest_.algorithm);
  size_t at = 0;
  while (at + size <= std::min(expected.size(), result.chunks.size()) &&
         std::equal(expected.begin() + static_cast<ptrdiff_t>(at),
                    expected.begin() + static_cast<ptrdiff_t>(at + size),
                    result.chunks.begin() + static_cast<ptrdiff_t>(at)))
    at += size;
  const auto text = [&](const ByteVector& digests) {
    const Bytes rest = Bytes(digests).subspan(std::min(at, digests.size()));
    return std::string(hash::FileAlgorithmName(manifest_.algorithm)) + ':' +
           Hex(rest.first(std::min(size, rest.size())));
  };
  Differs(file.entry, text(expected), text(result.chunks),
          "the file is not the one that was signed: do not load it, compare it with a trusted copy",
          manifest_.shard == 0 ? std::nullopt : std::optional(at / size * manifest_.shard));
}

bool SignedFilesStage::Supply(PendingAsks& asks) {
  return num_open() < kMostJobs && JobStage::Supply(asks);
}

std::string SignedFilesStage::Finish() {
  std::vector<FileState>& states = context_.signed_files.states;
  states.assign(scan_.files.count(), FileState::kUnsigned);
  for (size_t i = 0; i < states_.size(); ++i)
    if (const auto id = scan_.files.Find(scan_.listing[i].path)) states[*id] = states_[i];
  ReportDifferences(context_);
  return {};
}

}  // namespace leafsum::verify
