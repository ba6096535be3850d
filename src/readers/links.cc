#include "readers/links.h"

#include <algorithm>

#include "readers/companion.h"

namespace leafsum::readers {
namespace {

// In a directory of a step that was not read, finished or not.
bool IsOutOfScope(std::string_view path, const orbax::Layout& layout) {
  if (!layout.is_root) return false;
  const size_t slash = path.find('/');
  if (slash == path.npos) return false;
  const std::string_view top = path.substr(0, slash + 1);
  for (const auto* list : {&layout.checkpoint_directories, &layout.unknown_directories})
    if (std::find(list->begin(), list->end(), top) != list->end()) return false;
  return true;
}

}  // namespace

LinkRole RoleOfLink(std::string_view path, bool to_directory, bool in_root_of_checkpoints, const orbax::Layout& layout) {
  if (!CompanionDirectory(path).empty()) return LinkRole::kCompanion;
  if (IsOutOfScope(path, layout)) return LinkRole::kElsewhere;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const bool at_top = name == path;
  // A manager of a root opens nothing but what has a step's name, Flax what has its prefix, v1 load any directory.
  if (layout.is_root && at_top && (in_root_of_checkpoints || !to_directory) && !orbax::ParseStepName(name) &&
      !orbax::ParseFlaxName(name))
    return LinkRole::kElsewhere;
  // A README that is a link to a file: no reader looks for the name. To a directory, v1 load does.
  return at_top && !to_directory && IsCompanion(path, true) ? LinkRole::kElsewhere : LinkRole::kMayBeOpened;
}

}  // namespace leafsum::readers
