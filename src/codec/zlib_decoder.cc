#include "codec/zlib_decoder.h"

#include <zlib.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace leafsum::codec {
namespace {

// zlib counts in 32 bits.
constexpr size_t kMaxStep = 1 << 30;

class ZlibDecoder final : public Decoder {
 public:
  ZlibDecoder(ZlibFormat format, bool trailing_bytes_ignored)
      : name_(format == ZlibFormat::kGzip ? "gzip member" : "zlib stream"),
        tail_(trailing_bytes_ignored) {
    // 16 asks for the gzip wrapper and nothing else.
    const int status =
        inflateInit2(&stream_, format == ZlibFormat::kGzip ? 16 + MAX_WBITS : MAX_WBITS);
    initialized_ = status == Z_OK;
  }
  ~ZlibDecoder() override {
    if (initialized_) inflateEnd(&stream_);
  }
  ZlibDecoder(const ZlibDecoder&) = delete;
  ZlibDecoder& operator=(const ZlibDecoder&) = delete;

  Progress Decode(Bytes in, bool last, MutableBytes out) override;
  void Reset() override;
  std::optional<uint64_t> MemoryNeeded(Bytes) const override { return kInflateMemory; }

 private:
  Error Broken(int status) const;

  const char* name_;
  Tail tail_;
  z_stream stream_{};
  bool initialized_ = false;
  bool ended_ = false;  // the stream is complete: only its tail follows
  uint64_t consumed_ = 0;
};

Progress ZlibDecoder::Decode(Bytes in, bool last, MutableBytes out) {
  Progress p;
  if (!initialized_) {
    p.error = Broken(Z_MEM_ERROR);
    return p;
  }
  if (!ended_) {
    stream_.next_in = const_cast<Bytef*>(in.data());  // only read, but zlib's type predates const
    stream_.avail_in = static_cast<uInt>(std::min(in.size(), kMaxStep));
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uInt>(std::min(out.size(), kMaxStep));
    const int status = inflate(&stream_, Z_NO_FLUSH);
    p.consumed = static_cast<size_t>(stream_.next_in - in.data());
    p.produced = static_cast<size_t>(stream_.next_out - out.data());
    consumed_ += p.consumed;
    if (status == Z_STREAM_END) {
      ended_ = true;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      p.error = Broken(status);
      return p;
    } else {
      // Room is left and input is used up: inflate wants more.
      if (last && p.consumed == in.size() && p.produced < out.size())
        p.error = Error{ErrorCode::kTruncated, std::string(name_) + " ends too early", consumed_,
                        "more bytes", "0 bytes"};
      return p;
    }
  }
  tail_.Take(in.subspan(p.consumed), last, name_, consumed_, p);
  return p;
}

Error ZlibDecoder::Broken(int status) const {
  if (status == Z_MEM_ERROR) return NoMemory(name_);
  const std::string_view why = stream_.msg ? stream_.msg : "";
  Error error{ErrorCode::kInvalid, Text(name_, ": ", why), std::nullopt, "", ""};
  if (status == Z_NEED_DICT) {
    error.message = std::string(name_) + " needs a preset dictionary";
  } else if (why == "incorrect data check" || why == "header crc mismatch") {
    error.code = ErrorCode::kChecksum;
  }
  return error;
}

void ZlibDecoder::Reset() {
  if (initialized_) inflateReset(&stream_);
  ended_ = false;
  consumed_ = 0;
  tail_.Reset();
}

}  // namespace

std::unique_ptr<Decoder> MakeZlibDecoder(ZlibFormat format, bool trailing_bytes_ignored) {
  return std::make_unique<ZlibDecoder>(format, trailing_bytes_ignored);
}

}  // namespace leafsum::codec
