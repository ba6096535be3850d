// The names in a model signature (OMS §5.2.1, §6.1.2, §6.2.1, §6.3.2): paths below the model,
// shards of them, and the paths that a signer left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leafsum::trust {

// Why a path is not the one way to name a file below the model, or "".
std::string_view UnsafePath(std::string_view path);

// "weights.bin:0:1000": the path, and the bytes [begin, end) of the file.
struct ShardName {
  std::string_view path;  // of the text that was parsed
  uint64_t begin = 0, end = 0;
};
// By the last two colons, because a path may have some of its own. Decimal numbers in their one
// form.
std::optional<ShardName> ParseShardName(std::string_view name);

// A path of `ignore_paths` in its one form, without a trailing "/" or "./"; nothing if it is not
// one: absolute, with "..", a glob, or the model itself.
std::optional<std::string> ParseIgnorePath(std::string_view text);

// The order in which model_signing writes names: by path components, then by number.
bool ComponentsLess(const ShardName& a, const ShardName& b);

}  // namespace leafsum::trust
