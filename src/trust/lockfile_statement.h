// The statement that a lockfile's signature is over (contract §6).
#pragma once

#include <string>
#include <string_view>

#include "hash/digest.h"
#include "trust/refusal.h"
#include "trust/statement.h"

namespace leafsum::trust {

inline constexpr std::string_view kLockfilePredicate = "urn:leafsum:lockfile:v1";

// What the signer says of the lockfile. The subject's digest binds every byte of it; these are for
// people and for policies, and must not contradict it.
struct LockfileClaims {
  std::string fingerprint;  // "leafsum1:…"
  uint64_t leaves = 0;      // with content
  uint64_t nbytes = 0;
  std::string signed_at;  // RFC 3339, UTC, whole seconds. Only the signer's word
};

// Exactly one subject; the predicate has these four members and may have others.
OrRefusal<LockfileClaims> ReadLockfileClaims(const Statement& statement);
std::string WriteLockfileStatement(std::string_view name, const hash::Digest& sha256,
                                   const LockfileClaims& claims);

// "2026-11-30T12:00:00Z", a time that a calendar has: of two, the earlier one is less.
bool IsTime(std::string_view text);

}  // namespace leafsum::trust
