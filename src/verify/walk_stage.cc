#include "verify/walk_stage.h"

#include "base/checked.h"
#include "kvstore/directory.h"

namespace leafsum::verify {

using report::Code;
using report::Finding;
using report::Severity;

WalkStage::WalkStage(Context& context) : ReadingStage(context) {
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
  const bool has_manifest = item.manifest.has_value();
  const bool use_ocdbt = item.tree->use_ocdbt.value_or(has_manifest);
  if (use_ocdbt && has_manifest) return StartOcdbt(scan_index, item_index);

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

void WalkStage::StartOcdbt(size_t scan_index, size_t item_index) {
  Scan& scan = context_.scans[scan_index];
  ItemScan& item = scan.items[item_index];
  const std::string path = item.item.directory + "manifest.ocdbt";
  item.ocdbt = true;
  if (item.manifest->config.manifest_kind == ocdbt::ManifestKind::kNumbered) {
    Finding f = MakeFinding(Code::kUnsupported,
                            "a store with numbered manifests: this version cannot read it");
    f.file = path;
    context_.Add(scan, item, std::move(f));
    item.failed = true;
    return;
  }
  if (item.manifest->versions.empty()) {
    Finding f = MakeFinding(Code::kInvalid, "the manifest lists no generation");
    f.file = path;
    context_.Add(scan, item, std::move(f));
    item.failed = true;
    return;
  }
  const ocdbt::BtreeGenerationReference& newest = item.manifest->versions.back();
  if (newest.root.IsMissing()) {
    Seal(scan, item);
    item.store_complete = item.store_read;
    return;
  }
  trees_.push_back(
      {scan_index, item_index,
       std::make_unique<ocdbt::Walk>(newest, item.item.directory, scan.files, item.store)});
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
      const std::string path = scan.items[tree.item].item.directory + read.path;
      const auto size = scan.SizeOf(path);
      const bool may_exist = !size && !scan.listed;
      if (!size && !may_exist) {
        tree.walk->Fail(read.token,
                        Error{ErrorCode::kMissing, "the file is not there", {}, "", ""});
      } else if (size && !RangeFits(read.offset, read.length, *size)) {
        tree.walk->Fail(read.token, Error{ErrorCode::kTruncated,
                                          "the file ends before the node does",
                                          {},
                                          std::to_string(read.offset) + " + " +
                                              std::to_string(read.length) + " bytes",
                                          std::to_string(*size) + " bytes"});
      } else {
        wants_.push_back({tree_index, read});
        WantRange(scan, path, read.offset, read.length, wants_.size() - 1);
      }
    }
  }
  if (tree.walk->Done()) Finish(tree);
}

void WalkStage::OnRead(size_t tag, Bytes bytes) {
  const Want want = wants_[tag];
  Tree& tree = trees_[want.tree];
  if (bytes.size() == want.read.length) {
    tree.walk->Feed(want.read.token, bytes);
  } else {
    tree.walk->Fail(want.read.token, Error{ErrorCode::kChanged,
                                           "the file is shorter than it was",
                                           {},
                                           std::to_string(want.read.length) + " bytes",
                                           std::to_string(bytes.size()) + " bytes"});
  }
  WantNodes(want.tree);
}

void WalkStage::OnFailure(size_t tag, Error error) {
  const Want want = wants_[tag];
  trees_[want.tree].walk->Fail(want.read.token, std::move(error));
  WantNodes(want.tree);
}

void WalkStage::Finish(Tree& tree) {
  Scan& scan = context_.scans[tree.scan];
  ItemScan& item = scan.items[tree.item];
  const std::string& dir = item.item.directory;
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
    context_.Add(scan, item, std::move(f));
  }
  for (const ocdbt::NodeRange& node : tree.walk->nodes())
    if (auto id = scan.files.Find(dir + node.path))
      scan.coverage.Mark(*id, node.offset, node.length, ByteClass::kStructural);
  const bool complete = tree.walk->complete();
  tree.walk.reset();
  Seal(scan, item);
  item.store_complete = item.store_read && complete;
}

void WalkStage::Seal(Scan& scan, ItemScan& item) {
  if (Status bad = item.store.Seal()) {
    context_.Add(scan, item, FindingOf(*bad, item.item.directory + "manifest.ocdbt"));
    item.failed = true;
    return;
  }
  item.store_read = true;
}

}  // namespace leafsum::verify
