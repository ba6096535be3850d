// The header of a zstd frame, checked before the frame is decoded (RFC 8878 §3.1), and zstd's
// errors as ours.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/result.h"

namespace leafsum::codec {

inline constexpr size_t kZstdMagicSize = 4;
inline constexpr size_t kMaxZstdHeader =
    18;  // magic, descriptor, window, dictionary id 4, content size 8

inline constexpr uint64_t kMinZstdWindow = 1 << 10;

struct ZstdHeader {
  size_t size = 0;                       // bytes of the frame header, magic included
  uint64_t window_size = 0;              // for a single-segment frame, its content size
  std::optional<uint64_t> content_size;  // as the frame claims it
};

// The header at the start of `head`; nothing if `head` is too short. Refuses another magic, a
// skippable frame, a dictionary, a window over `max_window_log`.
Result<std::optional<ZstdHeader>> ParseZstdHeader(Bytes head, int max_window_log);

// The memory that a streaming decoder takes for such a frame, itself included.
uint64_t ZstdStreamMemory(const ZstdHeader& header);
// The memory that it takes before it has seen a frame.
uint64_t ZstdBaseMemory();

// `code` is a function's result for which ZSTD_isError holds. The error says only that the frame is
// corrupt: which of zstd's errors occurs, and where, depends on how the frame was cut into pieces,
// and a report must not depend on that.
Error ZstdError(size_t code);

}  // namespace leafsum::codec
