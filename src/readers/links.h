// What a link is to the readers that was not followed (design.md §11.2-§11.4). Pure: decided from its path and the layout.
#pragma once

#include <cstdint>
#include <string_view>

#include "orbax/layout.h"

namespace leafsum::readers {

enum class LinkRole : uint8_t {
  kMayBeOpened,  // a reader may follow it: what is behind it was not looked at, a gap
  kElsewhere,    // no reader opens it: of a step that was not read, or under a name that none looks for
  kCompanion,    // in a companion directory
};

// `to_directory`: what it leads to is one. `in_root_of_checkpoints`: the source is a root of which a child has
// `_CHECKPOINT_METADATA`, so that v1 load of the root raises.
LinkRole RoleOfLink(std::string_view path, bool to_directory, bool in_root_of_checkpoints, const orbax::Layout& layout);

}  // namespace leafsum::readers
