// Puts some of an array's chunks side by side as an array of their own, for a slice or a sample.
// Pure arithmetic over shapes.
#pragma once

#include <cstdint>
#include <vector>

#include "content/job.h"

namespace leafsum::content {

// Keeps the chunks whose grid indices are in `axes`: an ascending list for each axis. The last
// chunk along an axis stays clipped as it was. Returns false and changes nothing if the lists do
// not select chunks of this array.
bool KeepChunks(ArrayTask& task, const std::vector<std::vector<uint64_t>>& axes);

}  // namespace leafsum::content
