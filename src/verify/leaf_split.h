// Splits a large array into segments that are read side by side.
//
// A segment *owns* rows of chunks, those with grid indices [begin, end) along axis 0, whose content
// is one stretch of the leaf's content. The segment computes the values of the blocks that begin in
// its stretch. Its last block may end in the next rows, so this segment decodes those too, as far
// as the block reaches. The content before its first block was hashed by the segment before.
//
//   rows      |   0   |   1   |   2   |   3   |
//   blocks    |--0--|--1--|--2--|--3--|--4--|-5-|
//   segment 0  owns rows 0 and 1, blocks 0 to 2, decodes a part of row 2
//   segment 1  owns rows 2 and 3, blocks 3 to 5, skips what row 2 has of block 2
#pragma once

#include <span>
#include <vector>

#include "content/job.h"

namespace leafsum::verify {

struct Segment {
  uint64_t begin = 0, end = 0;  // the rows that it owns
  uint64_t read_end = 0;        // it decodes rows [begin, read_end)
  uint64_t bytes = 0;           // of content in the rows that it owns
  content::ContentPart part;    // of the content of the decoded rows
};

// Segments of about `bytes` each, at least a block. None if there would be only one: if the array
// is smaller than two segments, or is one row of chunks.
std::vector<Segment> SplitRows(const zarr::ArrayMetadata& array, uint64_t bytes);

// The chunks in rows [begin, end), from chunks in ascending order.
std::span<const content::ChunkRef> ChunksOfRows(const zarr::ArrayMetadata& array,
                                                std::span<const content::ChunkRef> chunks,
                                                uint64_t begin, uint64_t end);

// Makes rows [begin, end) of the task's array an array of its own. Its chunks must already be those
// of these rows.
void KeepRows(content::ArrayTask& task, uint64_t begin, uint64_t end);

// The results of the segments joined, in their order. If a result is incomplete, the first such is
// returned: it would have ended the reading of the whole.
//
// Joins jobs that read the stored bytes of the rows owned: the stored digest and the digests of the
// chunks. `array` has its document; `chunks` are all chunks.
content::LeafResult MergeStored(const content::ArrayTask& array,
                                std::span<const content::ChunkRef> chunks,
                                const std::vector<Segment>& segments,
                                const std::vector<content::LeafResult>& results);
// Joins jobs that read content: the digest, block values and findings; with `digests`, the digests
// of the chunks too, as in MergeStored.
content::LeafResult MergeContent(const content::ArrayTask& array,
                                 std::span<const content::ChunkRef> chunks,
                                 const std::vector<Segment>& segments,
                                 const std::vector<content::LeafResult>& results, bool digests);

}  // namespace leafsum::verify
