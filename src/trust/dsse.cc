#include "trust/dsse.h"

#include "base/text.h"

namespace leafsum::trust {

ByteVector PreAuthEncoding(std::string_view payload_type, Bytes payload) {
  const std::string head =
      Text("DSSEv1 ", payload_type.size(), ' ', payload_type, ' ', payload.size(), ' ');
  ByteVector out;
  out.reserve(head.size() + payload.size());
  out.insert(out.end(), head.begin(), head.end());
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

}  // namespace leafsum::trust
