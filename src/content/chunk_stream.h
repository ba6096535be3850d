// The decoded bytes of one chunk, in C order of the array's axes, pulled in pieces.
//
// There are three kinds. A *stream* decodes as it is pulled and holds a window. A *whole* chunk is
// decoded into a buffer first, because its axes are transposed or because the buffer is smaller
// than a window. *Fill* has no stored bytes.
#pragma once

#include <memory>
#include <optional>

#include "codec/decoder.h"
#include "content/value_reader.h"
#include "zarr/array_metadata.h"

namespace leafsum::content {

// What all chunks of one array share.
struct ChunkFormat {
  std::vector<uint64_t> chunk_shape;  // of the unit of decoding: with shards, the inner chunks
  std::vector<uint32_t> transpose;    // empty: stored in C order
  codec::CodecSpecs codecs;
  uint32_t itemsize = 1;
  uint64_t nbytes = 0;  // of one decoded chunk
  ByteVector fill;      // the stored form of the fill value, repeated to whole elements
};

enum class Pull { kBytes, kBlocked, kFailed };

class ChunkStream {
 public:
  ChunkStream(const ChunkFormat& format, std::unique_ptr<ValueReader> reader, bool whole);
  explicit ChunkStream(const ChunkFormat& format);  // of kind fill

  // Asks for the first pieces.
  void Start() {
    if (reader_) reader_->Start();
  }
  // The memory that decoding will take besides read pieces; kBlocked until the head of the value
  // was read.
  Pull MemoryNeeded(uint64_t& bytes);
  // Decodes a whole chunk, with a decoder that chunks may share. Does nothing for the other kinds.
  Pull Load(std::unique_ptr<codec::Decoder>& shared);

  uint64_t position() const { return position_; }
  bool has_reader() const { return reader_ != nullptr; }  // false: fill
  // Gives 1 to `max` bytes from position() on, either in place or in `scratch`; valid until the
  // next call. Must not be called at the end.
  Pull Next(size_t max, MutableBytes scratch, Bytes& out);
  // Begins at `position` if the format allows decoding from there, else at 0. Call before Start,
  // and only if others check the bytes before `position`.
  void Seek(uint64_t position);
  // Moves forward to `position`, decoding what lies between.
  Pull SkipTo(uint64_t position, MutableBytes scratch);
  // Call after the last byte: the encoded value must end here too. `trailing`: bytes that no reader
  // looks at.
  Pull Finish(uint64_t& trailing);

  const Error& error() const { return *error_; }
  // How many bytes of the encoded value were used, for the offset of an error.
  uint64_t encoded_position() const { return reader_ ? reader_->position() : 0; }

 private:
  Pull Fail(Error error);
  Pull Decode(codec::Decoder& decoder, MutableBytes out, size_t& produced);
  Pull FinishWith(codec::Decoder& decoder, uint64_t& trailing);
  Bytes Gather(size_t max, MutableBytes scratch) const;
  // Returns to the read piece the bytes that the last Next lent.
  void Settle();

  const ChunkFormat& format_;
  std::unique_ptr<ValueReader> reader_;
  bool whole_ = false;
  bool loaded_ = false;
  std::unique_ptr<codec::Decoder> decoder_;
  ByteVector buffer_;  // a whole chunk, decoded
  size_t buffered_ = 0;
  uint64_t position_ = 0;
  uint64_t trailing_ = 0;
  size_t lent_ = 0;     // bytes of the reader's Available() that Next lent, without codecs
  bool ended_ = false;  // the decoder said done
  std::optional<Error> error_;
};

}  // namespace leafsum::content
