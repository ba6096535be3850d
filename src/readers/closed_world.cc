#include "readers/closed_world.h"

#include <algorithm>

#include "base/path.h"
#include "base/sort.h"
#include "base/text.h"
#include "orbax/flax_name.h"
#include "readers/companion.h"
#include "readers/directory_set.h"

namespace leafsum::readers {
namespace {

constexpr std::string_view kMarks[] = {
    "_METADATA", "_CHECKPOINT_METADATA", "manifest.ocdbt",  ".zarray",
    "zarr.json", "checkpoint",           "orbax.checkpoint"};

// A name of Flax's. Flax ignores two kinds of names with its prefix: the temporary ones that an
// interrupted save leaves, and `_gda`.
bool IsFlaxMark(std::string_view name) {
  return name.starts_with(orbax::kFlaxPrefix) && orbax::ParseFlaxName(name);
}

bool IsArrayDocument(std::string_view name) { return name == ".zarray" || name == "zarr.json"; }

// `ocdbt.process_<n>/manifest.ocdbt`: the database of one process, directly in the item.
bool IsProcessManifest(std::string_view below) {
  const size_t slash = below.find('/');
  return below.starts_with("ocdbt.process_") && slash != below.npos &&
         below.substr(slash + 1) == "manifest.ocdbt";
}

std::string_view ReaderOf(std::string_view mark) {
  if (mark == "_METADATA") return "PyTreeCheckpointer";
  if (mark == "_CHECKPOINT_METADATA" || mark == "orbax.checkpoint") return "v1 load";
  if (IsFlaxMark(mark)) return "Flax restore_checkpoint";
  if (mark == "checkpoint") return "PyTreeCheckpointer";
  return "TensorStore";
}

// Directories whose marks need no explanation: steps that are not read, the arrays of Flax files,
// and directories that no reader enters (contract §11.2).
std::vector<std::string> Elsewhere(const orbax::Layout& layout, const DirectorySet& read) {
  std::vector<std::string> out;
  // The arrays that a Flax file refers to.
  for (const orbax::Item& item : layout.items)
    if (!item.file.empty() && !item.HasStore()) out.push_back(item.file + "_gda/");
  for (const auto* steps : {&layout.steps, &layout.foreign_steps})
    for (const orbax::Step& step : *steps) {
      if (!step.file.empty()) out.push_back(step.file + "_gda/");
      if (!step.directory.empty() && !read.Holds(step.directory)) out.push_back(step.directory);
    }
  // In a root no reader enters a child that is neither a step nor a tree: it raises, or looks only
  // at names of steps.
  if (layout.is_root)
    out.insert(out.end(), layout.unknown_directories.begin(), layout.unknown_directories.end());
  for (const auto* list : {&layout.unfinished_steps, &layout.unfinished_items})
    out.insert(out.end(), list->begin(), list->end());
  return out;
}

class Finder {
 public:
  Finder(const orbax::ListingIndex& index, const orbax::Layout& layout,
         const std::vector<ReadItem>& items)
      : index_(index),
        unmerged_(layout.unmerged),
        elsewhere_(Elsewhere(layout, DirectorySet(layout.checkpoint_directories))) {
    // Sorted by directory. No item lies in another, so the item around a path is the last one that
    // does not sort after it.
    for (const ReadItem& item : items)
      if (item.item->HasStore()) items_.push_back(item);
    StableSort(items_, [](const ReadItem& a, const ReadItem& b) {
      return a.item->directory < b.item->directory;
    });
    for (const orbax::Item& item : layout.items)
      if (!item.file.empty()) files_.push_back(item.file);
    for (const auto* steps : {&layout.steps, &layout.foreign_steps})
      for (const orbax::Step& step : *steps)
        if (!step.file.empty()) files_.push_back(step.file);
    for (const auto* list : {&layout.checkpoint_directories, &layout.nested_checkpoints})
      checkpoints_.insert(checkpoints_.end(), list->begin(), list->end());
    for (auto* list : {&unmerged_, &checkpoints_, &files_})
      StableSort(*list, std::less<std::string>());
  }

  // Whether the mark was read for what it is, or lies where the format puts such marks, or lies in
  // a step out of scope: the four excuses of contract §11.2.
  bool IsExplained(std::string_view path, std::string_view name) const {
    const std::string_view directory = path.substr(0, path.size() - name.size());
    if (IsOneOf(files_, path)) return true;
    // Nothing enters `.git/` to look for a checkpoint, but a reader that is given the source opens
    // a directory with `_METADATA` directly in it (contract §11.3).
    const std::string_view companion = CompanionDirectory(path);
    if (!companion.empty()) return directory != companion || name != "_METADATA";
    if (elsewhere_.Holds(path)) return true;
    if (IsFlaxMark(name)) return !orbax::ParseFlaxName(name) || IsLeftToOrbax(directory);
    if (name == "_CHECKPOINT_METADATA" || name == "orbax.checkpoint")
      return IsOneOf(checkpoints_, directory);
    if (IsProcessManifestOf(path, directory)) return true;
    // All other marks count as read only inside an item, and only the marks of its own kind.
    const ReadItem* item = ItemAround(directory);
    if (!item) return false;
    const orbax::ItemKind kind = item->item->kind;
    const std::string_view below = path.substr(item->item->directory.size());
    if (below == "_METADATA") return kind == orbax::ItemKind::kPyTree;
    if (below == "checkpoint")
      return kind == orbax::ItemKind::kPyTree || kind == orbax::ItemKind::kMsgpack;
    if (IsArrayDocument(name)) return item->plain;
    if (below == "manifest.ocdbt") return item->ocdbt;
    return IsProcessManifest(below);
  }

 private:
  static bool IsOneOf(const std::vector<std::string>& sorted, std::string_view path) {
    return std::binary_search(sorted.begin(), sorted.end(), path, std::less<>());
  }

  // Flax leaves a directory with one of these files to Orbax and does not look for its own names
  // there.
  bool IsLeftToOrbax(std::string_view directory) const {
    for (const char* name : {"_METADATA", "checkpoint", "manifest.ocdbt"})
      if (index_.HasFile(std::string(directory) + name)) return true;
    return false;
  }

  // Whether `path` is the manifest of a process's database that was never merged. Such databases
  // have a finding of their own (`uncommitted`).
  bool IsProcessManifestOf(std::string_view path, std::string_view directory) const {
    if (unmerged_.empty() || directory.empty()) return false;
    const size_t slash = directory.rfind('/', directory.size() - 2);
    const std::string_view around =
        slash == directory.npos ? std::string_view() : directory.substr(0, slash + 1);
    return IsProcessManifest(path.substr(around.size())) && IsOneOf(unmerged_, around);
  }

  const ReadItem* ItemAround(std::string_view directory) const {
    const auto behind = std::upper_bound(items_.begin(), items_.end(), directory,
                                         [](std::string_view name, const ReadItem& item) {
                                           return name < std::string_view(item.item->directory);
                                         });
    return behind != items_.begin() && directory.starts_with((behind - 1)->item->directory)
               ? &*(behind - 1)
               : nullptr;
  }

  const orbax::ListingIndex& index_;
  std::vector<ReadItem> items_;
  std::vector<std::string> unmerged_, checkpoints_, files_;
  const DirectorySet elsewhere_;
};

}  // namespace

bool IsMark(std::string_view name) {
  return std::find(std::begin(kMarks), std::end(kMarks), name) != std::end(kMarks) ||
         IsFlaxMark(name);
}

std::vector<Divergence> UnreadMarks(const std::vector<FileEntry>& listing,
                                    const orbax::ListingIndex& index, const orbax::Layout& layout,
                                    const std::vector<ReadItem>& items) {
  const Finder finder(index, layout, items);
  std::vector<Divergence> out;
  for (const FileEntry& entry : listing) {
    if (entry.kind != FileEntry::Kind::kFile || entry.foreign) continue;
    const std::string_view path = entry.path, name = NameOf(path);
    if (!IsMark(name) || (IsFlaxMark(name) && entry.not_flax) || finder.IsExplained(path, name))
      continue;
    const std::string directory(path.substr(0, path.size() - name.size()));
    // Each array of a store has a directory of its own; reporting the first is enough.
    if (!out.empty() && path.starts_with(out.back().place) && !out.back().place.empty()) continue;
    // The source itself has no name, so the file is named.
    out.push_back({std::string(ReaderOf(name)), directory.empty() ? std::string(path) : directory,
                   Text("what ", name, " there describes"), "nothing of it",
                   "move it out of the checkpoint, or delete it"});
  }
  return out;
}

std::vector<std::string> UnreadFlaxFiles(const std::vector<FileEntry>& listing,
                                         const orbax::Layout& layout) {
  std::vector<std::string> out;
  for (const FileEntry& entry : listing)
    if (entry.kind == FileEntry::Kind::kFile && IsFlaxMark(NameOf(entry.path)))
      out.emplace_back(entry.path);
  if (out.empty()) return out;
  const orbax::ListingIndex index(listing);
  const Finder finder(index, layout, {});
  std::erase_if(out,
                [&](const std::string& path) { return finder.IsExplained(path, NameOf(path)); });
  return out;
}

}  // namespace leafsum::readers
