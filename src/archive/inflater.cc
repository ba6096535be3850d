#include <zlib.h>

#include <algorithm>
#include <string>

#include "archive/unpacker.h"
#include "base/text.h"

namespace leafsum::archive {
namespace {

constexpr size_t kMaxStep = 1 << 30;  // zlib counts in 32 bits
constexpr size_t kWindow = 32 << 10;
constexpr int kRaw = -MAX_WBITS, kWrapped = 16 + MAX_WBITS;
constexpr size_t kTrailerBytes = 8;  // of a gzip member: CRC-32 and length

class Inflater final : public Unpacker {
 public:
  explicit Inflater(Compression compression) : is_gzip_(compression == Compression::kGzip) {
    is_ready_ = inflateInit2(&stream_, is_gzip_ ? kWrapped : kRaw) == Z_OK;
  }
  ~Inflater() override {
    if (is_ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Progress Unpack(Bytes in, bool is_last, MutableBytes out) override;
  RestartPoint Point() const override;
  bool Restart(const RestartPoint& point) override;

 private:
  enum class Part { kStream, kTrailer, kBetween, kDone };

  void Inflate(Bytes in, bool is_last, MutableBytes out, Progress& p);
  void Between(Bytes in, bool is_last, Progress& p);
  Error Broken(int status) const;

  const bool is_gzip_;
  z_stream stream_{};
  bool is_ready_ = false;
  bool is_raw_ = false;      // begun in the middle of a gzip member: zlib sees no trailer
  bool has_member_ = false;  // a whole one came before
  Part part_ = Part::kStream;
  size_t trailer_left_ = 0;
  int first_bits_ = 0;  // of a byte that is the first of the next input
  uint64_t in_ = 0, out_ = 0;
};

Unpacker::Progress Inflater::Unpack(Bytes in, bool is_last, MutableBytes out) {
  Progress p;
  if (!is_ready_) {
    p.error = Error{ErrorCode::kLimit, "no memory for inflate", {}, "", ""};
    return p;
  }
  while (!p.error && !p.is_done && !p.is_boundary) {
    const size_t consumed = p.consumed, produced = p.produced;
    const Part part = part_;
    if (part_ == Part::kStream) {
      Inflate(in, is_last, out, p);
    } else if (part_ == Part::kTrailer) {
      const size_t n = std::min(trailer_left_, in.size() - p.consumed);
      p.consumed += n;
      in_ += n;
      if ((trailer_left_ -= n) == 0) part_ = Part::kBetween;
    } else {
      Between(in, is_last, p);
    }
    if (p.consumed == consumed && p.produced == produced && part == part_) break;
  }
  if (!p.error && !p.is_done && !p.is_boundary && is_last && p.consumed == in.size() &&
      p.produced < out.size())
    p.error = Error{ErrorCode::kTruncated, "the compressed data end too early", {}, "", ""};
  return p;
}

void Inflater::Inflate(Bytes in, bool, MutableBytes out, Progress& p) {
  Bytes rest = in.subspan(p.consumed);
  if (first_bits_ != 0) {
    if (rest.empty()) return;
    inflatePrime(&stream_, first_bits_, rest[0] >> (8 - first_bits_));
    first_bits_ = 0;
    rest = rest.subspan(1);
    ++p.consumed;
    ++in_;
  }
  const MutableBytes room = out.subspan(p.produced);
  stream_.next_in = const_cast<Bytef*>(rest.data());  // only read, but zlib's type predates const
  stream_.avail_in = static_cast<uInt>(std::min(rest.size(), kMaxStep));
  stream_.next_out = room.data();
  stream_.avail_out = static_cast<uInt>(std::min(room.size(), kMaxStep));
  const int status = inflate(&stream_, Z_BLOCK);
  const auto consumed = static_cast<size_t>(stream_.next_in - rest.data());
  const auto produced = static_cast<size_t>(stream_.next_out - room.data());
  p.consumed += consumed;
  p.produced += produced;
  in_ += consumed;
  out_ += produced;
  if (status == Z_STREAM_END) {
    has_member_ = true;
    trailer_left_ = is_raw_ ? kTrailerBytes : 0;
    part_ = !is_gzip_ ? Part::kDone : is_raw_ ? Part::kTrailer : Part::kBetween;
    if (!is_gzip_) p.is_done = true;
  } else if (status != Z_OK && status != Z_BUF_ERROR) {
    p.error = Broken(status);
  } else {
    // 128: between two blocks; 64: the last one of the stream.
    p.is_boundary = (stream_.data_type & 128) != 0 && (stream_.data_type & 64) == 0 && out_ != 0;
    // The header's end is a boundary too; reading goes on there.
    if (p.is_boundary && produced == 0) p.is_boundary = false;
  }
}

// A member may follow. Zeros fill up what was on a tape; what else follows gzip itself ignores.
void Inflater::Between(Bytes in, bool is_last, Progress& p) {
  const Bytes rest = in.subspan(p.consumed);
  if (part_ == Part::kDone || (rest.empty() && is_last)) {
    part_ = Part::kDone;
    p.is_done = true;
    return;
  }
  if (rest.empty()) return;
  if (rest[0] != 0x1f) {
    part_ = Part::kDone;
    p.is_done = true;
    return;
  }
  inflateReset2(&stream_, kWrapped);
  is_raw_ = false;
  part_ = Part::kStream;
}

RestartPoint Inflater::Point() const {
  RestartPoint point;
  point.in = in_;
  point.out = out_;
  point.bits = static_cast<uint8_t>(stream_.data_type & 7);
  point.is_start = false;
  point.window.resize(kWindow);
  uInt length = kWindow;
  inflateGetDictionary(const_cast<z_stream*>(&stream_), point.window.data(), &length);
  point.window.resize(length);
  return point;
}

bool Inflater::Restart(const RestartPoint& point) {
  if (!is_ready_) return false;
  part_ = Part::kStream;
  is_raw_ = is_gzip_ && !point.is_start;
  in_ = point.in - (point.bits != 0 ? 1 : 0);
  out_ = point.out;
  first_bits_ = point.bits & 7;
  if (inflateReset2(&stream_, point.is_start && is_gzip_ ? kWrapped : kRaw) != Z_OK) return false;
  if (point.is_start) return true;
  return inflateSetDictionary(&stream_, point.window.data(),
                              static_cast<uInt>(point.window.size())) == Z_OK;
}

Error Inflater::Broken(int status) const {
  if (status == Z_MEM_ERROR) return {ErrorCode::kLimit, "no memory for inflate"};
  const std::string_view why = stream_.msg ? stream_.msg : "a preset dictionary is needed";
  const bool is_sum = why == "incorrect data check" || why == "incorrect length check" ||
                      why == "header crc mismatch";
  return {is_sum ? ErrorCode::kChecksum : ErrorCode::kInvalid, Text("the compressed data: ", why)};
}

}  // namespace

std::unique_ptr<Unpacker> MakeInflater(Compression compression) {
  return std::make_unique<Inflater>(compression);
}

}  // namespace leafsum::archive
