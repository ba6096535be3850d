// Many small texts in few allocations: a million names would otherwise be a million strings, each
// with an allocation.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace leafsum {

// What it has kept stays where it is, when it is moved too.
class TextArena {
 public:
  std::string_view Keep(std::string_view text);
  // Room for so many bytes more in one piece, and no more than that.
  void Reserve(size_t bytes);
  // What it takes of memory.
  size_t bytes() const { return bytes_; }

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t used_ = 0, capacity_ = 0;  // of the last block
  size_t bytes_ = 0;
};

}  // namespace leafsum
