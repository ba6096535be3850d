// Many small texts in few allocations: a million names would otherwise be a million strings, each
// with an allocation of its own.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace leafsum {

// Texts that it keeps never move, not even when the arena itself is moved.
class TextArena {
 public:
  std::string_view Keep(std::string_view text);
  // Makes room for `bytes` more bytes in one piece, and allocates no more than that.
  void Reserve(size_t bytes);
  // The memory that the arena takes.
  size_t bytes() const { return bytes_; }

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t used_ = 0, capacity_ = 0;  // of the last block
  size_t bytes_ = 0;
};

}  // namespace leafsum
