#include "base/result.h"

#include "base/text.h"

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
Error::Error(ErrorCode c, std::string_view m) : code(c), message(m) {}
Error::Error(ErrorCode c, std::string_view m, std::optional<uint64_t> o, std::string_view e,
             std::string_view a)
    : code(c), message(m), offset(o), expected(e), actual(a) {}
Error::Error(const Error&) = default;
Error::Error(Error&&) noexcept = default;
Error& Error::operator=(const Error&) = default;
Error& Error::operator=(Error&&) noexcept = default;
Error::~Error() = default;

Error Error::Prefixed(std::string_view what) const {
  Error out = *this;
  out.message = Text(what, ": ", message);
  return out;
}

}  // namespace leafsum
