// What is asked of a zstd frame before it is decoded, and zstd's errors as ours (RFC 8878 §3.1).
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
  uint64_t window_size = 0;              // of a single-segment frame: its content size
  std::optional<uint64_t> content_size;  // as the frame claims it
};

// The header that `head` begins with; nothing where `head` is too short to tell. Refused: another
// magic, a skippable frame, a dictionary, a window over `max_window_log`.
Result<std::optional<ZstdHeader>> ParseZstdHeader(Bytes head, int max_window_log);

// What a streaming decoder allocates for such a frame, itself included.
uint64_t ZstdStreamMemory(const ZstdHeader& header);
// And before it has seen one.
uint64_t ZstdBaseMemory();

// `code` is what a function of zstd returned, and ZSTD_isError holds. Says no more than that a
// frame is corrupt: which of zstd's errors it is, and where, depends on how the frame was cut into
// pieces, and a report must not.
Error ZstdError(size_t code);

}  // namespace leafsum::codec
