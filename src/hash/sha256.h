// SHA-256 (FIPS 180-4), streaming. A host may have a faster engine (node:crypto): a Sha256Factory.
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

// The digest of each message, four at a time.
std::vector<Digest> Sha256OfAll(std::span<const ByteVector> messages);

// A host's engine; an empty one is none.
using Sha256Factory = std::function<std::unique_ptr<StreamingHash>()>;
// The host's, or the portable one where it has none.
std::unique_ptr<StreamingHash> MakeSha256(const Sha256Factory& host);

}  // namespace leafsum::hash
