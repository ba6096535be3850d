// Decides where the keys of an item are: in an OCDBT store, in a directory for each array, or
// nowhere (formats §3.1).
#include <algorithm>
#include <set>

#include "kvstore/directory.h"
#include "kvstore/safe_path.h"
#include "plan/walk_stage.h"

namespace leafsum::plan {

using report::Code;
using report::Finding;

namespace {

// Whether the checkpoint or the item says that its save was finished: a commit time, or
// `commit_success.txt` (formats §3.2, §3.7). It decides whether a missing manifest is a lost file
// or an interrupted save, because the user must do different things.
bool WasCommitted(const Scan& scan, std::string_view item) {
  const std::vector<std::string>& checkpoints = scan.layout.checkpoint_directories;
  for (size_t end = 0; end != item.npos;
       end = end == item.size() ? item.npos : item.find('/', end) + 1) {
    const std::string directory(item.substr(0, end));
    const auto times = scan.saved.times.find(directory);
    if (times != scan.saved.times.end() && times->second.commit) return true;
    if (scan.SizeOf(directory + "commit_success.txt") &&
        std::find(checkpoints.begin(), checkpoints.end(), directory) != checkpoints.end())
      return true;
  }
  return scan.SizeOf(std::string(item) + "commit_success.txt").has_value();
}

// Says what a copy of a committed store has lost. Judges the processes' databases by names only.
std::string LostManifest(const Scan& scan, const std::string& dir) {
  const auto [first, last] = scan.Below(dir);
  const auto has = [&](std::string_view start) {
    const auto [from, to] = scan.Below(start);
    return from < to;
  };
  bool whole = true;
  std::string process;
  for (size_t i = first; i < last; ++i) {
    const std::string_view path = scan.listing[i].path;
    if (!path.substr(dir.size()).starts_with("ocdbt.process_")) continue;
    const size_t slash = path.find('/', dir.size());
    if (slash == path.npos || path.substr(0, slash + 1) == process) continue;
    process = path.substr(0, slash + 1);
    whole =
        whole && scan.SizeOf(process + std::string(ocdbt::kManifestName)) && has(process + "d/");
  }
  std::string text = "the checkpoint was committed; manifest.ocdbt ";
  text += has(dir + "d/") ? "is missing: copy it again" : "and d/ are missing: copy them again";
  return text + (whole ? "; the process databases are whole, as far as their names tell"
                       : "; process databases are not whole either");
}

// The keys of leaves that are read. For empty nodes and strings, the keys that an array of that
// name would have, because such an array is a finding. ".zarray" sorts before every other key of
// an array. If all leaves are read, nothing is narrowed, and keys beside them are seen too.
std::vector<std::string> WantedKeys(const Context& context, const ItemScan& item) {
  std::vector<std::string> wanted;
  for (const orbax::TreeEntry& e : item.tree->entries) {
    if (!context.Reads(item.item.name, e.key_path)) continue;
    wanted.push_back(orbax::KeyPrefix(orbax::ParamName(e.key_path)));
    wanted.back() += ".zarray";
  }
  return wanted;
}

}  // namespace

void WalkStage::Start(size_t scan_index, size_t item_index) {
  Scan& scan = context_.scans[scan_index];
  ItemScan& item = scan.items[item_index];
  switch (item.item.kind) {
    case orbax::ItemKind::kBareOcdbt:
      return StartOcdbt(scan_index, item_index);
    case orbax::ItemKind::kPyTree:
      if (!item.tree) {
        item.failed = true;  // `_METADATA` is too large and was not read; reported already
        return;
      }
      return StartTree(scan_index, item_index);
    case orbax::ItemKind::kMsgpack:
      if (!item.item.HasStore()) return StartReferences(scan, item);
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
  item.walked.complete = item.walked.read;
}

// The flag `use_ocdbt` decides where the arrays are; without it, whether there is a manifest
// (contract §10.6). If the flag contradicts what is stored, no reader restores anything, so that is
// one finding for all arrays.
void WalkStage::StartTree(size_t scan_index, size_t item_index) {
  Scan& scan = context_.scans[scan_index];
  ItemScan& item = scan.items[item_index];
  const std::string& dir = item.item.directory;
  std::vector<std::string> wanted;
  if (context_.Narrows(scan)) {
    wanted = WantedKeys(context_, item);
    item.narrowed = wanted.size() < item.tree->entries.size();
    context_.narrowed |= item.narrowed;
  }
  if (scan.Unanswered(dir + ocdbt::kManifestName)) {
    item.failed = true;
    return;
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
  f.file = dir + ocdbt::kManifestName;
  if (!has_arrays && use_ocdbt) {  // only strings and empty nodes: Orbax writes no store then
    Seal(scan, item);
    item.walked.complete = item.walked.read;
    return;
  }
  if (has_arrays && !has_manifest && has_process && !has_documents) {
    // Not merged here: no reader restores from process databases (formats §1.8, contract §10.21).
    item.failed = true;
    if (scan.layout.source_uncommitted || item.item.uncommitted) return;  // reported already
    f = WasCommitted(scan, dir)
            ? MakeFinding(Code::kMissingFile, LostManifest(scan, dir))
            : MakeFinding(
                  Code::kUncommitted,
                  "the processes' databases were never merged: the save was interrupted before "
                  "its end");
    f.file = dir + ocdbt::kManifestName;
  } else if (use_ocdbt && !has_documents) {
    f = MakeFinding(Code::kMissingFile, "the store's manifest is missing: no array can be read");
    f.file = dir + ocdbt::kManifestName;
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

// Every array has a directory, so the listing is the store.
void WalkStage::StartDirectory(Scan& scan, ItemScan& item) {
  const std::string& dir = item.item.directory;
  const auto [first, last] = scan.Below(dir);
  const auto listing = std::span<const FileEntry>(scan.listing).subspan(first, last - first);
  if (Status bad = kvstore::Directory(listing, dir, scan.files, item.store)) {
    context_.Add(scan, item, FindingOf(*bad, dir));
    item.failed = true;
    return;
  }
  item.walked.read = true;
  item.walked.complete = scan.probed.complete;
}

// For a source that is a msgpack file among other files. Only what the file's tree refers to is its
// store: everything below the first component of each reference.
void WalkStage::StartReferences(Scan& scan, ItemScan& item) {
  if (!item.msgpack.reader) return;
  const std::string& file = item.item.file;
  std::set<std::string> tops;
  for (const orbax::MsgpackLeaf& leaf : item.msgpack.reader->leaves())
    if (leaf.kind == orbax::MsgpackLeaf::Kind::kPlaceholder && !leaf.problem) {
      const std::string path = orbax::ArrayDirectory(leaf, file);
      tops.insert(path.substr(0, path.find('/')) + "/");
    }
  for (const std::string& top : tops) {
    const auto [first, last] = scan.Below(item.item.directory + top);
    for (size_t f = first; f < last; ++f) {
      const FileEntry& entry = scan.listing[f];
      if (entry.kind != FileEntry::Kind::kFile || !kvstore::IsSafePath(entry.path)) continue;
      item.store.Add(std::string_view(entry.path).substr(item.item.directory.size()),
                     {scan.files.Intern(entry.path), 0, entry.size});
    }
  }
  Seal(scan, item);
  item.walked.complete = item.walked.read && scan.probed.complete;
}

void WalkStage::StartOcdbt(size_t scan_index, size_t item_index, std::vector<std::string>* wanted) {
  Scan& scan = context_.scans[scan_index];
  ItemScan& item = scan.items[item_index];
  if (!item.versions.generation) {  // no numbered manifest exists: an empty store
    Seal(scan, item);
    item.walked.complete = item.walked.read;
    return;
  }
  const std::string& dir = item.item.directory;
  trees_.push_back({scan_index, item_index, dir, nullptr, nullptr,
                    std::make_unique<ocdbt::Walk>(*item.versions.generation, dir, scan.files,
                                                  item.store, wanted)});
  WantNodes(trees_.size() - 1);
}

}  // namespace leafsum::plan
