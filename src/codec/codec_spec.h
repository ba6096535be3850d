// One bytes-to-bytes codec as an array's metadata names it, already validated. Plain data: it
// travels in jobs.
#pragma once

#include <cstdint>
#include <vector>

namespace leafsum::codec {

enum class CodecKind : uint8_t {
  kZstd,    // zarr v2 and v3
  kCrc32c,  // zarr v3: le32 CRC-32C after the bytes
  // Rare from here on: no Orbax since 0.2.0 writes them, and only codecs.wasm can decode them.
  kZlib,   // zarr v2 "zlib": RFC 1950
  kGzip,   // zarr v2 "gzip", v3 "gzip": RFC 1952
  kBz2,    // zarr v2 "bz2"
  kBlosc,  // zarr v2 and v3
};
inline constexpr CodecKind kFirstRare = CodecKind::kZlib;
inline constexpr CodecKind kLastCodec = CodecKind::kBlosc;

struct CodecSpec {
  CodecKind kind = CodecKind::kZstd;
  // zarr v3 readers ignore bytes that follow the first zstd frame or gzip member: report them,
  // values are unaffected. v2 readers refuse them. This holds only for the outermost codec, the
  // last of the list: inside another codec, v3 readers refuse them too. For crc32c, wherever it
  // stands: bytes that follow the checksum, where the length before the checksum is known
  // (elements, and checksums around them).
  bool trailing_bytes_ignored = false;
  bool operator==(const CodecSpec&) const = default;
};

// In encoding order, as metadata lists them; decoding runs from the back.
using CodecSpecs = std::vector<CodecSpec>;

inline bool IsRare(const CodecSpec& spec) { return spec.kind >= kFirstRare; }

}  // namespace leafsum::codec
