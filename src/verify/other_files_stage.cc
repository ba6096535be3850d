#include "verify/other_files_stage.h"

#include <algorithm>

#include "base/text.h"
#include "evidence/fingerprint.h"
#include "plan/step_scope.h"
#include "readers/companion.h"
#include "report/printable.h"
#include "verify/array_task.h"

namespace leafsum::verify {

using report::Code;
using report::Finding;

namespace {

constexpr size_t kBatchFiles = 256;

}  // namespace

std::vector<size_t> OtherFiles(const plan::Context& context, const plan::Scan& scan) {
  std::vector<size_t> out;
  const plan::StepScope steps(scan.layout);
  const std::vector<uint8_t> own = scan.coverage.Holds(
      {plan::ByteClass::kLeaf, plan::ByteClass::kStructural, plan::ByteClass::kUnread});
  const auto [first, last] = scan.Below(context.files_below);
  for (size_t i = first; i < last; ++i) {
    const FileEntry& entry = scan.listing[i];
    if (entry.kind != FileEntry::Kind::kFile || readers::IsCompanion(entry.path, true) ||
        !steps.Holds(entry.path) || !context.InScope(scan, entry.path))
      continue;
    const auto id = scan.files.Find(entry.path);
    if (!id || *id >= own.size() || !own[*id]) out.push_back(i);
  }
  return out;
}

OtherFilesStage::OtherFilesStage(plan::Context& context, const evidence::Lockfile* lock)
    : JobStage(context,
               {"the worker gave no result for a file: this is a bug of leafsum, please report it",
                "the worker failed: ", "reading a file"}),
      scan_(context.scans[0]) {
  if (scan_.nothing_read) return;  // every leaf is missing; files add nothing to that
  if (lock) {
    Compare(*lock);
    return;
  }
  for (const size_t i : OtherFiles(context, scan_)) {
    const FileEntry& entry = scan_.listing[i];
    Add({*scan_.files.Find(entry.path), {std::string(entry.path), entry.size, {}}, nullptr});
  }
}

void OtherFilesStage::Compare(const evidence::Lockfile& lock) {
  const auto less = [](const evidence::FileRecord& record, std::string_view path) {
    return record.path < path;
  };
  for (const evidence::FileRecord& record : *lock.files) {
    if (!context_.InScope(scan_, record.path)) continue;
    const auto id = scan_.files.Find(record.path);
    const auto size = id ? scan_.files.size(*id) : std::nullopt;
    if (!size) {
      const bool allowed = context_.options.allow_missing;
      Finding f =
          plan::MakeFinding(Code::kMissingFile,
                            std::string("a file that was locked beside the checkpoint is missing") +
                                (allowed ? "; allowed" : ""));
      f.file = record.path;
      f.expected = ByteCount(record.nbytes);
      // --allow-missing: the user said that the file may be gone (contract §5, Scope).
      context_.Add(scan_, allowed ? plan::AsWarning(std::move(f)) : std::move(f));
    } else if (*size != record.nbytes) {
      Finding f = plan::MakeFinding(
          Code::kDigestMismatch,
          "the file has another size than when it was locked: it was replaced or edited");
      f.file = record.path;
      f.expected = ByteCount(record.nbytes);
      f.actual = ByteCount(*size);
      context_.Add(scan_, std::move(f));
    } else {
      Add({*id, {record.path, *size, {}}, &record});
    }
  }
  if (!scan_.listed) return;
  for (const size_t i : OtherFiles(context_, scan_)) {
    const std::string_view path = scan_.listing[i].path;
    const auto at = std::lower_bound(lock.files->begin(), lock.files->end(), path, less);
    if (at != lock.files->end() && at->path == path) continue;
    if (context_.update.Adds(path)) {
      Add({*scan_.files.Find(path), {std::string(path), scan_.listing[i].size, {}}, nullptr});
      continue;
    }
    const bool allowed = context_.options.allow_extra;
    Finding f = plan::MakeFinding(
        Code::kUnknownFile,
        std::string("no such file was locked: it came later, and a program may read it") +
            (allowed ? "; allowed" : ""));
    // An error, although `unknown-file` is a warning elsewhere: the lockfile lists every file, and
    // a program may read one file more (contract §4).
    f.severity = allowed ? report::Severity::kWarning : report::Severity::kError;
    f.file = path;
    f.actual = ByteCount(scan_.listing[i].size);
    context_.Add(scan_, std::move(f));
  }
}

void OtherFilesStage::Add(File file) {
  Gather(files_.size(), file.record.nbytes, std::min(kStreamMemory, context_.options.max_memory),
         kBatchFiles);
  files_.push_back(std::move(file));
}

content::Job OtherFilesStage::MakeJob(const Work& work) {
  content::Job job;
  for (size_t piece = work.begin; piece < work.end; ++piece) {
    const auto number = static_cast<uint32_t>(job.files.size());
    job.files.push_back(files_[piece].record.path);
    AddStream(job, number, scan_.source, number, 0, files_[piece].record.nbytes);
  }
  return job;
}

void OtherFilesStage::Unread(size_t piece, Finding finding) {
  finding.file = files_[piece].record.path;
  context_.Add(scan_, std::move(finding));
}

void OtherFilesStage::Take(size_t piece, const content::LeafResult& result) {
  if (result.memory_needed != 0) return Unread(piece, TooLarge(result.memory_needed));
  File& file = files_[piece];
  for (Finding finding : result.findings) {
    if (!finding.file) finding.file = file.record.path;
    context_.Add(scan_, std::move(finding));
  }
  if (!result.complete) return;
  file.record.blake3 = result.blake3;
  if (!file.expected || file.expected->blake3 == result.blake3) return;
  Finding f =
      plan::MakeFinding(Code::kDigestMismatch,
                        "the file is not the one that was locked: it was replaced or edited; "
                        "compare it with a trusted copy");
  f.file = file.record.path;
  f.expected = evidence::Blake3Text(*file.expected->blake3);
  f.actual = evidence::Blake3Text(*result.blake3);
  context_.Add(scan_, std::move(f));
}

std::string OtherFilesStage::Finish() {
  for (File& file : files_) {
    if (!file.record.blake3 || (file.expected && file.expected->blake3 != file.record.blake3))
      continue;
    scan_.other_files.push_back(std::move(file.record));
  }
  return {};
}

}  // namespace leafsum::verify
