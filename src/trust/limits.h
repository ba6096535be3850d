// The limits of documents about signatures. Our own choices: no format sets one.
#pragma once

#include <cstdint>

namespace leafsum::trust {

// A key of P-521, encrypted and in PEM, has less than 1 KiB; text may stand before it.
inline constexpr uint64_t kMaxPemBytes = 64 << 10;
// A model signature has about 250 bytes for each file, in base64: this is for 200,000 files.
inline constexpr uint64_t kMaxBundleBytes = 64ull << 20;
inline constexpr uint64_t kMaxPolicyBytes = 16ull << 20;
inline constexpr uint64_t kMaxPolicySigners = 1024;
inline constexpr uint64_t kMaxKeys = 1024;         // tried for one signature
inline constexpr uint64_t kMaxCertificates = 16;   // in one bundle
inline constexpr uint64_t kMaxSubjects = 1 << 16;  // of one statement
// What a passphrase costs: openssl takes 2048, OWASP asks for 600,000. More is a way to keep a
// machine busy.
inline constexpr uint64_t kMaxKdfIterations = 10'000'000;

}  // namespace leafsum::trust
