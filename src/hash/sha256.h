// SHA-256 (FIPS 180-4), streaming. The host may offer a faster engine (node:crypto) through
// MakeSha256.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "hash/digest.h"

namespace leafsum::hash {

class StreamingHash {
 public:
  virtual ~StreamingHash() = default;
  virtual void Update(Bytes bytes) = 0;
  virtual Digest Finish() = 0;
};

// The portable C++ engine.
std::unique_ptr<StreamingHash> MakePortableSha256();
Digest Sha256Of(Bytes bytes);

// The digest of each message, four at a time; in core.wasm, which has no_sha256_lanes.cc, one at a
// time.
std::vector<Digest> Sha256OfAll(std::span<const ByteVector> messages);

// What jobs use: the portable engine until a host sets another factory.
using Sha256Factory = std::function<std::unique_ptr<StreamingHash>()>;
void SetSha256Factory(Sha256Factory factory);
bool HasSha256Factory();
std::unique_ptr<StreamingHash> MakeSha256();

}  // namespace leafsum::hash
