// One command of the core over a checkpoint in memory, and what it said.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "campaigns/damage/base.h"
#include "io/ask.h"
#include "report/finding.h"
#include "support/drive.h"
#include "verify/verifier.h"

namespace leafsum::campaign {

struct Said {
  int exit_code = -1;  // 2 with `error`
  std::string error;
  std::vector<report::Finding> findings;

  bool Verified() const { return exit_code == 0; }
  // An error or gap names one of these leaves, and no error names another.
  bool NamesOnly(const std::set<LeafName>& leaves) const;
  // A finding is about one of these leaves.
  bool Names(const std::set<LeafName>& leaves) const;
  bool NamesFile(const std::string& file) const;
  std::string ToString() const;
};

class Run {
 public:
  // `listed`: the host has a listing, as of a directory; a server over HTTP has none.
  Run(const std::string& options_json, const test::MemorySource& source,
      const std::string& lock = "", bool listed = true);
  Said Go(uint64_t seed = 0);
  std::string output() const;

  std::function<void(const Ask&)> watch;  // sees each ask before it is answered

 private:
  const test::MemorySource& source_;
  verify::Verifier verifier_;
};

// `verify` of what may be damaged against the lockfile of what it was.
Said Verify(const Base& base, const test::MemorySource& source, bool deep = false);

}  // namespace leafsum::campaign
