#include "verify/leaf_split.h"

#include <algorithm>

#include "base/checked.h"
#include "content/stored_digest.h"
#include "hash/blake3.h"
#include "zarr/chunk_grid.h"

namespace leafsum::verify {
namespace {

using hash::kBlockSize;

constexpr uint64_t kMaxSegments = 4096;  // because a small file may claim a terabyte of zeros

// The bytes of content before row `row` of chunks. They are part of the array's size, so nothing
// overflows.
uint64_t ContentBefore(const zarr::ArrayMetadata& m, uint64_t row) {
  return std::min(row * m.chunk_shape[0], m.shape[0]) * (m.nbytes / m.shape[0]);
}

// The first block that begins at or after `offset`.
uint64_t NextBlock(uint64_t offset, uint64_t nbytes) {
  return std::min(CeilDiv(offset, kBlockSize) * kBlockSize, nbytes);
}

uint64_t ChunksInRow(const zarr::ArrayMetadata& m) {
  uint64_t chunks = 1;
  const auto grid = zarr::GridShape(m.shape, m.chunk_shape);
  for (size_t axis = 1; axis < grid.size(); ++axis) chunks *= grid[axis];
  return chunks;
}

// The first incomplete result, or null.
const content::LeafResult* FirstIncomplete(const std::vector<content::LeafResult>& results) {
  const auto it = std::find_if(results.begin(), results.end(),
                               [](const content::LeafResult& r) { return !r.complete; });
  return it == results.end() ? nullptr : &*it;
}

content::LeafResult Incomplete(const content::LeafResult& from) {
  content::LeafResult out;
  out.memory_needed = from.memory_needed;
  out.findings = from.findings;
  return out;
}

// Adds a finding; returns false, so that callers can return it.
bool Lacks(content::LeafResult& out) {
  report::Finding f(report::Code::kUnreadable);
  f.message =
      "a worker gave no complete result for a segment of this leaf: this is a bug of leafsum, "
      "please report it";
  out.findings.push_back(std::move(f));
  return false;
}

// False, with a finding, if a result has fewer digests than its segment has chunks.
bool MergeDigests(const content::ArrayTask& array, std::span<const content::ChunkRef> chunks,
                  const std::vector<Segment>& segments,
                  const std::vector<content::LeafResult>& results, content::LeafResult& out) {
  for (size_t i = 0; i < segments.size(); ++i) {
    const auto owned = ChunksOfRows(array.metadata, chunks, segments[i].begin, segments[i].end);
    // A job reads beyond its segment's own rows; the digests of its own rows come first.
    const ByteVector& digests = results[i].chunks;
    const size_t size = owned.size() * hash::Digest().size();
    if (digests.size() < size) return Lacks(out);
    out.chunks.insert(out.chunks.end(), digests.begin(),
                      digests.begin() + static_cast<ptrdiff_t>(size));
  }
  out.stored = content::StoredDigestOf(array, chunks, out.chunks);
  return true;
}

}  // namespace

std::vector<Segment> SplitRows(const zarr::ArrayMetadata& m, uint64_t bytes) {
  bytes = std::max({bytes, kBlockSize, m.nbytes / kMaxSegments});
  if (m.shape.empty() || m.nbytes / 2 < bytes) return {};
  const uint64_t rows = CeilDiv(m.shape[0], m.chunk_shape[0]);
  const uint64_t step = std::max<uint64_t>(1, CeilDiv(bytes, ContentBefore(m, 1)));
  std::vector<Segment> segments;
  for (uint64_t begin = 0; begin < rows;) {
    Segment s;
    s.begin = begin;
    s.end = std::min(rows, begin + step);
    // A segment must have a block of its own, so a rest without one joins this segment.
    if (NextBlock(ContentBefore(m, s.end), m.nbytes) == m.nbytes) s.end = rows;
    const uint64_t from = ContentBefore(m, s.begin), to = ContentBefore(m, s.end);
    const uint64_t first = NextBlock(from, m.nbytes), last = NextBlock(to, m.nbytes);
    s.read_end = CeilDiv(CeilDiv(last, m.nbytes / m.shape[0]), m.chunk_shape[0]);
    s.bytes = to - from;
    s.part = {first - from, last - first, m.nbytes, first, false, s.bytes};
    begin = s.end;
    segments.push_back(s);
  }
  if (segments.size() < 2) segments.clear();
  return segments;
}

std::span<const content::ChunkRef> ChunksOfRows(const zarr::ArrayMetadata& m,
                                                std::span<const content::ChunkRef> chunks,
                                                uint64_t begin, uint64_t end) {
  const uint64_t in_row = ChunksInRow(m);
  const auto at = [&](uint64_t row) {
    return std::lower_bound(
               chunks.begin(), chunks.end(), row * in_row,
               [](const content::ChunkRef& chunk, uint64_t index) { return chunk.index < index; }) -
           chunks.begin();
  };
  return chunks.subspan(static_cast<size_t>(at(begin)), static_cast<size_t>(at(end) - at(begin)));
}

void KeepRows(content::ArrayTask& task, uint64_t begin, uint64_t end) {
  zarr::ArrayMetadata& m = task.metadata;
  const uint64_t first = begin * ChunksInRow(m), row = m.nbytes / m.shape[0];
  for (content::ChunkRef& chunk : task.chunks) chunk.index -= first;
  task.first_row = begin;
  m.shape[0] = std::min(end * m.chunk_shape[0], m.shape[0]) - begin * m.chunk_shape[0];
  m.nbytes = m.shape[0] * row;
}

content::LeafResult MergeStored(const content::ArrayTask& array,
                                std::span<const content::ChunkRef> chunks,
                                const std::vector<Segment>& segments,
                                const std::vector<content::LeafResult>& results) {
  if (const content::LeafResult* first = FirstIncomplete(results)) return Incomplete(*first);
  content::LeafResult out;
  out.complete = MergeDigests(array, chunks, segments, results, out);
  return out;
}

content::LeafResult MergeContent(const content::ArrayTask& array,
                                 std::span<const content::ChunkRef> chunks,
                                 const std::vector<Segment>& segments,
                                 const std::vector<content::LeafResult>& results, bool digests) {
  if (const content::LeafResult* first = FirstIncomplete(results)) return Incomplete(*first);
  content::LeafResult out;
  for (const content::LeafResult& result : results) {
    out.blocks.insert(out.blocks.end(), result.blocks.begin(), result.blocks.end());
    out.findings.insert(out.findings.end(), result.findings.begin(), result.findings.end());
  }
  if (out.blocks.size() / hash::kBlockValueSize != hash::BlockCount(array.metadata.nbytes)) {
    Lacks(out);
    return out;
  }
  out.blake3 = hash::MergeBlocks(out.blocks);
  out.complete = !digests || MergeDigests(array, chunks, segments, results, out);
  return out;
}

}  // namespace leafsum::verify
