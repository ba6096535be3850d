// One codec of a chain. A stage is a Decoder that may rely on two things: it always gets room
// (`out` is never empty), and it is not called again after `done` or an error until Reset.
#pragma once

#include <string_view>

#include "base/text.h"
#include "codec/decoder.h"

namespace leafsum::codec {

// The library that decodes got no memory. That is no damage: with more of it the value may be
// right.
inline Error NoMemory(std::string_view format) {
  return Error{ErrorCode::kLimit,
               Text("the machine gave no memory to decode the ", format,
                    "; use fewer workers (--jobs 1), or a machine with more memory"),
               std::nullopt};
}

// Judges bytes after the end of a value's compressed data.
class Tail {
 public:
  explicit Tail(bool ignored) : ignored_(ignored) {}
  void Reset() { bytes_ = 0; }

  // Takes `in`, all of which lies behind the end: an error, or bytes to skip and count.
  void Take(Bytes in, bool last, const char* format, uint64_t offset, Progress& p) {
    if (!in.empty() && !ignored_) {
      p.error = Error{ErrorCode::kInvalid, std::string("bytes follow the end of the ") + format,
                      offset, "0 bytes", "more"};
      return;
    }
    p.consumed += in.size();
    bytes_ += in.size();
    p.done = last;
    if (last) p.trailing = bytes_;
  }

 private:
  bool ignored_;
  uint64_t bytes_ = 0;
};

}  // namespace leafsum::codec
