#include "verify/walk_stage.h"

#include <algorithm>

#include "base/checked.h"
#include "base/phrase.h"
#include "base/sort.h"
#include "kvstore/directory.h"
#include "kvstore/key_text.h"

namespace leafsum::verify {

using report::Code;
using report::Finding;
using report::Severity;

namespace {

constexpr std::string_view kManifest = "manifest.ocdbt", kSlashManifest = "/manifest.ocdbt", kProcess = "ocdbt.process_";

// "3 keys, the first is "w/0"", for a finding.
std::string CountOf(uint64_t n, std::string_view first) {
  return Phrase(n) + (n == 1 ? " key: " : " keys, the first is ") + kvstore::KeyText(first);
}

}  // namespace

WalkStage::WalkStage(Context& context) : ReadingStage(context) {
  checks_ = ChecksAll(context.options);
  for (size_t s = 0; s < context.scans.size(); ++s)
    for (size_t i = 0; i < context.scans[s].items.size(); ++i)
      if (!context.scans[s].items[i].failed) Start(s, i);
}

void WalkStage::Start(size_t scan_index, size_t item_index) {
  Scan& scan = context_.scans[scan_index];
  ItemScan& item = scan.items[item_index];
  switch (item.item.kind) {
    case orbax::ItemKind::kBareOcdbt:
      return StartOcdbt(scan_index, item_index);
    case orbax::ItemKind::kPyTree:
      if (!item.tree) {
        item.failed =
            true;  // its `_METADATA` is listed but was not asked for: too large, said already
        return;
      }
      return StartTree(scan_index, item_index);
    case orbax::ItemKind::kMsgpack:
      if (!item.item.HasStore()) return;
      if (item.manifest) return StartOcdbt(scan_index, item_index);
      return StartDirectory(scan, item);
    case orbax::ItemKind::kBareZarr:
      return StartDirectory(scan, item);
    case orbax::ItemKind::kJson:
    case orbax::ItemKind::kProto:
    case orbax::ItemKind::kAmbiguous:
      return;
  }
  Seal(scan, item);
  item.store_complete = item.store_read;
}

// The flag `use_ocdbt` decides; without it the manifest's presence (design.md §10.6). Where it
// contradicts what is stored nothing can be restored: one finding for all.
void WalkStage::StartTree(size_t scan_index, size_t item_index) {
  Scan& scan = context_.scans[scan_index];
  ItemScan& item = scan.items[item_index];
  const std::string& dir = item.item.directory;
  // The keys of leaves that are read; of empty nodes and strings, those that an array of the name
  // would have. No key of an array is before its ".zarray". Where all leaves are read, what lies
  // beside them is looked at too.
  std::vector<std::string> wanted;
  if (context_.Narrows(scan)) {
    for (const orbax::TreeEntry& e : item.tree->entries) {
      if (!context_.Reads(item.item.name, e.key_path)) continue;
      wanted.push_back(orbax::KeyPrefix(orbax::ParamName(e.key_path)));
      wanted.back() += ".zarray";
    }
    item.narrowed = wanted.size() < item.tree->entries.size();
    context_.narrowed |= item.narrowed;
  }
  const bool has_manifest = item.manifest.has_value();
  const bool use_ocdbt = item.tree->use_ocdbt.value_or(has_manifest);
  if (use_ocdbt && has_manifest)
    return StartOcdbt(scan_index, item_index, item.narrowed ? &wanted : nullptr);

  bool has_arrays = false, has_process = false, has_documents = false;
  for (const orbax::TreeEntry& e : item.tree->entries)
    has_arrays |= e.value_type != "string" && !orbax::IsEmptyValueType(e.value_type);
  const auto [first, last] = scan.Below(dir);
  for (size_t i = first; i < last; ++i) {
    const std::string_view path = scan.listing[i].path;
    const std::string_view name = path.substr(dir.size());
    has_process |= name.starts_with("ocdbt.process_");
    has_documents |= name.ends_with(".zarray") || name.ends_with("zarr.json");
  }
  Finding f(Code::kInvalid);
  f.file = dir + "manifest.ocdbt";
  if (!has_arrays && use_ocdbt) {  // strings and empty nodes alone: no store is written
    Seal(scan, item);
    item.store_complete = item.store_read;
    return;
  }
  if (has_arrays && !has_manifest && has_process && !has_documents) {
    item.failed = true;
    if (scan.layout.source_uncommitted || item.item.uncommitted) return;  // that says it all
    f = MakeFinding(Code::kUncommitted,
                    "the processes' databases were never merged: the save was interrupted before "
                    "its end");
    f.file = dir + "manifest.ocdbt";
  } else if (use_ocdbt && !has_documents) {
    f = MakeFinding(Code::kMissingFile, "the store's manifest is not there: no array can be read");
    f.file = dir + "manifest.ocdbt";
  } else if (use_ocdbt || (has_arrays && has_manifest && !has_documents)) {
    f.file = dir + "_METADATA";
    f.expected = use_ocdbt ? "use_ocdbt false" : "use_ocdbt true";
    f.actual = use_ocdbt ? "use_ocdbt true" : "use_ocdbt false";
    f.message = use_ocdbt ? "_METADATA says that the arrays lie in an OCDBT store, but each has a "
                            "directory of its own"
                          : "_METADATA says that each array has a directory of its own, but they "
                            "lie in an OCDBT store";
  } else {
    return StartDirectory(scan, item);
  }
  context_.Add(scan, item, std::move(f));
  item.failed = true;
}

// One directory per array: the listing is the store.
void WalkStage::StartDirectory(Scan& scan, ItemScan& item) {
  const std::string& dir = item.item.directory;
  const auto [first, last] = scan.Below(dir);
  const auto listing = std::span<const FileEntry>(scan.listing).subspan(first, last - first);
  if (Status bad = kvstore::Directory(listing, dir, scan.files, item.store)) {
    context_.Add(scan, item, FindingOf(*bad, dir));
    item.failed = true;
    return;
  }
  item.store_read = true;
  item.store_complete = scan.listing_complete;
}

void WalkStage::StartOcdbt(size_t scan_index, size_t item_index,
                           std::vector<std::string>* wanted) {
  Scan& scan = context_.scans[scan_index];
  ItemScan& item = scan.items[item_index];
  if (!item.generation) {  // numbered manifests of which there is none: an empty store
    Seal(scan, item);
    item.store_complete = item.store_read;
    return;
  }
  const std::string& dir = item.item.directory;
  trees_.push_back({scan_index, item_index, dir, nullptr, nullptr,
                    std::make_unique<ocdbt::Walk>(*item.generation, dir, scan.files, item.store,
                                                  wanted)});
  WantNodes(trees_.size() - 1);
}

// Asks for what the walk wants next; what the listing rules out already is answered at once.
void WalkStage::WantNodes(size_t tree_index) {
  Tree& tree = trees_[tree_index];
  Scan& scan = context_.scans[tree.scan];
  for (;;) {
    const std::vector<ocdbt::NodeRead> reads = tree.walk->TakeReads();
    if (reads.empty()) break;
    for (const ocdbt::NodeRead& read : reads) {
      const std::string path = tree.directory + read.path;
      const auto size = scan.SizeOf(path);
      const bool may_exist = !size && !scan.listed;
      if (!size && !may_exist) {
        tree.walk->Fail(read.token,
                        Error{ErrorCode::kMissing, "the file is not there", {}, "", ""});
      } else if (size && !RangeFits(read.offset, read.length, *size)) {
        tree.walk->Fail(read.token, Error{ErrorCode::kTruncated,
                                          "the file ends before the node does",
                                          {},
                                          Phrase(read.offset) + " + " +
                                              Phrase(read.length) + " bytes",
                                          Phrase(*size) + " bytes"});
      } else {
        wants_.push_back({tree_index, false, read});
        WantRange(scan, path, read.offset, read.length, wants_.size() - 1);
      }
    }
  }
  if (tree.walk->Done()) Finish(tree_index);
}

void WalkStage::OnRead(size_t tag, Bytes bytes) {
  const Want want = wants_[tag];
  Tree& tree = trees_[want.tree];
  if (want.manifest) {
    auto manifest = ocdbt::DecodeManifest(bytes);
    if (!manifest) return OnFailure(tag, manifest.error());
    return StartProcess(want.tree, *manifest);
  }
  if (bytes.size() == want.read.length) {
    tree.walk->Feed(want.read.token, bytes);
  } else {
    const auto size = context_.scans[tree.scan].SizeOf(tree.directory + want.read.path);
    tree.walk->Fail(want.read.token, ShortRead(size.has_value(), want.read.length, bytes.size()));
  }
  WantNodes(want.tree);
}

void WalkStage::OnFailure(size_t tag, Error error) {
  const Want want = wants_[tag];
  Tree& tree = trees_[want.tree];
  if (want.manifest) {
    Warn(tree, FindingOf(error, tree.directory + std::string(kManifest)));
    tree.merge->complete = false;
    return NextProcess(want.tree);
  }
  tree.walk->Fail(want.read.token, std::move(error));
  WantNodes(want.tree);
}

// No leaf depends on a process database: what is wrong with one is a warning.
void WalkStage::Warn(const Tree& tree, Finding finding) {
  if (finding.severity == Severity::kError) finding.severity = Severity::kWarning;
  finding.message = "a process's own database, which reading needs no more: " + finding.message;
  Scan& scan = context_.scans[tree.scan];
  context_.Add(scan, scan.items[tree.item], std::move(finding));
}

void WalkStage::Finish(size_t tree_index) {
  Tree& tree = trees_[tree_index];
  Scan& scan = context_.scans[tree.scan];
  ItemScan& item = scan.items[tree.item];
  const std::string& dir = tree.directory;
  for (ocdbt::Problem& problem : tree.walk->TakeProblems()) {
    Finding f = FindingOf(problem.error, problem.hostile_path ? std::string() : dir + problem.path);
    f.offset = problem.offset;
    if (problem.hostile_path) {
      f.code = Code::kHostilePath;
      f.severity = Severity::kError;
    } else if (problem.statistics) {
      f.code = Code::kStatisticsMismatch;
      f.severity = Severity::kWarning;
    }
    if (tree.process)
      Warn(tree, std::move(f));
    else
      context_.Add(scan, item, std::move(f));
  }
  for (const ocdbt::NodeRange& node : tree.walk->nodes())
    if (auto id = scan.files.Find(dir + node.path))
      scan.coverage.Mark(*id, node.offset, node.length, ByteClass::kStructural);
  const bool complete = tree.walk->complete();
  tree.walk.reset();
  if (tree.process) {
    tree.merge->complete &= complete && !tree.process->Seal();
    CompareProcess(tree);
    return NextProcess(tree_index);
  }
  Seal(scan, item);
  item.store_complete = item.store_read && complete;
  if (!checks_ || !item.store_complete) return;
  tree.merge = std::make_unique<Merge>();
  // Older generations were merged from something else.
  if (item.generation->generation_number == item.manifest->versions.back().generation_number) {
    const auto [first, last] = scan.Below(dir);
    std::string_view process;  // the directory that the entry lies in
    size_t processes = 0;
    for (size_t i = first; i < last; ++i) {
      const std::string_view path = scan.listing[i].path;
      if (path.compare(dir.size(), kProcess.size(), kProcess) != 0) continue;
      const size_t slash = path.find('/', dir.size());
      if (slash == path.npos) continue;
      if (path.substr(0, slash) != process) ++processes;
      process = path.substr(0, slash);
      if (path.size() == slash + kSlashManifest.size() && path.ends_with(kSlashManifest))
        tree.merge->directories.emplace_back(path.substr(0, slash + 1));
    }
    // Nothing needs a process's manifest any more: where one is gone, what it wrote is not known.
    if (processes != tree.merge->directories.size()) tree.merge->complete = false;
  }
  NextProcess(tree_index);
}

// -- Merged from the databases of processes (formats.md §1.8)

void WalkStage::NextProcess(size_t tree_index) {
  Tree& tree = trees_[tree_index];
  Scan& scan = context_.scans[tree.scan];
  Merge& merge = *tree.merge;
  tree.process.reset();
  if (merge.next == merge.directories.size()) return FinishMerge(tree);
  tree.directory = merge.directories[merge.next++];
  wants_.push_back({tree_index, true, {}});
  const std::string path = tree.directory + std::string(kManifest);
  const uint64_t size = scan.SizeOf(path).value_or(0);
  if (size > kMaxManifest)
    return OnFailure(wants_.size() - 1, Error{ErrorCode::kLimit, "manifest is too large", {},
                                              "at most " + Phrase(kMaxManifest) + " bytes",
                                              Phrase(size) + " bytes"});
  scan.coverage.MarkAll(*scan.files.Find(path), ByteClass::kStructural);
  WantFile(scan, path, kMaxManifest, wants_.size() - 1);
}

void WalkStage::StartProcess(size_t tree_index, const ocdbt::Manifest& manifest) {
  Tree& tree = trees_[tree_index];
  if (manifest.versions.empty()) {  // numbered: Orbax never writes that
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
  merge.keys += tree.process->entries().size();
  uint64_t lost = 0;
  std::string_view first;
  size_t m = 0;  // both are sorted
  for (const auto& own : tree.process->entries()) {
    while (m < merged.size() && merged[m].key < own.key) ++m;
    if (m == merged.size() || merged[m].key != own.key) {
      if (lost++ == 0) first = own.key;
      continue;
    }
    const kvstore::ValueRef &a = merged[m].value, &b = own.value;
    bool same = a.length == b.length;
    if (a.is_inline() && b.is_inline()) {
      const Bytes x = item.store.InlineValue(a), y = tree.process->InlineValue(b);
      same = std::equal(x.begin(), x.end(), y.begin(), y.end());
    } else if (!a.is_inline() && !b.is_inline()) {
      same = same && a.file == b.file && a.offset == b.offset;
    }  // else a writer with another limit for inline values copied it
    if (same) merge.held[m] = true;
  }
  if (lost == 0) return;
  Finding f = MakeFinding(Code::kStructureMismatch,
                          "keys of a process's database are not in the merged store");
  f.file = tree.directory + std::string(kManifest);
  f.expected = "none";
  f.actual = CountOf(lost, first);
  context_.Add(scan, item, std::move(f));
}

void WalkStage::FinishMerge(Tree& tree) {
  Scan& scan = context_.scans[tree.scan];
  ItemScan& item = scan.items[tree.item];
  const Merge& merge = *tree.merge;
  if (!merge.directories.empty() && merge.complete) {
    uint64_t foreign = 0;
    std::string_view first;
    for (size_t e = 0; e < item.store.entries().size(); ++e)
      if ((e >= merge.held.size() || !merge.held[e]) && foreign++ == 0) first = item.store.entries()[e].key;
    if (foreign > 0) {
      Finding f = MakeFinding(Code::kStructureMismatch,
                              "values of the merged store are not those that any process wrote: it "
                              "was changed after the save, or the process databases were");
      f.file = item.item.directory + std::string(kManifest);
      f.expected = "none";
      f.actual = CountOf(foreign, first);
      context_.Add(scan, item, std::move(f));
    }
  }
  tree.merge.reset();
  CheckRanges(scan, item);
}

// -- Values that share bytes

// Two keys may have one range: what a writer that saves space does. One that takes part of another
// value, or of a block of the database itself, is no writer's; its bytes are what they are all the
// same.
void WalkStage::CheckRanges(Scan& scan, ItemScan& item) {
  const auto& entries = item.store.entries();
  std::vector<uint32_t> order;
  for (uint32_t e = 0; e < entries.size(); ++e)
    if (!entries[e].value.is_inline()) order.push_back(e);
  auto before = [&](uint32_t a, uint32_t b) {
    const kvstore::ValueRef &x = entries[a].value, &y = entries[b].value;
    if (x.file != y.file) return x.file < y.file;
    return x.offset != y.offset ? x.offset < y.offset : x.length > y.length;
  };
  StableSort(order, before);
  const auto blocks = scan.coverage.Marked(ByteClass::kStructural);
  size_t block = 0;
  uint64_t counts[2] = {};
  uint32_t first[2] = {};
  auto count = [&](int which, uint32_t e) {
    if (counts[which]++ == 0) first[which] = e;
  };
  const kvstore::ValueRef* widest = nullptr;  // of those before it in its file, the one that ends last
  for (const uint32_t e : order) {
    const kvstore::ValueRef& v = entries[e].value;
    const uint64_t end = v.offset + v.length;  // at most 2^63 - 1
    if (widest && widest->file == v.file && v.offset < widest->offset + widest->length &&
        (v.offset != widest->offset || v.length != widest->length))
      count(0, e);
    if (!widest || widest->file != v.file || end > widest->offset + widest->length) widest = &v;
    while (block < blocks.size() && (blocks[block].file < v.file || (blocks[block].file == v.file && blocks[block].end <= v.offset))) ++block;
    if (block < blocks.size() && blocks[block].file == v.file && blocks[block].begin < end) count(1, e);
  }
  for (int which = 0; which < 2; ++which) {
    if (counts[which] == 0) continue;
    const auto& entry = entries[first[which]];
    Finding f = MakeFinding(Code::kStructureMismatch,
                            which == 0 ? "the range of a value overlaps another value's without being the same"
                                       : "the range of a value lies in the metadata of the checkpoint");
    f.file = scan.files.path(entry.value.file);
    f.offset = entry.value.offset;
    f.expected = "none";
    f.actual = CountOf(counts[which], entry.key);
    context_.Add(scan, item, std::move(f));
  }
}

void WalkStage::Seal(Scan& scan, ItemScan& item) {
  if (Status bad = item.store.Seal()) {
    context_.Add(scan, item, FindingOf(*bad, item.item.directory + std::string(kManifest)));
    item.failed = true;
    return;
  }
  item.store_read = true;
}

}  // namespace leafsum::verify
