// What every OCDBT block is wrapped in: magic, length, version, compression, body, checksum
// (README.md).
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace leafsum::ocdbt {

inline constexpr uint32_t kManifestMagic = 0x0cdb3a2a;
inline constexpr uint32_t kBtreeNodeMagic = 0x0cdb20de;
inline constexpr uint32_t kVersionTreeNodeMagic = 0x0cdb1234;
inline constexpr uint64_t kMinEnvelope = 16;  // bytes: nothing shorter is a block

struct EnvelopeOptions {
  uint32_t magic = 0;
  uint64_t limit = 0;  // of the decompressed body, in bytes
  // True where a structure starts at the front of `start` and ends before `start` does. A body that
  // is found to be too long so early is refused as that, without decompressing what a bomb would
  // still bring.
  bool (*ends_early)(Bytes start) = nullptr;
};

// Gives the body of a block that is all of `encoded`, decompressed. The CRC-32C is looked at first,
// so that damage is called damage and not by the field that it happens to hit. `work`, if given, is
// set to the bytes that were decompressed, or to an upper bound where decompressing failed: what
// hostile blocks cost can be counted.
Result<ByteVector> DecodeEnvelope(Bytes encoded, const EnvelopeOptions& options,
                                  uint64_t* work = nullptr);

}  // namespace leafsum::ocdbt
