// What a pure function gives back: a value, or an Error that says why there is none.
//
// The core is built without exceptions and a broken checkpoint is a result, so every decoder
// returns a Result and every caller looks at it. The caller that knows the file or key adds it to
// the Error.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace leafsum {

enum class ErrorCode {
  kTruncated,    // bytes end before the structure does
  kInvalid,      // contradicts the format
  kChecksum,     // a checksum inside the format does not match
  kUnsupported,  // legal somewhere, not understood here: never "ok"
  kLimit,        // larger than base/limits.h or the memory budget allows
  kMissing,      // a file or key that must exist does not
  kUnreadable,   // the host could not read it
  kChanged,      // it changed while it was being read
};

std::string_view ErrorCodeName(ErrorCode code);

// `offset` counts from the start of the structure that was decoded; `expected` and `actual` are
// short texts for the report, empty where the message says it all.
struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  std::string message;
  std::optional<uint64_t> offset;
  std::string expected;
  std::string actual;

  Error Prefixed(std::string_view what) const;  // "what: message"
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit on purpose
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() {
    assert(*this);
    return *std::get_if<0>(&state_);
  }
  const T& operator*() const {
    assert(*this);
    return *std::get_if<0>(&state_);
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }
  const Error& error() const {
    assert(!*this);
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

// A check with nothing to give back.
using Status = std::optional<Error>;

}  // namespace leafsum
