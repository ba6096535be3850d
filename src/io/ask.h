// What the core wants from its host. The core opens no files and waits for nothing: it hands out
// Asks and is fed the answers, in any order (sans-IO).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace leafsum {

struct ByteRange {
  uint64_t offset = 0;
  uint64_t length = 0;
};

enum class AskKind : uint8_t {
  kRead,    // bytes of a file: `range`, or without one the whole file
  kSize,    // the file's size; the answer is 8 bytes little-endian
  kDigest,  // SHA-256 of `input`; the answer is its 32 bytes
  kJob,     // `input` is a serialized content::Job; the answer is the result of its LeafJob
};

struct Ask {
  uint32_t id = 0;
  AskKind kind = AskKind::kRead;
  uint32_t source = 0;             // 1 for the second source of diff and --against
  std::string path;                // kRead, kSize: relative to the source, "/" between components
  std::optional<ByteRange> range;  // kRead
  uint64_t limit = 0;  // kRead of a whole file: a larger one is answered with TooLarge; kSize:
                       // a file up to this size will be read
  ByteVector input;    // kDigest, kJob
  // For kJob, if the host reads ahead (option `read_ahead`): JSON. First a list of files, then the
  // values that the job reads from end to end, in the order in which it needs them, each as
  // [source, index into the files, offset, length].
  std::string values;
  bool rare_codecs =
      false;          // kJob: needs the LeafJob of codecs.wasm; core.wasm's would say `unsupported`
  uint64_t cost = 0;  // bytes of memory that the answer or job takes, counted on the budget
};

// Why the host could not answer.
enum class Failure : uint8_t { kMissing, kUnreadable, kChanged };

}  // namespace leafsum
