// What a link that was not followed means to the readers (contract §11.2-§11.4). Pure: decided from
// its path and the layout.
#pragma once

#include <cstdint>
#include <string_view>

#include "io/file_entry.h"
#include "orbax/layout.h"
#include "readers/directory_set.h"

namespace leafsum::readers {

enum class LinkRole : uint8_t {
  kMayBeOpened,  // a reader may follow the link, and its target was not read: a gap
  kElsewhere,  // no reader opens the link: it lies in a step that was not read, or no reader looks
               // for its name
  kCompanion,  // in a companion directory
};

class LinkRoles {
 public:
  // `holds_checkpoints`: a child of the source has `_CHECKPOINT_METADATA`, so v1 load of the root
  // raises.
  LinkRoles(const orbax::Layout& layout, bool holds_checkpoints);

  LinkRole RoleOf(const FileEntry& link) const;

 private:
  bool IsOutOfScope(std::string_view path) const;
  bool MayNameAFile(std::string_view path) const;
  bool IsStepLike(std::string_view name) const;

  const orbax::Layout& layout_;
  const bool holds_checkpoints_;
  const DirectorySet in_scope_,
      stores_;  // in a root: directories that are read or of no kind; items with a store
};

}  // namespace leafsum::readers
