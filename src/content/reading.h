// One reading of an array: the state that its classes share, and how the reading ended.
#pragma once

#include <memory>
#include <vector>

#include "content/chunk_stream.h"
#include "content/job.h"
#include "zarr/shard_index.h"

namespace leafsum::content {

enum class ReadState { kBytes, kBlocked, kDone, kFailed, kNeedsMemory };

struct Reading {
  // Decoded bytes on their way to the hash; fits the L2 cache.
  static constexpr size_t kScratch = 256 << 10;
  static constexpr size_t kStaging = 64 << 10;
  static constexpr uint64_t kBase = kScratch + 2 * kStaging;
  // The bookkeeping of a slot: queues, a hash of its value.
  static constexpr uint64_t kPerSlot = 8 << 10;

  Reading(const ArrayTask& task, ReadQueue& queue, uint64_t memory);

  std::unique_ptr<ValueReader> Open(const ChunkRef& ref, uint64_t offset, uint64_t length,
                                    uint64_t piece) const;
  ReadState Fail(const ChunkRef& ref, uint64_t position, const Error& error);
  ReadState NeedMemory(uint64_t bytes);

  const ArrayTask& task;
  ReadQueue& queue;
  const uint64_t memory;                       // the grant
  const std::vector<zarr::ChunkLevel> levels;  // outermost first
  const ChunkFormat format;                    // of the innermost level, whose chunks hold elements
  const bool big_endian;

  report::Finding failure;
  std::vector<report::Finding> warnings;
  uint64_t memory_needed = 0;
};

// The stored form of the fill value, repeated to a few KiB of whole elements.
ByteVector FillBlock(const zarr::ArrayMetadata& m, bool big_endian);

}  // namespace leafsum::content
