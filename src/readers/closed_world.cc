#include "readers/closed_world.h"

#include <algorithm>

#include "readers/companion.h"

namespace leafsum::readers {
namespace {

constexpr std::string_view kMarks[] = {"_METADATA", "_CHECKPOINT_METADATA", "manifest.ocdbt",  ".zarray",
                                       "zarr.json", "checkpoint",           "orbax.checkpoint"};

bool IsMark(std::string_view name) {
  return std::find(std::begin(kMarks), std::end(kMarks), name) != std::end(kMarks) || name.starts_with("checkpoint_");
}

bool IsArrayDocument(std::string_view name) { return name == ".zarray" || name == "zarr.json"; }

// `ocdbt.process_<n>/manifest.ocdbt`: a process's own database, right in the item.
bool IsProcessManifest(std::string_view below) {
  const size_t slash = below.find('/');
  return below.starts_with("ocdbt.process_") && slash != below.npos && below.substr(slash + 1) == "manifest.ocdbt";
}

std::string_view ReaderOf(std::string_view mark) {
  if (mark == "_METADATA") return "PyTreeCheckpointer";
  if (mark == "_CHECKPOINT_METADATA" || mark == "orbax.checkpoint") return "v1 load";
  if (mark.starts_with("checkpoint")) return mark == "checkpoint" ? "PyTreeCheckpointer" : "Flax restore_checkpoint";
  return "TensorStore";
}

class Finder {
 public:
  Finder(const orbax::Layout& layout, const std::vector<ReadItem>& items) : items_(items), unmerged_(layout.unmerged) {
    std::sort(unmerged_.begin(), unmerged_.end());
    // Sorted by directory, so that the item around a path is found by going from its end to its beginning.
    std::sort(items_.begin(), items_.end(),
              [](const ReadItem& a, const ReadItem& b) { return a.item->directory < b.item->directory; });
    for (const orbax::Item& item : layout.items) {
      if (item.file.empty()) continue;
      files_.push_back(item.file);
      // Arrays that a file of Flax's refers to.
      if (!item.HasStore()) elsewhere_.push_back(item.file + "_gda/");
    }
    for (const auto* steps : {&layout.steps, &layout.foreign_steps})
      for (const orbax::Step& step : *steps) {
        if (!step.file.empty()) files_.push_back(step.file);
        const bool read = std::find(layout.checkpoint_directories.begin(), layout.checkpoint_directories.end(),
                                    step.directory) != layout.checkpoint_directories.end();
        if (!step.directory.empty() && !read) elsewhere_.push_back(step.directory);
      }
    // In a root no reader goes below a child that is no step and no tree: it raises, or looks at names of steps alone.
    if (layout.is_root)
      elsewhere_.insert(elsewhere_.end(), layout.unknown_directories.begin(), layout.unknown_directories.end());
    for (const auto* list : {&layout.unfinished_steps, &layout.unfinished_items})
      elsewhere_.insert(elsewhere_.end(), list->begin(), list->end());
    for (const auto* list : {&layout.checkpoint_directories, &layout.nested_checkpoints})
      checkpoints_.insert(checkpoints_.end(), list->begin(), list->end());
    std::sort(checkpoints_.begin(), checkpoints_.end());
    std::sort(files_.begin(), files_.end());
    std::sort(elsewhere_.begin(), elsewhere_.end());
  }

  // Whether the mark was read as what it is, or lies where the format or another step has it.
  bool IsExplained(std::string_view path, std::string_view name) const {
    const std::string_view directory = path.substr(0, path.size() - name.size());
    if (std::binary_search(files_.begin(), files_.end(), path)) return true;
    const std::string_view companion = CompanionDirectory(path);
    if (!companion.empty()) return directory != companion || name != "_METADATA";
    if (AnyAround(path, elsewhere_)) return true;
    if (name == "_CHECKPOINT_METADATA" || name == "orbax.checkpoint") return IsCheckpoint(directory);
    if (IsProcessManifestOf(path, directory)) return true;
    const ReadItem* item = ItemAround(directory);
    if (!item) return false;
    // Flax looks for its own names only where the directory is nothing that it leaves to Orbax.
    if (name.starts_with("checkpoint_") && item->item->directory == directory && item->item->kind != orbax::ItemKind::kBareZarr)
      return true;
    const std::string_view below = path.substr(item->item->directory.size());
    if (below == "_METADATA") return item->item->kind == orbax::ItemKind::kPyTree;
    if (below == "checkpoint") return item->reads_msgpack;
    if (IsArrayDocument(name)) return item->plain;
    if (below == "manifest.ocdbt") return item->ocdbt;
    return IsProcessManifest(below);
  }

 private:
  // One of the directories around a path is in the sorted list.
  static bool AnyAround(std::string_view path, const std::vector<std::string>& directories) {
    if (directories.empty()) return false;
    for (size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1))
      if (std::binary_search(directories.begin(), directories.end(), path.substr(0, slash + 1), std::less<>())) return true;
    return false;
  }

  // Of databases that were never merged, which is told as what it is.
  bool IsProcessManifestOf(std::string_view path, std::string_view directory) const {
    if (unmerged_.empty() || directory.empty()) return false;
    const size_t slash = directory.rfind('/', directory.size() - 2);
    const std::string_view around = slash == directory.npos ? std::string_view() : directory.substr(0, slash + 1);
    return IsProcessManifest(path.substr(around.size())) &&
           std::binary_search(unmerged_.begin(), unmerged_.end(), around, std::less<>());
  }

  bool IsCheckpoint(std::string_view directory) const {
    return std::binary_search(checkpoints_.begin(), checkpoints_.end(), directory, std::less<>());
  }

  const ReadItem* ItemAround(std::string_view directory) const {
    for (std::string_view around = directory;;) {
      const auto it = std::lower_bound(
          items_.begin(), items_.end(), around,
          [](const ReadItem& item, std::string_view name) { return std::string_view(item.item->directory) < name; });
      for (auto same = it; same != items_.end() && same->item->directory == around; ++same)
        if (same->item->HasStore()) return &*same;
      if (around.empty()) return nullptr;
      around.remove_suffix(1);
      const size_t slash = around.rfind('/');
      around = slash == around.npos ? std::string_view() : around.substr(0, slash + 1);
    }
  }

  std::vector<ReadItem> items_;
  std::vector<std::string> unmerged_, checkpoints_, files_, elsewhere_;
};

}  // namespace

std::vector<Divergence> UnreadMarks(const std::vector<FileEntry>& listing, const orbax::Layout& layout,
                                    const std::vector<ReadItem>& items) {
  const Finder finder(layout, items);
  std::vector<Divergence> out;
  for (const FileEntry& entry : listing) {
    if (entry.kind != FileEntry::Kind::kFile || entry.foreign) continue;
    const std::string_view path = entry.path;
    const std::string_view name = path.substr(path.rfind('/') + 1);
    if (!IsMark(name) || finder.IsExplained(path, name)) continue;
    const std::string directory(path.substr(0, path.size() - name.size()));
    // A store's arrays lie in directories of their own: the first is enough.
    if (!out.empty() && path.starts_with(out.back().place) && !out.back().place.empty()) continue;
    // Right in the source the directory has no name of its own.
    out.push_back({std::string(ReaderOf(name)), directory.empty() ? std::string(path) : directory, "what " + std::string(name) + " there describes",
                   "nothing of it", "move it out of the checkpoint, or delete it"});
  }
  return out;
}

}  // namespace leafsum::readers
