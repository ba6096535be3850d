// The stored digest of an array: what it was on disk when it was locked (contract §3, §10.15).
//
//   "leafsum1 stored\n" · ".zarray\n" or "zarr.json\n" · u64le length · the document's exact bytes
//   for each chunk present, by index: u64le index · u64le encoded length · BLAKE3 of encoded bytes
//   u64le count
#pragma once

#include <deque>
#include <memory>
#include <span>

#include "content/job.h"
#include "content/read_queue.h"
#include "content/value_reader.h"

namespace leafsum::content {

class StoredHasher {
 public:
  explicit StoredHasher(const ArrayTask& task);
  void Add(const ChunkRef& ref, const hash::Digest& digest);  // in ascending order of ref.index
  hash::Digest Finish();

 private:
  hash::Blake3 hash_;
  uint64_t count_ = 0;
};

// The stored digest from the digests of all chunks present, 32 bytes each, in their order.
hash::Digest StoredDigestOf(const ArrayTask& task, std::span<const ChunkRef> chunks, Bytes digests);

// The fast path: reads every value of an array from first to last byte and decodes nothing.
class StoredPass {
 public:
  StoredPass(const ArrayTask& task, ReadQueue& queue, bool keep_chunks);
  ~StoredPass();

  enum class State { kBlocked, kDone, kFailed };
  State Advance();
  hash::Digest Finish() { return hasher_.Finish(); }
  const ByteVector& chunk_digests() const { return chunk_digests_; }
  const report::Finding& failure() const { return failure_; }
  uint64_t bytes() const { return bytes_; }

 private:
  struct Open {
    ChunkRef ref;
    std::unique_ptr<ValueReader> reader;
    hash::Blake3 hash;
  };
  const ArrayTask& task_;
  ReadQueue& queue_;
  const bool keep_chunks_;
  StoredHasher hasher_;
  size_t next_ = 0;
  std::deque<Open> open_;
  ByteVector chunk_digests_;
  report::Finding failure_;
  uint64_t bytes_ = 0;
};

}  // namespace leafsum::content
