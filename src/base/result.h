// What a pure function gives back: a value, or an Error that says why there is none.
//
// The core is built without exceptions and a broken checkpoint is an ordinary result, so every
// decoder returns a Result and every caller checks it. The caller, who knows the file or key, adds
// it to the Error.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace leafsum {

enum class ErrorCode {
  kTruncated,    // bytes end before the structure does
  kInvalid,      // contradicts the format
  kChecksum,     // a checksum inside the format does not match
  kUnsupported,  // legal somewhere, not understood here: never "ok"
  kLimit,        // more than base/limits.h or the memory budget allows
  kMissing,      // a required file or key does not exist
  kUnreadable,   // the host could not read it
  kChanged,      // it changed while it was being read
};

std::string_view ErrorCodeName(ErrorCode code);

// `offset` counts from the start of the decoded structure. `expected` and `actual` are short texts
// for the report, empty where the message says it all.
struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  std::string message;
  std::optional<uint64_t> offset;
  std::string expected;
  std::string actual;

  // Out of line, for size: nearly every function of the core makes, moves or destroys an Error.
  Error();
  Error(ErrorCode code, std::string_view message);
  Error(ErrorCode code, std::string_view message, std::optional<uint64_t> offset,
        std::string_view expected = {}, std::string_view actual = {});
  Error(const Error&);
  Error(Error&&) noexcept;
  Error& operator=(const Error&);
  Error& operator=(Error&&) noexcept;
  ~Error();

  Error Prefixed(std::string_view what) const;  // "what: message"
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::in_place, std::move(value)) {}  // NOLINT: implicit on purpose
  Result(Error error) : error_(std::move(error)) {}             // NOLINT
  explicit operator bool() const { return value_.has_value(); }
  T& operator*() {
    assert(*this);
    return *value_;
  }
  const T& operator*() const {
    assert(*this);
    return *value_;
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }
  const Error& error() const {
    assert(!*this);
    return error_;
  }

 private:
  // Not std::variant: each instance would bring a table of functions for every operation.
  std::optional<T> value_;
  Error error_;
};

// The result of a check that returns no value.
using Status = std::optional<Error>;

}  // namespace leafsum
