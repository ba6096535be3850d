// Where the keys of an item are: in an OCDBT store, in a directory for each array, or nowhere.
#include <algorithm>
#include <set>

#include "kvstore/directory.h"
#include "kvstore/safe_path.h"
#include "plan/walk_stage.h"

namespace leafsum::plan {

using report::Code;
using report::Finding;

namespace {

// The checkpoint or the item says that its save came to its end.
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

// What a copy of a committed store has lost. The processes' databases are looked at by name alone.
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

}  // namespace

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

// The flag `use_ocdbt` decides; without it the manifest's presence (contract §10.6). Where it
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
  if (!has_arrays && use_ocdbt) {  // strings and empty nodes alone: no store is written
    Seal(scan, item);
    item.walked.complete = item.walked.read;
    return;
  }
  if (has_arrays && !has_manifest && has_process && !has_documents) {
    item.failed = true;
    if (scan.layout.source_uncommitted || item.item.uncommitted) return;  // that says it all
    f = WasCommitted(scan, dir)
            ? MakeFinding(Code::kMissingFile, LostManifest(scan, dir))
            : MakeFinding(
                  Code::kUncommitted,
                  "the processes' databases were never merged: the save was interrupted before "
                  "its end");
    f.file = dir + ocdbt::kManifestName;
  } else if (use_ocdbt && !has_documents) {
    f = MakeFinding(Code::kMissingFile, "the store's manifest is not there: no array can be read");
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
  item.walked.read = true;
  item.walked.complete = scan.probed.complete;
}

// Beside a msgpack file that is itself the checkpoint: only what its tree refers to is the store,
// by the first name of each path, since the rest of the directory is not the file's.
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
  if (!item.versions.generation) {  // numbered manifests of which there is none: an empty store
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
