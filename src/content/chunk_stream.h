// The decoded bytes of one chunk, in C order of the array's axes, pulled in pieces.
//
// Three kinds: a *stream* decodes as it is pulled and holds a window; a *whole* chunk is decoded
// into a buffer first, because its axes are transposed or because that is smaller than a window;
// *fill* has no stored bytes.
#pragma once

#include <memory>
#include <optional>

#include "codec/decoder.h"
#include "content/value_reader.h"
#include "zarr/array_metadata.h"

namespace leafsum::content {

// What the chunks of one array share.
struct ChunkFormat {
  std::vector<uint64_t>
      chunk_shape;  // of what is decoded at once: inner chunks where there are shards
  std::vector<uint32_t> transpose;  // empty: stored in C order
  codec::CodecSpecs codecs;
  uint32_t itemsize = 1;
  uint64_t nbytes = 0;  // of one decoded chunk
  ByteVector fill;      // repeated fill value as stored; its size is a multiple of itemsize
};

enum class Pull { kBytes, kBlocked, kFailed };

class ChunkStream {
 public:
  ChunkStream(const ChunkFormat& format, std::unique_ptr<ValueReader> reader, bool whole);
  explicit ChunkStream(const ChunkFormat& format);  // fill

  // Asks for the first pieces.
  void Start() {
    if (reader_) reader_->Start();
  }
  // What decoding will take besides read pieces; kBlocked until the head of the value is here.
  Pull MemoryNeeded(uint64_t& bytes);
  // Decodes a whole chunk with a decoder that may be shared; nothing to do for the other kinds.
  Pull Load(std::unique_ptr<codec::Decoder>& shared);

  uint64_t position() const { return position_; }
  bool has_reader() const { return reader_ != nullptr; }  // false: fill
  // At least one and at most `max` of the bytes at position(), where they are; valid until the next
  // call. `scratch` is room for them. Never call at the end.
  Pull Next(size_t max, MutableBytes scratch, Bytes& out);
  // Begins at `position` where that can be had without what lies before it, else at 0. Before
  // Start, and only where what lies before it is looked at by others.
  void Seek(uint64_t position);
  // Moves to `position`, decoding what lies between.
  Pull SkipTo(uint64_t position, MutableBytes scratch);
  // After the last byte: the encoded value must end here too. `trailing`: bytes that no reader
  // looks at.
  Pull Finish(uint64_t& trailing);

  const Error& error() const { return *error_; }
  // Bytes of the encoded value that were used, for the offset of an error.
  uint64_t encoded_position() const { return reader_ ? reader_->position() : 0; }

 private:
  Pull Fail(Error error);
  Pull Decode(codec::Decoder& decoder, MutableBytes out, size_t& produced);
  Pull FinishWith(codec::Decoder& decoder, uint64_t& trailing);
  Bytes Gather(size_t max, MutableBytes scratch) const;
  // Gives back the bytes that the last Next lent out of a read piece.
  void Settle();

  const ChunkFormat& format_;
  std::unique_ptr<ValueReader> reader_;
  bool whole_ = false;
  bool loaded_ = false;
  std::unique_ptr<codec::Decoder> decoder_;
  ByteVector buffer_;  // of a whole chunk
  size_t buffered_ = 0;
  uint64_t position_ = 0;
  uint64_t trailing_ = 0;
  size_t lent_ = 0;     // of the reader's Available(), by Next without codecs
  bool ended_ = false;  // the decoder said done
  std::optional<Error> error_;
};

}  // namespace leafsum::content
