// Compares a store with the databases that it was merged from, which are walked one at a time after
// it (formats §1.8). No leaf is read from them, so what they lack or hold differently is a warning.
#include <algorithm>

#include "base/path.h"
#include "base/sort.h"
#include "base/text.h"
#include "kvstore/key_text.h"
#include "plan/shared_ranges.h"
#include "plan/walk_stage.h"

namespace leafsum::plan {

using report::Code;
using report::Finding;

namespace {

constexpr std::string_view kProcess = "ocdbt.process_";

bool IsDocument(std::string_view key) {
  const std::string_view name = SplitKey(key).second;
  return name == ".zarray" || name == "zarr.json";
}

}  // namespace

// The item's own tree is walked; lists the databases to compare it with.
void WalkStage::StartMerge(size_t tree_index) {
  Tree& tree = trees_[tree_index];
  Scan& scan = context_.scans[tree.scan];
  const ItemScan& item = scan.items[tree.item];
  const std::string& dir = tree.directory;
  tree.merge = std::make_unique<Merge>();
  // Older generations were merged from other contents.
  if (item.versions.generation->generation_number ==
      item.manifest->versions.back().generation_number) {
    const auto [first, last] = scan.Below(dir);
    std::string_view process;  // the directory of the entry
    size_t processes = 0;
    for (size_t i = first; i < last; ++i) {
      const std::string_view path = scan.listing[i].path;
      if (path.compare(dir.size(), kProcess.size(), kProcess) != 0) continue;
      const size_t slash = path.find('/', dir.size());
      if (slash == path.npos) continue;
      if (path.substr(0, slash) != process) ++processes;
      process = path.substr(0, slash);
      if (path.substr(slash + 1) == ocdbt::kManifestName)
        tree.merge->directories.emplace_back(path.substr(0, slash + 1));
    }
    // No reader needs the manifest of a process, so it may be gone; what that process wrote is then
    // unknown.
    if (processes != tree.merge->directories.size()) tree.merge->complete = false;
  }
  NextProcess(tree_index);
}

void WalkStage::NextProcess(size_t tree_index) {
  Tree& tree = trees_[tree_index];
  Scan& scan = context_.scans[tree.scan];
  Merge& merge = *tree.merge;
  tree.process.reset();
  if (merge.next == merge.directories.size()) return FinishMerge(tree);
  tree.directory = merge.directories[merge.next++];
  wants_.push_back({tree_index, true, {}});
  const std::string path = tree.directory + ocdbt::kManifestName;
  const uint64_t size = scan.SizeOf(path).value_or(0);
  if (size > kMaxManifest)
    return OnFailure(wants_.size() - 1, Error{ErrorCode::kLimit,
                                              "manifest is too large",
                                              {},
                                              AtMostBytes(kMaxManifest),
                                              ByteCount(size)});
  scan.coverage.MarkAll(*scan.files.Find(path), ByteClass::kStructural);
  WantFile(scan, path, kMaxManifest, wants_.size() - 1);
}

void WalkStage::StartProcess(size_t tree_index, const ocdbt::Manifest& manifest) {
  Tree& tree = trees_[tree_index];
  if (manifest.versions.empty()) {  // numbered, which Orbax never writes
    tree.merge->complete = false;
    return NextProcess(tree_index);
  }
  tree.process = std::make_unique<kvstore::KvStore>();
  tree.walk = std::make_unique<ocdbt::Walk>(manifest.versions.back(), tree.directory,
                                            context_.scans[tree.scan].files, *tree.process);
  WantNodes(tree_index);
}

void WalkStage::CompareProcess(Tree& tree) {
  Scan& scan = context_.scans[tree.scan];
  ItemScan& item = scan.items[tree.item];
  const auto& merged = item.store.entries();
  Merge& merge = *tree.merge;
  merge.held.resize(merged.size());
  std::vector<std::string_view> lost;
  bool never_merged = true;
  size_t m = 0;  // both are sorted
  for (const auto& own : tree.process->entries()) {
    while (m < merged.size() && merged[m].key < own.key) ++m;
    if (m == merged.size() || merged[m].key != own.key) {
      lost.push_back(own.key);
      continue;
    }
    const kvstore::ValueRef &a = merged[m].value, &b = own.value;
    bool same = a.length == b.length;
    if (a.is_inline() && b.is_inline()) {
      const Bytes x = item.store.InlineValue(a), y = tree.process->InlineValue(b);
      same = std::equal(x.begin(), x.end(), y.begin(), y.end());
    } else if (!a.is_inline() && !b.is_inline()) {
      same = same && a.file == b.file && a.offset == b.offset;
    }  // else one is inline and the other is not: only their lengths are compared
    if (!same) continue;
    merge.held[m] = true;
    // A document proves nothing: every process writes it.
    never_merged = never_merged && IsDocument(own.key);
  }
  if (lost.empty()) return;
  Unmerged(tree, lost, never_merged);
  Finding f = MakeFinding(Code::kStructureMismatch,
                          "keys of a process's database are not in the merged store");
  f.file = tree.directory + ocdbt::kManifestName;
  f.expected = "none";
  f.actual = kvstore::CountOfKeys(lost.size(), lost.front());
  context_.Add(scan, item, std::move(f));
}

// Finds the arrays that the lost keys belong to. If a leaf lacks its array, this is the cause. At
// most as many are kept as the tree has leaves.
void WalkStage::Unmerged(Tree& tree, const std::vector<std::string_view>& lost, bool never_merged) {
  ItemScan& item = context_.scans[tree.scan].items[tree.item];
  if (!item.tree) return;
  std::vector<std::string>& prefixes = tree.merge->prefixes;
  if (prefixes.empty()) {
    for (const orbax::TreeEntry& e : item.tree->entries)
      prefixes.push_back(orbax::KeyPrefix(orbax::ParamName(e.key_path)));
    StableSort(prefixes, [](const std::string& a, const std::string& b) { return a < b; });
  }
  for (const std::string_view key : lost) {
    const auto after = std::upper_bound(prefixes.begin(), prefixes.end(), key);
    if (after == prefixes.begin() || !key.starts_with(*std::prev(after))) continue;
    const UnmergedArray here{tree.directory, IsDocument(key), never_merged};
    const auto [at, is_new] = item.walked.unmerged.try_emplace(*std::prev(after), here);
    if (!is_new && here.document && !at->second.document) at->second = here;
  }
}

void WalkStage::FinishMerge(Tree& tree) {
  Scan& scan = context_.scans[tree.scan];
  ItemScan& item = scan.items[tree.item];
  const Merge& merge = *tree.merge;
  if (!merge.directories.empty() && merge.complete) {
    uint64_t foreign = 0;
    std::string_view first;
    for (size_t e = 0; e < item.store.entries().size(); ++e)
      if ((e >= merge.held.size() || !merge.held[e]) && foreign++ == 0)
        first = item.store.entries()[e].key;
    if (foreign > 0) {
      Finding f = MakeFinding(Code::kStructureMismatch,
                              "values of the merged store are not what any process wrote: the "
                              "store or the process databases were changed after the save");
      f.file = item.item.directory + ocdbt::kManifestName;
      f.expected = "none";
      f.actual = kvstore::CountOfKeys(foreign, first);
      context_.Add(scan, item, std::move(f));
    }
  }
  tree.merge.reset();
  CheckSharedRanges(context_, scan, item);
}

}  // namespace leafsum::plan
