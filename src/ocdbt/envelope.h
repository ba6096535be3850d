// The envelope of every OCDBT block: magic, length, version, compression, body, checksum
// (README.md, formats §1.3).
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace leafsum::ocdbt {

inline constexpr uint32_t kManifestMagic = 0x0cdb3a2a;
inline constexpr uint32_t kBtreeNodeMagic = 0x0cdb20de;
inline constexpr uint32_t kVersionTreeNodeMagic = 0x0cdb1234;
inline constexpr uint64_t kMinEnvelope = 16;  // bytes of the shortest block

struct EnvelopeOptions {
  uint32_t magic = 0;
  uint64_t limit = 0;  // of the decompressed body, in bytes
  // Whether a structure begins at the front of `start` and ends before `start` does. If so, a body
  // that goes on beyond `start` has trailing bytes and is refused early, before a bomb is
  // decompressed any further.
  bool (*ends_early)(Bytes start) = nullptr;
};

// The decompressed body of the block that fills `encoded`. The CRC-32C is checked first, so that
// damage is reported as damage and not by the field that it happens to hit. `work`, if given, is
// set to the number of decompressed bytes, or to an upper bound if decompression failed, so that
// the cost of hostile blocks can be counted.
Result<ByteVector> DecodeEnvelope(Bytes encoded, const EnvelopeOptions& options,
                                  uint64_t* work = nullptr);

}  // namespace leafsum::ocdbt
