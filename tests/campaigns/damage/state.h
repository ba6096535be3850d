// What a campaign has done so far: a line of JSON for each unit of work, which a later run leaves
// out.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace leafsum::campaign {

class State {
 public:
  // Reads what an earlier run left in the file.
  explicit State(const std::string& file);
  bool Has(const std::string& unit) const { return done_.count(unit) != 0; }
  // `row` as a line, with "unit" in it; on disk before this returns.
  void Add(const std::string& unit, nlohmann::json row);

 private:
  std::set<std::string> done_;
  std::ofstream out_;
};

// What runs now, for whoever reads why it ended: a crash or more than `kSecondsForACase` says it.
inline constexpr unsigned kSecondsForACase = 20;
void BeginCase(const char* base, const char* file, const char* what, uint64_t a, uint64_t b);

}  // namespace leafsum::campaign
