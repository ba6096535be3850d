#include "plan/scan.h"

#include <algorithm>

#include "base/sort.h"
#include "base/text.h"

namespace leafsum::plan {

using report::Code;
using report::Finding;

FileEntry* Scan::EntryOf(std::string_view path) {
  const auto it = std::lower_bound(
      listing.begin(), listing.end(), path,
      [](const FileEntry& e, std::string_view p) { return std::string_view(e.path) < p; });
  return it != listing.end() && it->path == path ? &*it : nullptr;
}

std::pair<size_t, size_t> Scan::Below(std::string_view directory) const {
  if (directory.empty()) return {0, listing.size()};
  auto less = [](const FileEntry& e, std::string_view path) {
    return std::string_view(e.path) < path;
  };
  const auto first = std::lower_bound(listing.begin(), listing.end(), directory, less);
  // "0" is the character after "/", so this is the end of everything below the directory.
  std::string end(directory);
  end.back() = '0';
  const auto last = std::lower_bound(first, listing.end(), std::string_view(end), less);
  return {static_cast<size_t>(first - listing.begin()),
          static_cast<size_t>(last - listing.begin())};
}

std::optional<uint64_t> Scan::SizeOf(std::string_view path) const {
  const auto id = files.Find(path);
  return id ? files.size(*id) : std::nullopt;
}

bool Scan::Unanswered(const std::string& path) const { return probed.unanswered.contains(path); }

bool Context::Narrows(const Scan& scan) const {
  const Options& o = options;
  // A list of keys needs all keys. If leaves are renamed, patterns mean the new names.
  if (scan.listed || o.keys || !o.renames.empty()) return false;
  return !o.include.empty() || !o.exclude.empty() || o.command == report::Command::kCat;
}

bool Context::Reads(std::string_view item, const orbax::KeyPath& key_path) const {
  bool is = options.command != report::Command::kCat;
  for (const ReadRequest& read : options.reads)
    is |= read.item == item && read.key_path == key_path;
  return is && IsIncluded(options, item, key_path);
}

bool Context::InScope(const Scan& scan, std::string_view path) const {
  if (!options.item) return true;
  return std::any_of(scan.items.begin(), scan.items.end(),
                     [&](const ItemScan& item) { return path.starts_with(item.item.directory); });
}

bool Context::JudgesFile(const Scan& scan, std::string_view path) const {
  if (options.bundle && scan.source == 0) return true;
  return judges_files && scan.source == 0 && path.starts_with(files_below) && InScope(scan, path);
}

void Context::Add(const Scan& scan, Finding finding) {
  if (scans.size() > 1) finding.message = (scan.source == 0 ? "A: " : "B: ") + finding.message;
  findings.Add(std::move(finding));
}

void Context::Add(const Scan& scan, const ItemScan& item, Finding finding) {
  finding.item = item.item.name;
  Add(scan, std::move(finding));
}

void Context::Add(const Scan& scan, const ItemScan& item, LeafPlan& leaf, Finding finding) {
  finding.key_path = leaf.record.key_path;
  Add(scan, item, std::move(finding));
}

Code CodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kTruncated:
      return Code::kTruncated;
    case ErrorCode::kInvalid:
      return Code::kInvalid;
    case ErrorCode::kChecksum:
      return Code::kChecksum;
    case ErrorCode::kUnsupported:
      return Code::kUnsupported;
    case ErrorCode::kLimit:
      return Code::kLimit;
    case ErrorCode::kMissing:
      return Code::kMissingFile;
    case ErrorCode::kUnreadable:
      return Code::kUnreadable;
    case ErrorCode::kChanged:
      return Code::kChangedDuringRead;
  }
  return Code::kInvalid;
}

Error ShortRead(bool size_was_told, uint64_t wanted, uint64_t got) {
  return {size_was_told ? ErrorCode::kChanged : ErrorCode::kTruncated,
          size_was_told ? "the file is shorter than it was" : "the file ends too early",
          {},
          ByteCount(wanted),
          ByteCount(got)};
}

void SortLeaves(ItemScan& item) {
  StableSort(item.leaves, [](const LeafPlan& a, const LeafPlan& b) {
    return orbax::KeyPathLess(a.record.key_path, b.record.key_path);
  });
}

Finding MakeFinding(Code code, std::string_view message) {
  Finding finding(code);
  finding.message = message;
  return finding;
}

Finding AsWarning(Finding finding) {
  finding.severity = report::Severity::kWarning;
  return finding;
}

Finding FindingOf(const Error& error, std::string_view file) {
  Finding finding(CodeOf(error.code));
  if (!file.empty()) finding.file = std::string(file);
  finding.offset = error.offset;
  if (!error.expected.empty()) finding.expected = error.expected;
  if (!error.actual.empty()) finding.actual = error.actual;
  finding.message = error.message;
  return finding;
}

std::string MiB(uint64_t bytes) {
  const uint64_t tenths = bytes / (1 << 20) * 10 + bytes % (1 << 20) * 10 / (1 << 20);
  return Text(tenths / 10, ".", tenths % 10, " MiB");
}

}  // namespace leafsum::plan
