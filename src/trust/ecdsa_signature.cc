#include "trust/ecdsa_signature.h"

#include <algorithm>

namespace leafsum::trust {

std::optional<ByteVector> RawSignature(Bytes signature, Algorithm algorithm) {
  const size_t n = InfoOf(algorithm).scalar_bytes;
  if (algorithm == Algorithm::kEd25519)
    return signature.size() == 2 * n ? std::optional(ToVector(signature)) : std::nullopt;
  DerReader outer(signature);
  DerReader pair = outer.Enter();
  const Bytes r = pair.Unsigned(), s = pair.Unsigned();
  if (!outer.End() || !pair.End()) return std::nullopt;
  if (r.empty() || s.empty() || r.size() > n || s.size() > n) return std::nullopt;
  ByteVector raw(2 * n);
  std::copy(r.begin(), r.end(), raw.begin() + static_cast<ptrdiff_t>(n - r.size()));
  std::copy(s.begin(), s.end(), raw.begin() + static_cast<ptrdiff_t>(2 * n - s.size()));
  return raw;
}

std::optional<ByteVector> StoredSignature(Bytes raw, Algorithm algorithm) {
  const size_t n = InfoOf(algorithm).scalar_bytes;
  if (raw.size() != 2 * n) return std::nullopt;
  if (algorithm == Algorithm::kEd25519) return ToVector(raw);
  return Der(DerTag::kSequence, Joined({DerUnsigned(raw.first(n)), DerUnsigned(raw.subspan(n))}));
}

}  // namespace leafsum::trust
