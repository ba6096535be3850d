#include "evidence/difference_text.h"

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "base/decimal.h"
#include "base/text.h"
#include "hash/blake3.h"
#include "zarr/chunk_grid.h"

namespace leafsum::evidence {
namespace {

constexpr size_t kMaxRanges = 5;  // named in a message; the rest are counted

std::string ShortNumber(double v) {
  if (!std::isfinite(v)) return std::isnan(v) ? "nan" : "inf";
  return DoubleText(v, 6);
}

}  // namespace

std::string ShapeText(const std::optional<std::vector<uint64_t>>& shape) {
  return shape ? UintList(*shape) : "null";
}

std::string DifferingRanges(const LeafRecord& expected, const LeafRecord& actual) {
  constexpr size_t kValue = hash::kBlockValueSize;
  if (expected.nbytes != actual.nbytes || expected.blocks.size() != actual.blocks.size()) return "";
  const std::optional<uint64_t> elements =
      actual.shape ? CheckedProduct(*actual.shape) : std::nullopt;
  const uint64_t unit =
      elements && *elements != 0 ? std::max<uint64_t>(1, actual.nbytes / *elements) : 1;

  struct Range {
    uint64_t begin, end;
  };
  std::vector<Range> ranges;
  const uint64_t blocks = expected.blocks.size() / kValue;
  for (uint64_t i = 0; i < blocks; ++i) {
    const auto at = static_cast<ptrdiff_t>(i * kValue);
    if (std::equal(expected.blocks.begin() + at, expected.blocks.begin() + at + kValue,
                   actual.blocks.begin() + at))
      continue;
    const uint64_t begin = i * hash::kBlockSize;
    const uint64_t end = std::min(begin + hash::kBlockSize, actual.nbytes);
    if (!ranges.empty() && ranges.back().end == begin)
      ranges.back().end = end;
    else
      ranges.push_back({begin, end});
  }
  if (ranges.empty()) return "";
  std::string out = actual.shape ? "elements " : "bytes ";
  for (size_t i = 0; i < std::min(ranges.size(), kMaxRanges); ++i) {
    // An element that lies across two blocks belongs to both.
    const uint64_t first = ranges[i].begin / unit, last = (ranges[i].end - 1) / unit;
    out += Text(i ? ", " : "", first, " to ", last);
  }
  if (ranges.size() > kMaxRanges) out += Text(" and ", ranges.size() - kMaxRanges, " more ranges");
  return Text(out, " of ", actual.nbytes / unit);
}

std::string DifferenceText(const content::ValueDifference& d, const std::vector<uint64_t>& shape) {
  std::string out = Text(Grouped{d.differing}, " of ", Grouped{CheckedProduct(shape).value_or(0)},
                         " elements, first at ", UintList(zarr::Unravel(d.first_index, shape)),
                         ": ", d.first_a, " expected, ", d.first_b, " found");
  if (d.max_abs) out += "; max abs " + ShortNumber(*d.max_abs);
  if (d.max_rel) out += ", max rel " + ShortNumber(*d.max_rel);
  return out;
}

}  // namespace leafsum::evidence
