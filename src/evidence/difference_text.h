// Says in words where and how the contents of a leaf differ.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "content/job.h"
#include "evidence/leaf_record.h"

namespace leafsum::evidence {

// "[2,3]"; "null" without a shape.
std::string ShapeText(const std::optional<std::vector<uint64_t>>& shape);

// "elements 0 to 1048575, 3145728 to 4194303 and 2 more ranges of 8388608": what the differing
// blocks cover, counted in C order; in bytes if there is no shape. "" if the blocks cannot tell.
std::string DifferingRanges(const LeafRecord& expected, const LeafRecord& actual);

// "4 of 4 elements, first at [0]: 1.0 expected, 999.0 found; max abs 998, max rel 0.998999"
std::string DifferenceText(const content::ValueDifference& d, const std::vector<uint64_t>& shape);

}  // namespace leafsum::evidence
