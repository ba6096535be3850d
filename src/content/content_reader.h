// The content of one array, in C order and clipped to its shape, from chunks of any shape
// (contract §2).
//
// The chunks of a group (chunk_runs.h) are open side by side. What they take is added up before
// they are opened and must fit the grant: a window per chunk, never a chunk per chunk, unless a
// chunk is smaller than a window or transposed. A shard's chunks are found through its index, which
// is read first. Groups of which nothing is stored are not opened at all (fill_runs.h). A group
// that exceeds all of the budget is read a few chunks at a time (read_plan.h), if that is allowed.
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
  // Only where values are read whole and once: plain chunks, and shards of one chunk (all of
  // Orbax's).
  using OnValue = content::OnValue;
  using State = ReadState;

  // `task` and `queue` outlive the reader. `memory`: the grant for all that it holds. `on_value`:
  // may be empty.
  ContentReader(const ArrayTask& task, ReadQueue& queue, uint64_t memory, OnValue on_value);

  static bool HashesValues(const zarr::ArrayMetadata& m);

  // Before the first Next: what does not fit in `budget`, which no grant exceeds, is read in parts,
  // by a reader from `make`; null: it is not.
  void AllowParts(uint64_t budget, MakeParts* make);
  // And where that helps, Next may give values of subtrees (unit()): the content begins at byte
  // `begin` of what is hashed. The largest power of two in `alignment` divides what is wanted of it
  // (0: all of it).
  void AllowValues(uint64_t begin, uint64_t alignment) {
    if (parts_) parts_->AllowValues(begin, alignment);
  }

  // Before the first Next: leaves out whole groups of chunks before byte `position` of the content,
  // and tells with which byte it begins. With `on_value` it is the first one, because every value
  // is read.
  uint64_t StartAt(uint64_t position);

  // The next content, some KiB, where an element may be cut in two; valid until the next call. None
  // at all where there was work without any, so that the caller can pause.
  State Next(Bytes& out);
  // What `out` holds: content where it is 1, else BLAKE3's chaining values of so many bytes of
  // content each.
  uint64_t unit() const { return phase_ == Phase::kParts ? parts_->unit() : 1; }
  // Hashes what of such values, which begin at `position` of the content, is wanted: [skip, end).
  // How much content all are.
  uint64_t HashValues(Bytes values, uint64_t position, uint64_t skip, uint64_t end,
                      hash::BlockHasher& hasher) const {
    return parts_->HashValues(values, position, skip, end, hasher);
  }

  // kFailed: what is wrong, with file, offset and key.
  const report::Finding& failure() const { return reading_.failure; }
  // What the last group that was read in parts was read by; no columns: there was none.
  ReadPlan plan() const { return parts_ ? parts_->plan() : ReadPlan(); }
  // kNeedsMemory: how large the grant must be at least for this group of chunks.
  uint64_t memory_needed() const { return reading_.memory_needed; }
  // Bytes behind values that no reader looks at.
  std::vector<report::Finding> TakeWarnings() { return std::move(reading_.warnings); }

 private:
  // Of a group: nothing yet; all of its chunks at once; a few at a time.
  enum class Phase { kFill, kGroup, kParts };

  State Step(Bytes& out);
  bool ReadFill(Bytes& out);

  Reading reading_;
  const bool reads_all_;  // every value
  ChunkRuns runs_;
  ChunkGroup group_;
  std::unique_ptr<PartsReader> parts_;
  std::optional<FillRuns> fill_runs_;  // unless the fill value is no value of the type
  ByteVector fill_;                    // as content, some KiB
  FillRuns::Fill filling_;             // what is left of it
  Phase phase_ = Phase::kFill;
  State ended_ = State::kBytes;
};

}  // namespace leafsum::content
