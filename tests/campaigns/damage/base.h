// The checkpoints that the campaigns damage: small real ones of every generation and layout, whole
// in memory, each with the lockfile that it had before.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "orbax/key_path.h"
#include "support/memory_source.h"

namespace leafsum::campaign {

// [item, key path]
using LeafName = std::pair<std::string, orbax::KeyPath>;

// Bytes of a file that are a value of these leaves' alone.
struct LeafRange {
  uint64_t begin = 0, end = 0;
  std::set<LeafName> leaves;
};

struct Base {
  std::string name;  // its folder in tests/fixtures
  test::MemorySource source;
  std::string lock;
  std::map<std::string, std::vector<LeafRange>> ranges;  // by file, in order, without overlap

  // The leaves whose values these bytes are; none where they are not of one value.
  std::set<LeafName> LeavesAt(const std::string& file, uint64_t begin, uint64_t end) const;
};

const std::vector<std::string>& BaseNames();
// With `more` files in it. Aborts where it cannot be locked.
Base LoadBase(const std::string& name, const std::map<std::string, std::string>& more = {});

}  // namespace leafsum::campaign
