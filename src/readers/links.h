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

LinkRole RoleOfLink(std::string_view path, const orbax::Layout& layout);

}  // namespace leafsum::readers
