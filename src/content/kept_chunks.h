// Some of an array's chunks as an array of their own, side by side: what a slice or a sample needs.
// Pure arithmetic over shapes.
#pragma once

#include <cstdint>
#include <vector>

#include "content/job.h"

namespace leafsum::content {

// Keeps the chunks whose grid indices are listed, ascending, along each axis; a list for each axis.
// The last chunk along an axis stays clipped as it was. False, and nothing is changed, where that
// is no selection of this array's chunks.
bool KeepChunks(ArrayTask& task, const std::vector<std::vector<uint64_t>>& axes);

}  // namespace leafsum::content
