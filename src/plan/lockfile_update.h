// `lock --update`: which steps of a lockfile the root still has, which are new, and which are gone.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/lockfile.h"

namespace leafsum::plan {

struct Options;
struct Scan;

// What becomes of the locked steps that are gone.
enum class Update : uint8_t {
  kNo,    // no update
  kAsk,   // none may be gone
  kKeep,  // the lockfile keeps them
  kDrop,
};

struct LockfileUpdate {
  std::set<std::string> known;  // steps of both sides: compared as `verify` would
  std::set<std::string> added;  // steps of the root alone
  std::set<std::string> gone;   // steps of the lockfile alone
  std::vector<evidence::ItemRecord> gone_items;
  std::vector<evidence::FileRecord> gone_files;

  // Whether the path or item name lies in a step that the lockfile lacks.
  bool Adds(std::string_view path) const;
};

// Call once the layout is known. A lockfile of one step gets the names of that step in the root,
// and items and files of steps that are gone are taken out of it. Returns why the lockfile cannot
// be updated, or "". A step is gone only if nothing with its name is listed: a step that lost its
// items is a damaged step, which the comparison finds.
std::string PrepareUpdate(const Options& options, const Scan& scan, evidence::Lockfile& lock,
                          LockfileUpdate& update);

}  // namespace leafsum::plan
