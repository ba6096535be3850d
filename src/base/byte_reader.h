// A cursor over untrusted bytes. The first failure sticks: later reads give zero or nothing, so a
// decoder reads straight down like its specification and checks once, at the end, with End().
#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace leafsum {

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  Bytes Take(uint64_t n);
  uint8_t U8();
  uint32_t U32Le();
  uint64_t U64Le();
  uint32_t U32Be();
  int32_t I32Le() { return static_cast<int32_t>(U32Le()); }
  // Unsigned LEB128. Padded forms are legal; values too large for the width are not (OCDBT 1.2).
  uint64_t Varint64();
  uint32_t Varint32();
  uint16_t Varint16();
  template <size_t N>
  std::array<uint8_t, N> Array() {
    std::array<uint8_t, N> out{};
    Bytes b = Take(N);
    for (size_t i = 0; i < b.size(); ++i) out[i] = b[i];
    return out;
  }

  // A varint that counts the entries that follow, each at least `min_bytes_each` bytes long. Fails
  // if the count exceeds `limit` or the remaining bytes cannot hold that many. Allocate only after
  // this.
  uint64_t Count(const char* what, uint64_t limit, uint64_t min_bytes_each);

  void Fail(ErrorCode code, std::string_view message, std::string_view expected = {},
            std::string_view actual = {});
  bool ok() const { return !error_; }
  uint64_t offset() const { return position_; }
  uint64_t remaining() const { return bytes_.size() - position_; }
  // True if nothing failed and nothing is left; otherwise error() says what went wrong.
  bool End();
  const Error& error() const { return *error_; }

 private:
  Bytes bytes_;
  size_t position_ = 0;
  std::optional<Error> error_;
};

}  // namespace leafsum
