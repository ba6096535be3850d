#include "base/text_arena.h"

#include <algorithm>

namespace leafsum {
namespace {

constexpr size_t kBlock = 64 << 10;

}  // namespace

std::string_view TextArena::Keep(std::string_view text) {
  if (text.empty()) return {};
  // A moved-from arena has no blocks, but stale counts.
  if (blocks_.empty() || capacity_ - used_ < text.size()) Reserve(std::max(kBlock, text.size()));
  char* const at = blocks_.back().get() + used_;
  std::copy(text.begin(), text.end(), at);
  used_ += text.size();
  return {at, text.size()};
}

void TextArena::Reserve(size_t bytes) {
  if (bytes == 0 || (!blocks_.empty() && capacity_ - used_ >= bytes)) return;
  if (blocks_.empty()) bytes_ = 0;
  // Not make_unique, which would zero the bytes.
  blocks_.push_back(std::unique_ptr<char[]>(new char[bytes]));
  used_ = 0;
  capacity_ = bytes;
  bytes_ += bytes;
}

}  // namespace leafsum
