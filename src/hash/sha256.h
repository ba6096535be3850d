// SHA-256 (FIPS 180-4), streaming. A host may pass a faster engine (node:crypto) as a
// Sha256Factory.
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

// The digest of each message, computed four at a time.
std::vector<Digest> Sha256OfAll(std::span<const ByteVector> messages);

// Makes a host's engine; empty if the host has none.
using Sha256Factory = std::function<std::unique_ptr<StreamingHash>()>;
// The host's engine, or the portable one if the host has none.
std::unique_ptr<StreamingHash> MakeSha256(const Sha256Factory& host);

}  // namespace leafsum::hash
