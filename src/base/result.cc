#include "base/result.h"

namespace leafsum {

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kTruncated:
      return "truncated";
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kChecksum:
      return "checksum";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kLimit:
      return "limit";
    case ErrorCode::kMissing:
      return "missing";
    case ErrorCode::kUnreadable:
      return "unreadable";
    case ErrorCode::kChanged:
      return "changed";
  }
  return "invalid";
}

Error::Error() = default;
Error::Error(ErrorCode c, Words m) : code(c), message(m.view()) {}
Error::Error(ErrorCode c, Words m, std::optional<uint64_t> o, Words e, Words a)
    : code(c), message(m.view()), offset(o), expected(e.view()), actual(a.view()) {}
Error::Error(const Error&) = default;
Error::Error(Error&&) noexcept = default;
Error& Error::operator=(const Error&) = default;
Error& Error::operator=(Error&&) noexcept = default;
Error::~Error() = default;

Error Error::Prefixed(Words what) const {
  Error out = *this;
  out.message = Phrase(what.view()) + ": " + message;
  return out;
}

}  // namespace leafsum
