// The content of one array, in C order and clipped to its shape, from chunks of any shape
// (contract §2).
//
// The chunks of a group (chunk_runs.h) are open side by side. The memory that they take is added up
// before they are opened and must fit the grant: a window for each chunk, never the whole chunk,
// unless that is smaller than a window or transposed. A shard's chunks are found through its index,
// which is read first. A group without any stored chunk is not opened at all (fill_runs.h). A group
// that exceeds the whole budget is read a few chunks at a time (read_plan.h), if that is allowed.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "content/abilities.h"
#include "content/chunk_group.h"
#include "content/chunk_runs.h"
#include "content/fill_runs.h"
#include "content/job.h"
#include "content/parts_reader.h"
#include "content/reading.h"

namespace leafsum::content {

class ContentReader {
 public:
  // Called only if values are read whole and once: plain chunks, and shards of one chunk (all that
  // Orbax writes).
  using OnValue = content::OnValue;
  using State = ReadState;

  // `task` and `queue` must outlive the reader. `memory` is the grant for everything that the
  // reader holds. `on_value` may be empty.
  ContentReader(const ArrayTask& task, ReadQueue& queue, uint64_t memory, OnValue on_value);

  static bool HashesValues(const zarr::ArrayMetadata& m);

  // Call before the first Next: a group that does not fit in `budget`, the upper bound of every
  // grant, is read in parts by a reader from `make`; if `make` is null, it is refused.
  void AllowParts(uint64_t budget, MakeParts* make);
  // Also lets Next give values of subtrees (unit()) where that helps. The content begins at byte
  // `begin` of what is hashed, and both ends of the wanted range are multiples of the largest power
  // of two in `alignment` (0: all of the content is wanted).
  void AllowValues(uint64_t begin, uint64_t alignment) {
    if (parts_) parts_->AllowValues(begin, alignment);
  }

  // Call before the first Next: skips whole groups of chunks before byte `position` of the content
  // and returns the byte with which content begins. With `on_value` that is byte 0, because every
  // value is read.
  uint64_t StartAt(uint64_t position);

  // The next few KiB of content, which may end inside an element; valid until the next call. Empty
  // if a step of work gave no content, so that the caller can pause.
  State Next(Bytes& out);
  // What Next gives: content if 1, else chaining values of BLAKE3, each for this many bytes of
  // content.
  uint64_t unit() const { return phase_ == Phase::kParts ? parts_->unit() : 1; }
  // Hashes the wanted part, [skip, end), of chaining values that begin at `position` of the
  // content. Returns how much content all of the values stand for.
  uint64_t HashValues(Bytes values, uint64_t position, uint64_t skip, uint64_t end,
                      hash::BlockHasher& hasher) const {
    return parts_->HashValues(values, position, skip, end, hasher);
  }

  // After kFailed: what is wrong, with file, offset and key.
  const report::Finding& failure() const { return reading_.failure; }
  // The plan of the last group that was read in parts; it has no columns if there was none.
  ReadPlan plan() const { return parts_ ? parts_->plan() : ReadPlan(); }
  // After kNeedsMemory: the smallest grant for this group of chunks.
  uint64_t memory_needed() const { return reading_.memory_needed; }
  // Warnings of bytes behind values that no reader looks at.
  std::vector<report::Finding> TakeWarnings() { return std::move(reading_.warnings); }

 private:
  // How the current group is read: not yet; all of its chunks at once; a few at a time.
  enum class Phase { kFill, kGroup, kParts };

  State Step(Bytes& out);
  bool ReadFill(Bytes& out);

  Reading reading_;
  const bool reads_all_;  // reads every value whole
  ChunkRuns runs_;
  ChunkGroup group_;
  std::unique_ptr<PartsReader> parts_;
  std::optional<FillRuns> fill_runs_;  // empty if the fill value is not a value of the type
  ByteVector fill_;                    // as content, some KiB
  FillRuns::Fill filling_;             // the rest of the current stretch
  Phase phase_ = Phase::kFill;
  State ended_ = State::kBytes;
};

}  // namespace leafsum::content
