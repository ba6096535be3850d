// Decides which names from a checkpoint may be used as paths below the source.
#pragma once

#include <string_view>

namespace leafsum::kvstore {

// No empty, "." or ".." component, no leading "/", no backslash, drive or scheme ("c:", "gs://"),
// no NUL. A path that fails is hostile: it is reported and never asked for.
bool IsSafePath(std::string_view path);

}  // namespace leafsum::kvstore
