// The keys of a b-tree that a listing is for: all of them, or those that a few wanted keys stand
// for.
//
// A wanted "w/b" stands for the keys that begin with "w/", from "w/b" on: an array's document and
// its chunks, without the nodes of keys before it in the same directory.
#pragma once

#include <string>
#include <vector>

namespace leafsum::ocdbt {

class WantedKeys {
 public:
  WantedKeys() = default;  // all keys
  explicit WantedKeys(std::vector<std::string> wanted);
  bool all() const { return all_; }
  // Whether a wanted key can be at least `lower` and less than `upper`; "" is no bound.
  bool MayLieIn(const std::string& lower, const std::string& upper) const;

 private:
  bool all_ = true;
  std::vector<std::string> wanted_;  // sorted; none is within another
};

}  // namespace leafsum::ocdbt
