// DSSE v1: what is signed is the payload and its type.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace leafsum::trust {

inline constexpr std::string_view kInTotoType = "application/vnd.in-toto+json";

// The Pre-Authentication Encoding: "DSSEv1" SP length SP type SP length SP payload, lengths in
// decimal. The forms of drafts before v1 are never tried: a signature over one of them is bad.
ByteVector PreAuthEncoding(std::string_view payload_type, Bytes payload);

}  // namespace leafsum::trust
