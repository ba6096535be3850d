#include "content/chunk_stream.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace leafsum::content {

ChunkStream::ChunkStream(const ChunkFormat& format, std::unique_ptr<ValueReader> reader, bool whole)
    : format_(format), reader_(std::move(reader)), whole_(whole) {}

ChunkStream::ChunkStream(const ChunkFormat& format) : format_(format), ended_(true) {}

Pull ChunkStream::Fail(Error error) {
  error_ = std::move(error);
  return Pull::kFailed;
}

Pull ChunkStream::MemoryNeeded(uint64_t& bytes) {
  bytes = 0;
  if (!reader_) return Pull::kBytes;
  reader_->Start();
  if (reader_->error()) return Fail(*reader_->error());
  if (reader_->blocked()) return Pull::kBlocked;
  if (format_.codecs.empty()) return Pull::kBytes;
  if (!decoder_) decoder_ = codec::MakeDecoder(format_.codecs, format_.nbytes);
  // A piece is larger than a head, so a head that is too short is the whole value: decoding will
  // say that it is broken.
  bytes = decoder_->MemoryNeeded(reader_->Available()).value_or(0);
  return Pull::kBytes;
}

// Fills `out` as far as the input at hand allows. kBytes with fewer bytes than asked for: the value
// has ended.
Pull ChunkStream::Decode(codec::Decoder& decoder, MutableBytes out, size_t& produced) {
  produced = 0;
  while (produced < out.size() && !ended_) {
    reader_->Start();
    if (reader_->error()) return Fail(*reader_->error());
    if (reader_->blocked()) return produced > 0 ? Pull::kBytes : Pull::kBlocked;
    codec::Progress p =
        decoder.Decode(reader_->Available(), reader_->Last(), out.subspan(produced));
    reader_->Consume(p.consumed);
    produced += p.produced;
    if (p.error) return Fail(std::move(*p.error));
    if (p.done) {
      ended_ = true;
      trailing_ = p.trailing;
    }
  }
  return Pull::kBytes;
}

Pull ChunkStream::FinishWith(codec::Decoder& decoder, uint64_t& trailing) {
  uint8_t extra[1];
  size_t produced = 0;
  while (!ended_) {
    if (Pull p = Decode(decoder, extra, produced); p != Pull::kBytes) return p;
    if (produced > 0)
      return Fail(Error{ErrorCode::kInvalid, "the chunk decodes to more bytes than its shape has",
                        std::nullopt, ByteCount(format_.nbytes), "more"});
  }
  if (reader_->position() != reader_->length())
    return Fail(Error{ErrorCode::kInvalid, "bytes follow the encoded chunk", std::nullopt,
                      ByteCount(reader_->position()), ByteCount(reader_->length())});
  trailing = trailing_;
  return Pull::kBytes;
}

Pull ChunkStream::Load(std::unique_ptr<codec::Decoder>& shared) {
  if (!whole_ || loaded_) return Pull::kBytes;
  if (!shared) shared = codec::MakeDecoder(format_.codecs, format_.nbytes);
  if (buffer_.empty()) buffer_.resize(static_cast<size_t>(format_.nbytes));
  while (buffered_ < buffer_.size()) {
    size_t produced = 0;
    Pull p = Decode(*shared, MutableBytes(buffer_).subspan(buffered_), produced);
    buffered_ += produced;
    if (p != Pull::kBytes) return p;
    if (ended_ && buffered_ < buffer_.size())
      return Fail(Error{ErrorCode::kInvalid, "the chunk decodes to fewer bytes than its shape has",
                        std::nullopt, ByteCount(format_.nbytes), ByteCount(buffered_)});
  }
  if (Pull p = FinishWith(*shared, trailing_); p != Pull::kBytes) return p;
  shared->Reset();
  loaded_ = true;
  return Pull::kBytes;
}

// Gathers elements in C order from a buffer in stored order.
Bytes ChunkStream::Gather(size_t max, MutableBytes scratch) const {
  const size_t rank = format_.chunk_shape.size();
  const uint64_t item = format_.itemsize;
  std::vector<uint64_t> stride(rank, item);  // for each axis of the array
  uint64_t step = item;
  for (size_t i = rank; i-- > 0;) {
    const size_t axis = format_.transpose[i];
    stride[axis] = step;
    step *= format_.chunk_shape[axis];
  }
  std::vector<uint64_t> index(rank);
  uint64_t element = position_ / item, source = 0;
  for (size_t d = rank; d-- > 0;) {
    index[d] = element % format_.chunk_shape[d];
    element /= format_.chunk_shape[d];
    source += index[d] * stride[d];
  }
  const size_t n = std::min(max, scratch.size());
  size_t within = static_cast<size_t>(position_ % item);
  for (size_t done = 0; done < n;) {
    const size_t take = std::min(n - done, static_cast<size_t>(item) - within);
    std::memcpy(scratch.data() + done, buffer_.data() + source + within, take);
    done += take;
    within = 0;
    for (size_t d = rank; d-- > 0;) {
      source += stride[d];
      if (++index[d] < format_.chunk_shape[d]) break;
      source -= stride[d] * format_.chunk_shape[d];
      index[d] = 0;
    }
  }
  return Bytes(scratch).first(n);
}

void ChunkStream::Settle() {
  if (lent_ == 0) return;
  reader_->Consume(lent_);
  lent_ = 0;
}

Pull ChunkStream::Next(size_t max, MutableBytes scratch, Bytes& out) {
  Settle();
  max = static_cast<size_t>(std::min<uint64_t>(max, format_.nbytes - position_));
  if (!reader_) {
    const size_t phase = static_cast<size_t>(position_ % format_.itemsize);
    out = Bytes(format_.fill).subspan(phase, std::min(max, format_.fill.size() - phase));
  } else if (whole_) {
    out = format_.transpose.empty() ? Bytes(buffer_).subspan(static_cast<size_t>(position_), max)
                                    : Gather(max, scratch);
  } else if (format_.codecs.empty()) {
    // Stored without codecs: the bytes are used where they were read.
    reader_->Start();
    if (reader_->error()) return Fail(*reader_->error());
    if (reader_->blocked()) return Pull::kBlocked;
    out = reader_->Available();
    if (out.empty())
      return Fail(Error{ErrorCode::kInvalid, "the chunk has fewer bytes than its shape",
                        std::nullopt, ByteCount(format_.nbytes), ByteCount(reader_->length())});
    out = out.first(std::min(max, out.size()));
    lent_ = out.size();
  } else {
    size_t produced = 0;
    if (!decoder_) decoder_ = codec::MakeDecoder(format_.codecs, format_.nbytes);
    if (Pull p = Decode(*decoder_, scratch.first(std::min(max, scratch.size())), produced);
        p != Pull::kBytes)
      return p;
    if (produced == 0)
      return Fail(Error{ErrorCode::kInvalid, "the chunk decodes to fewer bytes than its shape has",
                        std::nullopt, ByteCount(format_.nbytes), ByteCount(position_)});
    out = Bytes(scratch).first(produced);
  }
  position_ += out.size();
  return Pull::kBytes;
}

void ChunkStream::Seek(uint64_t position) {
  if (!format_.codecs.empty() || whole_ || reader_->length() != format_.nbytes) return;
  reader_->Seek(position);
  position_ = position;
}

Pull ChunkStream::SkipTo(uint64_t position, MutableBytes scratch) {
  if (!reader_ || whole_) {
    position_ = position;
    return Pull::kBytes;
  }
  while (position_ < position) {
    Bytes skipped;
    const size_t n = static_cast<size_t>(std::min<uint64_t>(position - position_, scratch.size()));
    if (Pull p = Next(n, scratch, skipped); p != Pull::kBytes) return p;
  }
  return Pull::kBytes;
}

Pull ChunkStream::Finish(uint64_t& trailing) {
  trailing = trailing_;
  if (!reader_ || whole_) return Pull::kBytes;
  if (format_.codecs.empty()) {
    Settle();
    if (reader_->position() == reader_->length()) return Pull::kBytes;
    return Fail(Error{ErrorCode::kInvalid, "the chunk has more bytes than its shape", std::nullopt,
                      ByteCount(format_.nbytes), ByteCount(reader_->length())});
  }
  if (!decoder_) decoder_ = codec::MakeDecoder(format_.codecs, format_.nbytes);
  return FinishWith(*decoder_, trailing);
}

}  // namespace leafsum::content
