// Statements: what is taken has subjects with digests; claims about a lockfile, written again, are
// the same.
#include "fuzz/fuzz.h"
#include "trust/lockfile_statement.h"

namespace leafsum::fuzz {

void Run(Bytes input) {
  const auto statement = trust::ParseStatement(input);
  if (!statement) {
    FUZZ_CHECK(!statement.refusal().message.empty());
    return;
  }
  FUZZ_CHECK(!statement->subjects.empty());
  for (const auto& subject : statement->subjects) FUZZ_CHECK(!subject.digests.empty());
  const auto claims = trust::ReadLockfileClaims(*statement);
  if (!claims) return;
  FUZZ_CHECK(trust::IsTime(claims->signed_at));
  const std::string written =
      trust::WriteLockfileStatement(statement->subjects[0].name, hash::Digest{}, *claims);
  const auto again = trust::ParseStatement(AsBytes(written));
  FUZZ_CHECK_SAYING(again, written);
  FUZZ_CHECK(again->subjects[0].name == statement->subjects[0].name);
  const auto same = trust::ReadLockfileClaims(*again);
  FUZZ_CHECK(same);
  FUZZ_CHECK(same->fingerprint == claims->fingerprint && same->leaves == claims->leaves &&
             same->nbytes == claims->nbytes && same->signed_at == claims->signed_at);
}

}  // namespace leafsum::fuzz
