#include "plan/coverage.h"

#include <algorithm>

#include "base/checked.h"
#include "base/sort.h"

namespace leafsum::plan {

void CoverageMap::AddFile(uint32_t file, uint64_t size, ByteClass rest) {
  if (files_.size() <= file) files_.resize(file + 1);
  files_[file] = {size, rest, true, 0};
}

void CoverageMap::SetRest(uint32_t file, ByteClass rest) {
  if (file < files_.size()) files_[file].rest = rest;
}

void CoverageMap::Mark(uint32_t file, uint64_t offset, uint64_t length, ByteClass byte_class) {
  if (length == 0) return;
  if (grow_) {
    if (file >= files_.size()) files_.resize(file + 1);
    File& f = files_[file];
    if (!f.known && RangeFits(offset, length, UINT64_MAX))
      f.size = std::max(f.size, offset + length);
  } else if (file >= files_.size() || !files_[file].known) {
    return;
  }
  const uint64_t size = files_[file].size;
  if (offset >= size) return;
  const uint64_t end = offset + std::min(length, size - offset);
  // A whole file is marked by a bit in place of a range: ranges would double the memory of a plain
  // checkpoint, whose million files are one chunk each.
  if (!grow_ && offset == 0 && end == size) {
    files_[file].whole |= static_cast<uint8_t>(1u << static_cast<unsigned>(byte_class));
    return;
  }
  // Values of neighbouring keys are usually neighbours in their file.
  if (!ranges_.empty() && ranges_.back().file == file && ranges_.back().byte_class == byte_class &&
      ranges_.back().end == offset)
    ranges_.back().end = end;
  else
    ranges_.push_back({file, byte_class, offset, end});
}

void CoverageMap::MarkAll(uint32_t file, ByteClass byte_class) {
  if (file < files_.size()) Mark(file, 0, files_[file].size, byte_class);
}

std::vector<CoverageMap::Range> CoverageMap::Marked(ByteClass byte_class) const {
  std::vector<Range> out;
  for (uint32_t file = 0; file < files_.size(); ++file)
    if (files_[file].IsWhole(byte_class)) out.push_back({file, byte_class, 0, files_[file].size});
  for (const Range& r : ranges_)
    if (r.byte_class == byte_class && !files_[r.file].IsWhole(byte_class)) out.push_back(r);
  StableSort(out, [](const Range& a, const Range& b) {
    return a.file != b.file ? a.file < b.file : a.begin < b.begin;
  });
  size_t n = 0;
  for (const Range& r : out) {
    if (n > 0 && out[n - 1].file == r.file && r.begin <= out[n - 1].end)
      out[n - 1].end = std::max(out[n - 1].end, r.end);
    else
      out[n++] = r;
  }
  out.resize(n);
  return out;
}

std::vector<uint8_t> CoverageMap::Holds(std::initializer_list<ByteClass> classes) const {
  std::vector<uint8_t> out(files_.size());
  for (const Range& r : ranges_)
    for (const ByteClass one : classes) out[r.file] |= r.byte_class == one;
  for (size_t file = 0; file < files_.size(); ++file)
    for (const ByteClass one : classes) out[file] |= files_[file].IsWhole(one);
  return out;
}

// Sweeps over the ends of each file's ranges and counts the open ranges of each class, so ranges
// may overlap freely.
report::Coverage CoverageMap::Sum(const std::vector<uint8_t>* only) const {
  struct Edge {
    uint32_t file;
    uint64_t at;
    uint8_t byte_class;
    int8_t step;
  };
  std::vector<Edge> edges;
  edges.reserve(ranges_.size() * 2);
  for (const Range& r : ranges_) {
    edges.push_back({r.file, r.begin, static_cast<uint8_t>(r.byte_class), 1});
    edges.push_back({r.file, r.end, static_cast<uint8_t>(r.byte_class), -1});
  }
  StableSort(edges, [](const Edge& a, const Edge& b) {
    return a.file != b.file ? a.file < b.file : a.at < b.at;
  });
  uint64_t sums[5] = {};
  size_t e = 0;
  for (uint32_t file = 0; file < files_.size(); ++file) {
    uint64_t at = 0;
    int64_t open[5] = {};
    for (size_t c = 0; c < 5; ++c) open[c] = files_[file].IsWhole(static_cast<ByteClass>(c));
    auto flush = [&](uint64_t to) {
      size_t c = 0;
      while (c < 5 && open[c] == 0) ++c;
      if (!only || (file < only->size() && (*only)[file]))
        sums[c < 5 ? c : static_cast<size_t>(files_[file].rest)] += to - at;
      at = to;
    };
    for (; e < edges.size() && edges[e].file == file; ++e) {
      flush(edges[e].at);
      open[edges[e].byte_class] += edges[e].step;
    }
    flush(files_[file].size);
  }
  return {sums[0], sums[1], sums[4], sums[3], sums[2]};
}

}  // namespace leafsum::plan
