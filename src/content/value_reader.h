// The encoded bytes of one value, in order, piece by piece: a window that moves over a range of a
// file. While one piece is being used the next one is already asked for.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>

#include "content/read_queue.h"
#include "hash/blake3.h"

namespace leafsum::content {

class ValueReader : public ReadSink {
 public:
  // Reads a range of a file.
  ValueReader(ReadQueue& queue, uint32_t source, uint32_t file, uint64_t offset, uint64_t length,
              uint64_t piece);
  // Reads bytes that are here already.
  ValueReader(ReadQueue& queue, Bytes inline_bytes);
  ~ValueReader() override;
  ValueReader(const ValueReader&) = delete;
  ValueReader& operator=(const ValueReader&) = delete;

  // The bytes that can be used now, without another read; empty if more must come first, or at the
  // end.
  Bytes Available() const;
  // Whether Available() reaches the end of the value.
  bool Last() const { return position_ + Available().size() == length_; }
  void Consume(size_t n);
  // Call before Start: begins at `position` of the value.
  void Seek(uint64_t position) {
    position_ = position;
    asked_ = std::max(asked_, position);
  }
  // Asks for the first pieces. Until then nothing is asked for.
  void Start();
  bool blocked() const { return !error() && Available().empty() && position_ < length_; }
  // The error, if the read of the bytes at the current position failed.
  const std::optional<Error>& error() const;
  uint64_t position() const { return position_; }
  uint64_t length() const { return length_; }
  // Feeds every consumed byte to `hash` too.
  void AttachHash(hash::Blake3* hash) { hash_ = hash; }

  void OnRead(uint64_t offset, Piece piece) override;
  void OnFailure(uint64_t offset, Error error) override;

 private:
  struct Slot {
    uint64_t offset = 0;  // in the file
    bool filled = false;
    Piece piece;
    std::optional<Error> error;
  };
  void AskAhead();

  ReadQueue& queue_;
  uint32_t source_ = 0, file_ = 0;
  uint64_t offset_ = 0, length_ = 0, piece_ = 0;
  uint64_t position_ = 0;  // consumed
  uint64_t asked_ = 0;     // asked for
  bool started_ = false;
  std::deque<Slot> slots_;  // in order of offset
  size_t used_ = 0;         // bytes of the first slot
  Bytes inline_;
  hash::Blake3* hash_ = nullptr;
};

}  // namespace leafsum::content
