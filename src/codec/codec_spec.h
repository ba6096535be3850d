// One bytes-to-bytes codec as an array's metadata names it, already validated. Plain data: it
// travels in jobs.
#pragma once

#include <cstdint>
#include <vector>

namespace leafsum::codec {

enum class CodecKind : uint8_t {
  kZstd,    // zarr v2 and v3
  kCrc32c,  // zarr v3: le32 CRC-32C after the bytes
  // From here on rare: no Orbax since 0.2.0 writes them, and codecs.wasm alone can decode them.
  kZlib,   // zarr v2 "zlib": RFC 1950
  kGzip,   // zarr v2 "gzip", v3 "gzip": RFC 1952
  kBz2,    // zarr v2 "bz2"
  kBlosc,  // zarr v2 and v3
};
inline constexpr CodecKind kFirstRare = CodecKind::kZlib;

struct CodecSpec {
  CodecKind kind = CodecKind::kZstd;
  // zarr v3 readers ignore what follows the first zstd frame or gzip member: report it, values are
  // unaffected. v2 refuses it. Counts for the outermost codec, the last of the list, alone: within
  // another, v3 refuses it too. Of crc32c: what follows the checksum of bytes whose number is
  // known, those of the elements and of checksums around them; wherever it stands.
  bool trailing_bytes_ignored = false;
  bool operator==(const CodecSpec&) const = default;
};

// In encoding order, as metadata lists them; decoding runs from the back.
using CodecSpecs = std::vector<CodecSpec>;

inline bool IsRare(const CodecSpec& spec) { return spec.kind >= kFirstRare; }

}  // namespace leafsum::codec
