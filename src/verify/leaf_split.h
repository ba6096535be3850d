// A large array as segments that are read side by side.
//
// A segment *owns* rows of chunks, those with grid indices [begin, end) along axis 0: their content
// is one stretch of the leaf's. It computes the values of the blocks that begin in that stretch.
// The last of them may end in the next rows, which are decoded as far as that by this segment too;
// and what lies before its first block the segment before it has hashed.
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
  uint64_t begin = 0, end = 0;  // rows that it owns
  uint64_t read_end = 0;        // it decodes rows [begin, read_end)
  uint64_t bytes = 0;           // of content, in the rows that it owns
  content::ContentPart part;    // of the content of the rows that it decodes
};

// Segments of about `bytes` (one block at least), none where there would be but one: where the
// array is less than two such, or one row of chunks.
std::vector<Segment> SplitRows(const zarr::ArrayMetadata& array, uint64_t bytes);

// Those of an array's chunks, ascending by index, that lie in rows [begin, end).
std::span<const content::ChunkRef> ChunksOfRows(const zarr::ArrayMetadata& array,
                                                std::span<const content::ChunkRef> chunks,
                                                uint64_t begin, uint64_t end);

// Makes rows [begin, end) of the task's array an array of its own; its chunks are those of these
// rows already.
void KeepRows(content::ArrayTask& task, uint64_t begin, uint64_t end);

// What the segments' results are together, in their order. Where one is not complete it decides, as
// it would have ended the reading of the whole.
//
// Of jobs that read the stored bytes of the rows owned: the stored digest and the chunks' digests.
// `array`: with its document; `chunks`: all of them.
content::LeafResult MergeStored(const content::ArrayTask& array,
                                std::span<const content::ChunkRef> chunks,
                                const std::vector<Segment>& segments,
                                const std::vector<content::LeafResult>& results);
// Of jobs that read content: its digest and block values, what was found; with `digests` the
// chunks' digests too, as MergeStored has them.
content::LeafResult MergeContent(const content::ArrayTask& array,
                                 std::span<const content::ChunkRef> chunks,
                                 const std::vector<Segment>& segments,
                                 const std::vector<content::LeafResult>& results, bool digests);

}  // namespace leafsum::verify
