#include "readers/flax_bytes.h"

#include "orbax/msgpack_header.h"

namespace leafsum::readers {

bool MayRestoreFlax(Bytes head, uint64_t size) {
  using namespace orbax::msgpack;
  uint64_t at = 0,
           missing = 1;  // values still to come; each byte of the head adds fewer than 2^33
  // Follows the headers as far as the head reaches. If the head ends before the value, the file
  // counts as Flax's: a mark too many is a finding, a mark too few a false ok.
  while (missing > 0) {
    if (at >= size) return false;
    if (at >= head.size()) return true;
    const Bytes rest = head.subspan(static_cast<size_t>(at));
    if (HeaderSize(rest[0]) > rest.size()) return at + HeaderSize(rest[0]) <= size;
    const Header header = ParseHeader(rest);
    if (header.type == kNever) return false;
    const bool is_container = header.type == kMap || header.type == kList;
    if (at == 0 && is_container && header.value == 0) return false;
    if (is_container) missing += header.type == kMap ? 2 * header.value : header.value;
    at += header.size;
    if (header.type == kStr || header.type == kBin || header.type == kExt) at += header.value;
    --missing;
  }
  // unpackb() raises on bytes after the value.
  return at == size;
}

}  // namespace leafsum::readers
