// Decompresses an archive, or a zip's member, as a stream of bytes; and again from the middle.
//
// gzip: members one after another, as gzip itself reads them, each with its CRC-32 and length
// (RFC 1952). Deflate: one raw stream (RFC 1951). zstd: frames one after another, skippable ones
// passed over (RFC 8878).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"

namespace leafsum::archive {

enum class Compression { kGzip, kDeflate, kZstd };

// From here decompression can begin again: what zran.c of zlib calls an access point. Where a
// gzip member or zstd frame begins there is no window, and `is_start` holds.
struct RestartPoint {
  uint64_t in = 0;   // compressed bytes before it, the one whose bits are shared included
  uint64_t out = 0;  // decompressed bytes before it
  uint8_t bits = 0;  // of the byte before `in` that are still to be read
  bool is_start = true;
  ByteVector window;  // the last 32 KiB of content
};

class Unpacker {
 public:
  virtual ~Unpacker() = default;

  struct Progress {
    size_t consumed = 0;
    size_t produced = 0;
    bool is_boundary = false;  // Point() has one
    bool is_done = false;      // the stream is complete; `in` may hold what follows it
    std::optional<Error> error;
  };
  // `is_last`: nothing follows `in`. Stops where a point is possible.
  virtual Progress Unpack(Bytes in, bool is_last, MutableBytes out) = 0;
  // After a Progress with is_boundary.
  virtual RestartPoint Point() const = 0;
  // False: no memory. The next bytes are those from point.in - (point.bits ? 1 : 0) on.
  virtual bool Restart(const RestartPoint& point) = 0;
};

std::unique_ptr<Unpacker> MakeInflater(Compression compression);
std::unique_ptr<Unpacker> MakeUnzstd();

}  // namespace leafsum::archive
