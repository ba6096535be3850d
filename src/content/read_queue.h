// The reads of one LeafJob: who wants which bytes, and the buffers that they arrive in.
//
// Buffers are reused, so that nothing is allocated in the steady state. A host that can read
// straight into memory fills a buffer in place (Reserve, Commit).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "io/ask.h"
#include "io/pending_asks.h"

namespace leafsum::content {

// A buffer whose first `size` bytes count. It never shrinks, because growing a vector again would
// zero the bytes.
struct Piece {
  ByteVector buffer;
  size_t size = 0;
  Bytes bytes() const { return Bytes(buffer).first(size); }
};

class ReadSink {
 public:
  virtual ~ReadSink() = default;
  virtual void OnRead(uint64_t offset, Piece piece) = 0;  // `offset` as passed to Want
  virtual void OnFailure(uint64_t offset, Error error) = 0;
};

class ReadQueue {
 public:
  explicit ReadQueue(std::vector<std::string> files) : files_(std::move(files)) {}

  // Wants `length` bytes at `offset`; calls `sink` with them, unless the sink was forgotten before.
  void Want(ReadSink* sink, uint32_t source, uint32_t file, uint64_t offset, uint64_t length);
  // Wants SHA-256 of `input` from the host; `sink` gets the 32 bytes as a read at offset 0.
  void WantDigest(ReadSink* sink, ByteVector input);
  void Forget(ReadSink* sink);
  void Recycle(Piece piece);
  const std::string& path(uint32_t file) const { return files_[file]; }

  // The side of the host.
  std::vector<Ask> Poll(uint64_t budget) { return asks_.Poll(budget); }
  MutableBytes Reserve(uint32_t id, uint64_t n);
  bool Commit(uint32_t id, uint64_t n);
  bool Fail(uint32_t id, Failure failure, std::string_view why);

 private:
  struct Wanted {
    ReadSink* sink;
    uint32_t file;
    uint64_t offset;
    uint64_t length;
  };
  std::optional<Wanted> Take(uint32_t id);

  std::vector<std::string> files_;
  PendingAsks asks_;
  uint64_t next_tag_ = 1;
  std::unordered_map<uint64_t, Wanted> wanted_;
  std::unordered_map<uint32_t, Piece> reserved_;
  std::vector<Piece> free_;
};

}  // namespace leafsum::content
