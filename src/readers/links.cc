#include "readers/links.h"

#include <algorithm>

#include "base/path.h"
#include "readers/closed_world.h"
#include "readers/companion.h"

namespace leafsum::readers {
namespace {

// Files that readers open by name. A store's data files are not here: if one is missing, the
// reference to it reports that.
constexpr std::string_view kNames[] = {"_METADATA",
                                       "_CHECKPOINT_METADATA",
                                       "_CHECKPOINT_DELETION",
                                       "_ROOT_METADATA",
                                       "_sharding",
                                       "_strings.json",
                                       "orbax.checkpoint",
                                       ".zarray",
                                       ".zgroup",
                                       ".zattrs",
                                       "zarr.json",
                                       "data.json",
                                       "metadata",
                                       "metrics",
                                       "proto.pbtxt"};
constexpr std::string_view kBeginnings[] = {"checkpoint", "manifest.", "process_"};

// `0`, `0.1`, `c`, `c.0.1`: a chunk of an array.
bool IsChunkName(std::string_view name) {
  return name.find_first_not_of("0123456789.c") == name.npos;
}

std::vector<std::string> InScope(const orbax::Layout& layout) {
  std::vector<std::string> out = layout.checkpoint_directories;
  out.insert(out.end(), layout.unknown_directories.begin(), layout.unknown_directories.end());
  return out;
}

std::vector<std::string> Stores(const orbax::Layout& layout) {
  std::vector<std::string> out;
  for (const orbax::Item& item : layout.items)
    if (item.HasStore()) out.push_back(item.directory);
  return out;
}

// Whether a directory with a file of this name is an item to some entry point.
bool MakesAnItem(std::string_view name) {
  for (std::string_view known : {"_METADATA", "checkpoint", "data.json", "metadata", "metrics",
                                 "proto.pbtxt", "jax_random_key", "np_random_key"})
    if (name == known) return true;
  return false;
}

}  // namespace

LinkRoles::LinkRoles(const orbax::Layout& layout, bool holds_checkpoints)
    : layout_(layout),
      holds_checkpoints_(holds_checkpoints),
      in_scope_(InScope(layout)),
      stores_(Stores(layout)) {}

// Whether the link lies in a step that was not read, finished or not.
bool LinkRoles::IsOutOfScope(std::string_view path) const {
  return layout_.is_root && path.find('/') != path.npos && !in_scope_.Holds(path);
}

// Whether a reader may look for a file of this name. In a store's directories a reader may look for
// any name.
bool LinkRoles::MayNameAFile(std::string_view path) const {
  const std::string_view name = NameOf(path);
  if (name.size() < path.size() && stores_.Holds(SplitKey(path).first)) return true;
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames) ||
         std::any_of(std::begin(kBeginnings), std::end(kBeginnings),
                     [&](auto known) { return name.starts_with(known); }) ||
         name.ends_with(".msgpack") || IsChunkName(name) || IsStepLike(name);
}

// A manager of a root opens names of steps; Flax opens names with its prefix.
bool LinkRoles::IsStepLike(std::string_view name) const {
  if (orbax::ParseStepName(name) || orbax::ParseFlaxName(name)) return true;
  return layout_.chosen && !layout_.chosen->prefix.empty() &&
         name.starts_with(layout_.chosen->prefix);
}

LinkRole LinkRoles::RoleOf(const FileEntry& link) const {
  const std::string_view path = link.path;
  const std::string_view name = NameOf(path);
  const std::string_view directory = path.substr(0, path.size() - name.size());
  const bool at_top = directory.empty();
  // A companion directory is one only as long as no entry point takes it for an item (contract
  // §11.3).
  if (const std::string_view companion = CompanionDirectory(path); !companion.empty())
    return directory == companion && MakesAnItem(name) ? LinkRole::kMayBeOpened
                                                       : LinkRole::kCompanion;
  // A reader that is given the root looks for these names in it first.
  if (layout_.is_root && at_top && IsMark(name)) return LinkRole::kMayBeOpened;
  // v1 load of a root takes any child with a tree, unless a child has `_CHECKPOINT_METADATA`.
  const bool is_child_tree =
      name == "_METADATA" && directory.find('/') + 1 == directory.size() && !holds_checkpoints_;
  if (IsOutOfScope(path)) return is_child_tree ? LinkRole::kMayBeOpened : LinkRole::kElsewhere;
  // Under other names v1 load of a root opens only directories, if it does not raise.
  if (layout_.is_root && at_top && (holds_checkpoints_ || !link.to_directory) && !IsStepLike(path))
    return LinkRole::kElsewhere;
  return link.to_directory || MayNameAFile(path) ? LinkRole::kMayBeOpened : LinkRole::kElsewhere;
}

}  // namespace leafsum::readers
