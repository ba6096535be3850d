// Which keys of a b-tree a listing is for: all of them, or those that a few wanted ones stand for.
//
// A wanted "w/b" stands for what begins with "w/", from "w/b" on: an array's document and its
// chunks, without the nodes of what comes before it in the same directory.
#pragma once

#include <string>
#include <vector>

namespace leafsum::ocdbt {

class WantedKeys {
 public:
  WantedKeys() = default;  // all keys
  explicit WantedKeys(std::vector<std::string> wanted);
  bool all() const { return all_; }
  // Whether one of them can be at least `lower` and less than `upper`; "": no bound.
  bool MayLieIn(const std::string& lower, const std::string& upper) const;

 private:
  bool all_ = true;
  std::vector<std::string> wanted_;  // sorted, none within another one
};

}  // namespace leafsum::ocdbt
