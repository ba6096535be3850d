#include "verify/other_files_stage.h"

#include <algorithm>

#include "base/phrase.h"
#include "evidence/fingerprint.h"
#include "plan/step_scope.h"
#include "readers/companion.h"
#include "report/printable.h"
#include "verify/array_task.h"

namespace leafsum::verify {

using report::Code;
using report::Finding;

namespace {

constexpr uint64_t kBatchBytes = 4 << 20;
constexpr size_t kBatchFiles = 256;

std::string Size(uint64_t bytes) { return Phrase(bytes) + (bytes == 1 ? " byte" : " bytes"); }

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
    : plan::Stage(context), scan_(context.scans[0]) {
  if (scan_.nothing_read) return;  // each leaf is missing: files have nothing to add
  if (lock) {
    Compare(*lock);
    return;
  }
  for (const size_t i : OtherFiles(context, scan_)) {
    const FileEntry& entry = scan_.listing[i];
    files_.push_back(
        {*scan_.files.Find(entry.path), {std::string(entry.path), entry.size, {}}, nullptr});
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
      Finding f = plan::MakeFinding(
          Code::kMissingFile,
          std::string("a file that was locked beside the checkpoint is not there") +
              (allowed ? "; allowed" : ""));
      f.file = record.path;
      f.expected = Size(record.nbytes);
      context_.Add(scan_, allowed ? plan::AsWarning(std::move(f)) : std::move(f));
    } else if (*size != record.nbytes) {
      Finding f = plan::MakeFinding(
          Code::kDigestMismatch,
          "the file is of another size than the one that was locked: it was replaced or edited");
      f.file = record.path;
      f.expected = Size(record.nbytes);
      f.actual = Size(*size);
      context_.Add(scan_, std::move(f));
    } else {
      files_.push_back({*id, {record.path, *size, {}}, &record});
    }
  }
  if (!scan_.listed) return;
  for (const size_t i : OtherFiles(context_, scan_)) {
    const std::string_view path = scan_.listing[i].path;
    const auto at = std::lower_bound(lock.files->begin(), lock.files->end(), path, less);
    if (at != lock.files->end() && at->path == path) continue;
    const bool allowed = context_.options.allow_extra;
    Finding f = plan::MakeFinding(
        Code::kUnknownFile,
        std::string("no such file was locked: it came later, and a program may read it") +
            (allowed ? "; allowed" : ""));
    f.severity = allowed ? report::Severity::kWarning : report::Severity::kError;
    f.file = path;
    f.actual = Size(scan_.listing[i].size);
    context_.Add(scan_, std::move(f));
  }
}

bool OtherFilesStage::Supply(PendingAsks& asks) {
  if (next_ == files_.size()) return false;
  const size_t begin = next_;
  content::Job job;
  job.memory = std::min(kStreamMemory, context_.options.max_memory);
  uint64_t bytes = 0;
  while (next_ < files_.size() && next_ - begin < kBatchFiles) {
    const evidence::FileRecord& record = files_[next_].record;
    if (next_ > begin && record.nbytes > kBatchBytes - std::min(bytes, kBatchBytes)) break;
    bytes += record.nbytes;
    content::LeafTask task;
    task.leaf = static_cast<uint32_t>(next_ - begin);
    task.array.source = scan_.source;
    task.array.metadata = RawMetadata(record.nbytes);
    if (record.nbytes > 0)
      task.array.chunks.push_back({0, static_cast<uint32_t>(job.files.size()), 0, record.nbytes});
    job.files.push_back(record.path);
    job.tasks.push_back(std::move(task));
    ++next_;
  }
  open_.emplace(next_tag_, std::make_pair(begin, next_));
  asks.Want(AskFor(job), next_tag_++);
  return true;
}

void OtherFilesStage::Answer(uint64_t tag, Bytes bytes) {
  const auto [begin, end] = open_.extract(tag).mapped();
  const auto results = content::ParseResults(bytes);
  std::vector<uint8_t> seen(end - begin);
  if (results) {
    for (const content::LeafResult& result : *results) {
      if (result.leaf >= seen.size() || seen[result.leaf]) continue;
      seen[result.leaf] = true;
      Take(files_[begin + result.leaf], result);
    }
  }
  for (size_t i = begin; i < end; ++i)
    if (!seen[i - begin])
      Report(files_[i],
             {ErrorCode::kUnreadable,
              "the worker gave no result for a file: this is a bug of leafsum, please report it",
              {},
              "",
              ""});
}

void OtherFilesStage::Failed(uint64_t tag, Error error) {
  const auto [begin, end] = open_.extract(tag).mapped();
  for (size_t i = begin; i < end; ++i)
    Report(files_[i], {ErrorCode::kUnreadable, "the worker failed: " + error.message, {}, "", ""});
}

void OtherFilesStage::Report(const File& file, Error error) {
  context_.Add(scan_, plan::FindingOf(error, file.record.path));
}

void OtherFilesStage::Take(File& file, const content::LeafResult& result) {
  if (result.memory_needed != 0)
    return Report(file, {ErrorCode::kLimit,
                         "reading a file takes " + plan::MiB(result.memory_needed) +
                             " of memory; raise --max-memory",
                         {},
                         "",
                         ""});
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

void OtherFilesStage::Finish() {
  for (File& file : files_) {
    if (!file.record.blake3 || (file.expected && file.expected->blake3 != file.record.blake3))
      continue;
    scan_.other_files.push_back(std::move(file.record));
  }
}

}  // namespace leafsum::verify
