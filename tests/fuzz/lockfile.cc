// Lockfiles: what is taken is written, and what was written is taken and written again as the same
// bytes.
#include "evidence/lockfile.h"

#include "evidence/digest_json.h"
#include "evidence/fingerprint.h"
#include "fuzz/fuzz.h"

namespace leafsum::fuzz {

void Run(Bytes input) {
  const auto lockfile = evidence::ParseLockfile(input);
  if (!lockfile) {
    FUZZ_CHECK(!lockfile.error().message.empty());
    return;
  }
  FUZZ_CHECK(!lockfile->items.empty());
  for (const auto& item : lockfile->items)
    for (const auto& leaf : item.leaves) FUZZ_CHECK(leaf.has_content == leaf.blake3.has_value());
  const std::string written = evidence::WriteLockfile(*lockfile);
  const auto again = evidence::ParseLockfile(AsBytes(written));
  FUZZ_CHECK_SAYING(again, again ? "" : again.error().message + "\n" + written);
  FUZZ_CHECK(evidence::WriteLockfile(*again) == written);
  FUZZ_CHECK(again->fingerprint == lockfile->fingerprint);
  FUZZ_CHECK(evidence::DigestJson(again->items) == evidence::DigestJson(lockfile->items));
  FUZZ_CHECK(evidence::DigestText(again->items) == evidence::DigestText(lockfile->items));
  FUZZ_CHECK(evidence::CheckpointFingerprint(again->items) == lockfile->fingerprint);
}

}  // namespace leafsum::fuzz
