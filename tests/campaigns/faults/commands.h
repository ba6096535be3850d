// What the campaigns of failing reads and failing allocations run: each command over small real
// checkpoints of every generation and layout (damage/base.h).
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace leafsum::campaign {

struct Command {
  const char* name;
  const char* options;
  bool locked = false;  // takes the lockfile
  bool listed = true;   // the host has a listing
};

inline constexpr Command kCommands[] = {
    {"check", R"({"command":"check","all_steps":true})"},
    {"lock", R"({"command":"lock","all_steps":true,"files":true})"},
    {"verify", R"({"command":"verify","all_steps":true})", true},
    {"verify --deep", R"({"command":"verify","all_steps":true,"deep":true})", true},
    {"digest without a listing", R"({"command":"digest"})", false, false},
};

// Beside the bases: what another program left in a checkpoint, which is told by its first bytes.
inline const std::vector<std::pair<std::string, std::map<std::string, std::string>>> kForeign = {
    {"manager/single_item_prefixed/ckpt", {{"checkpoint", "model_checkpoint_path: \"ckpt-1\"\n"}}},
    {"orbax/zarr2_plain/ckpt", {{"checkpoint", "model_checkpoint_path: \"ckpt-1\"\n"}}},
    {"orbax/zarr2_plain/ckpt", {{"checkpoint_config.json", "{}"}}},
};

}  // namespace leafsum::campaign
