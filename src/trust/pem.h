// PEM (RFC 7468): DER between two lines of dashes with a label.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "trust/refusal.h"

namespace leafsum::trust {

struct PemBlock {
  std::string label;  // "PUBLIC KEY"
  ByteVector der;
};

// The text's only block. Text around it is allowed, as RFC 7468 has it (`openssl` writes some);
// a second block is not: which of the two was meant?
OrRefusal<PemBlock> ParsePem(Bytes text, std::string_view what);
// Lines of 64 characters, as RFC 7468 demands of writers.
std::string WritePem(std::string_view label, Bytes der);

}  // namespace leafsum::trust
