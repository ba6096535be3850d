#include "ocdbt/wanted_keys.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/path.h"
#include "base/sort.h"

namespace leafsum::ocdbt {
namespace {

// Whether `wanted` stands for `key`, which is not before it.
bool IsWithin(const std::string& key, const std::string& wanted) {
  const size_t n = DirectoryOf(wanted).size();
  return key.compare(0, n, wanted, 0, n) == 0;
}

}  // namespace

WantedKeys::WantedKeys(std::vector<std::string> wanted) : all_(false), wanted_(std::move(wanted)) {
  StableSort(wanted_, std::less<std::string>());
  size_t kept = 0;
  for (std::string& one : wanted_)
    if (kept == 0 || !IsWithin(one, wanted_[kept - 1])) wanted_[kept++].swap(one);
  while (wanted_.size() > kept) wanted_.pop_back();
}

bool WantedKeys::MayLieIn(const std::string& lower, const std::string& upper) const {
  if (all_) return true;
  const auto next = std::upper_bound(wanted_.begin(), wanted_.end(), lower);
  if (next != wanted_.begin() && IsWithin(lower, *(next - 1))) return true;
  return next != wanted_.end() && (upper.empty() || *next < upper);
}

}  // namespace leafsum::ocdbt
