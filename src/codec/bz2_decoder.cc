#include "codec/bz2_decoder.h"

#include <bzlib.h>

#include <algorithm>
#include <cstdlib>

// The library calls this function when its own invariants fail, and leaves it to its user to
// define.
extern "C" void bz_internal_error(int) { std::abort(); }

namespace leafsum::codec {
namespace {

constexpr uint64_t kStateMemory = uint64_t{72} << 10;       // its tables
constexpr uint64_t kMemoryPerLevel = uint64_t{4} * 100000;  // four bytes for each byte of a block
constexpr size_t kMaxStep = 1 << 30;                        // it counts in 32 bits
constexpr char kFormat[] = "bz2 stream";

class Bz2Decoder final : public Decoder {
 public:
  Bz2Decoder() { Start(); }
  ~Bz2Decoder() override { Stop(); }
  Bz2Decoder(const Bz2Decoder&) = delete;
  Bz2Decoder& operator=(const Bz2Decoder&) = delete;

  Progress Decode(Bytes in, bool last, MutableBytes out) override;
  void Reset() override {
    Stop();
    Start();
  }
  std::optional<uint64_t> MemoryNeeded(Bytes head) const override {
    if (head.size() < 4) return std::nullopt;
    const uint64_t level = std::clamp<int>(head[3] - '0', 0, 9);
    return kStateMemory + level * kMemoryPerLevel;
  }

 private:
  void Start() {
    stream_ = {};
    started_ = BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK;
    ended_ = false;
    consumed_ = 0;
    tail_.Reset();
  }
  void Stop() {
    if (started_) BZ2_bzDecompressEnd(&stream_);
  }

  bz_stream stream_{};
  bool started_ = false;
  bool ended_ = false;  // the stream is complete: only its tail follows
  uint64_t consumed_ = 0;
  Tail tail_{false};
};

Progress Bz2Decoder::Decode(Bytes in, bool last, MutableBytes out) {
  Progress p;
  if (!ended_) {
    // Only read, but the library's type predates const.
    stream_.next_in = const_cast<char*>(reinterpret_cast<const char*>(in.data()));
    stream_.avail_in = static_cast<unsigned>(std::min(in.size(), kMaxStep));
    stream_.next_out = reinterpret_cast<char*>(out.data());
    stream_.avail_out = static_cast<unsigned>(std::min(out.size(), kMaxStep));
    const unsigned in_before = stream_.avail_in, out_before = stream_.avail_out;
    const int status = started_ ? BZ2_bzDecompress(&stream_) : BZ_MEM_ERROR;
    p.consumed = in_before - stream_.avail_in;
    p.produced = out_before - stream_.avail_out;
    consumed_ += p.consumed;
    if (status == BZ_MEM_ERROR) {
      p.error = NoMemory(kFormat);
    } else if (status != BZ_OK && status != BZ_STREAM_END) {
      // The library has one error for a wrong CRC and any other damage.
      p.error =
          Error{ErrorCode::kInvalid, std::string(kFormat) + " is corrupt", std::nullopt, "", ""};
    } else if (status == BZ_OK && last && p.consumed == in.size() && p.produced < out.size()) {
      // Room is left and input is used up: the stream wants more.
      p.error = Error{ErrorCode::kTruncated, std::string(kFormat) + " ends too early", consumed_,
                      "more bytes", "0 bytes"};
    }
    ended_ = status == BZ_STREAM_END;
    if (!ended_) return p;
  }
  tail_.Take(in.subspan(p.consumed), last, kFormat, consumed_, p);
  return p;
}

}  // namespace

std::unique_ptr<Decoder> MakeBz2Decoder() { return std::make_unique<Bz2Decoder>(); }

}  // namespace leafsum::codec
