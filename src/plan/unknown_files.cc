#include "plan/unknown_files.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/path.h"
#include "base/sort.h"
#include "base/text.h"
#include "ocdbt/numbered_manifest.h"
#include "plan/step_scope.h"
#include "readers/companion.h"
#include "report/printable.h"

namespace leafsum::plan {

using report::Code;
using report::Finding;

namespace {

// Files that belong to the known layouts (formats §3.1). `name` is below the directory of a
// checkpoint or an item.
bool IsKnownName(std::string_view name) {
  for (std::string_view known :
       {"_CHECKPOINT_METADATA", "_CHECKPOINT_DELETION", "orbax.checkpoint"})
    if (name == known) return true;
  return false;
}

void Unknown(Context& context, const Scan& scan, const ItemScan* item, std::string_view path) {
  if (context.JudgesFile(scan, path)) return;
  Finding f = MakeFinding(Code::kUnknownFile,
                          "a file that no part of a checkpoint accounts for; it was not read");
  f.file = path;
  if (item)
    context.Add(scan, *item, std::move(f));
  else
    context.Add(scan, std::move(f));
}

// Finds files in an item that are neither known side files nor in the store's directories. In a
// plain item every file is a key, and unclaimed keys were reported already. `structural`: for each
// file, whether any of its bytes were read as structure.
void FindInItem(Context& context, Scan& scan, const ItemScan& item,
                const std::vector<bool>& structural) {
  const bool one_file =
      item.item.kind == orbax::ItemKind::kJson || item.item.kind == orbax::ItemKind::kProto;
  if (!one_file && (!item.ocdbt || !item.walked.complete)) return;
  const std::string& dir = item.item.directory;
  std::set<uint32_t> used;
  for (const auto& entry : item.store.entries())
    if (!entry.value.is_inline()) used.insert(entry.value.file);
  const auto [first, last] = scan.Below(dir);
  for (size_t i = first; i < last; ++i) {
    const auto id = scan.files.Find(scan.listing[i].path);
    if (id && structural[*id]) used.insert(*id);
  }
  // A store's data files may have any name. A file in a directory that holds a file of the store
  // counts as the store's too; usually it belongs to older generations.
  std::set<std::string_view> directories{"d", "ocdbt_data", "ocdbt_meta"};
  for (const uint32_t file : used) {
    const std::string_view path = scan.files.path(file);
    if (path.starts_with(dir)) directories.insert(SplitKey(path.substr(dir.size())).first);
  }
  directories.erase(std::string_view());
  directories.erase("array_metadatas");  // its files are read and are not the store's
  for (size_t i = first; i < last; ++i) {
    const FileEntry& entry = scan.listing[i];
    if (entry.kind != FileEntry::Kind::kFile || entry.path == item.item.file) continue;
    const std::string_view name = std::string_view(entry.path).substr(dir.size());
    const uint32_t id = *scan.files.Find(entry.path);
    const bool in_store =
        !one_file && (used.contains(id) || name.starts_with("ocdbt.process_") ||
                      directories.contains(SplitKey(name).first) ||
                      (item.versions.numbered && ocdbt::NumberedManifestGeneration(name)));
    if (in_store)
      scan.coverage.SetRest(id, ByteClass::kUnreachable);
    else if (!IsKnownFile(item, name))
      Unknown(context, scan, &item, entry.path);
  }
}

// Finds files in a checkpoint beside its items.
void FindBesideItems(Context& context, Scan& scan) {
  std::vector<std::string_view> told(scan.layout.unknown_directories.begin(),
                                     scan.layout.unknown_directories.end());
  for (const auto* list : {&scan.layout.unfinished_items, &scan.layout.unmerged})
    told.insert(told.end(), list->begin(), list->end());
  for (const orbax::Item& item : scan.layout.items)
    if (item.HasStore()) told.push_back(item.directory);
  // Keeps the outermost of nested directories, so that a file lies in a reported directory exactly
  // if it lies in the last one that sorts before it.
  StableSort(told, std::less<std::string_view>());
  size_t kept = 0;
  for (std::string_view directory : told)
    if (kept == 0 || !directory.starts_with(told[kept - 1])) told[kept++] = directory;
  told.resize(kept);
  const auto is_told = [&](std::string_view path) {
    const auto behind = std::upper_bound(told.begin(), told.end(), path);
    return behind != told.begin() && path.starts_with(*(behind - 1));
  };
  // The msgpack files that are items, and the arrays that they refer to.
  std::set<uint32_t> used;
  for (const ItemScan& item : scan.items) {
    if (item.item.HasStore()) continue;
    if (const auto id = scan.files.Find(item.item.file)) used.insert(*id);
    for (const auto& entry : item.store.entries()) used.insert(entry.value.file);
  }
  for (const orbax::Item& item : scan.layout.items)
    if (const auto id = scan.files.Find(item.file)) used.insert(*id);
  for (const std::string& shard : scan.layout.shards)
    if (const auto id = scan.files.Find(shard)) used.insert(*id);
  for (const std::string& dir : scan.layout.checkpoint_directories) {
    const auto [first, last] = scan.Below(dir);
    for (size_t i = first; i < last; ++i) {
      const std::string_view path = scan.listing[i].path;
      const std::string_view name = NameOf(path);
      if (scan.listing[i].kind != FileEntry::Kind::kFile || IsKnownName(name) ||
          readers::IsCompanion(path, true) || used.contains(*scan.files.Find(path)))
        continue;
      if (path[dir.size()] != '.' && path.find("/.") == path.npos && !is_told(path))
        Unknown(context, scan, nullptr, path);
    }
  }
}

// One finding for all companions: they deserve no warning, but no evidence covers them either
// (contract §11.3).
void CountCompanions(Context& context, const Scan& scan) {
  if (context.options.bundle && scan.source == 0) return;  // it vouches for them as for others
  const StepScope scope(scan.layout);
  uint64_t files = 0, bytes = 0;
  std::string_view first;
  for (const FileEntry& entry : scan.listing) {
    if (entry.kind != FileEntry::Kind::kFile || !readers::IsCompanion(entry.path, true) ||
        !scope.Holds(entry.path))
      continue;
    if (files++ == 0) first = entry.path;
    bytes += entry.size;
  }
  if (files == 0) return;
  const std::string others = files == 1 ? "" : Text(" and ", Grouped{files - 1}, " more");
  Finding f = MakeFinding(Code::kCompanionFile,
                          Text(report::Clipped(first), others,
                               ": people and tools keep such files beside a checkpoint; no reader "
                               "opens them, and no digest covers them"));
  f.actual = Text(Grouped{files}, files == 1 ? " file, " : " files, ", ByteCount(bytes));
  context.Add(scan, std::move(f));
}

}  // namespace

bool IsKnownFile(const ItemScan& item, std::string_view name) {
  if (item.msgpack.reader && name == "checkpoint") return true;
  for (std::string_view known : {"_METADATA", "_sharding", "_strings.json"})
    if (name == known) return true;
  // Orbax reads no other files of `array_metadatas/`.
  if (name.starts_with("array_metadatas/process_") || IsKnownName(name)) return true;
  return readers::IsCompanion(item.item.directory + std::string(name), true);
}

void FindUnknownFiles(Context& context, Scan& scan) {
  std::vector<bool> structural(scan.files.count());
  for (const CoverageMap::Range& range : scan.coverage.Marked(ByteClass::kStructural))
    structural[range.file] = true;
  for (const ItemScan& item : scan.items) FindInItem(context, scan, item, structural);
  FindBesideItems(context, scan);
  CountCompanions(context, scan);
}

}  // namespace leafsum::plan
