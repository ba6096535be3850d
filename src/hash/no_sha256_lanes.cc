// core.wasm leaves four at a time to codecs.wasm: see sha256_lanes.cc.
#include "hash/sha256.h"

namespace leafsum::hash {

std::vector<Digest> Sha256OfAll(std::span<const ByteVector> messages) {
  std::vector<Digest> digests;
  for (const ByteVector& message : messages) digests.push_back(Sha256Of(message));
  return digests;
}

}  // namespace leafsum::hash
