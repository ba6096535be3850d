// The names that Flax's `save_checkpoint` gives, `<prefix><step>`, and the order in which its
// `latest_checkpoint` sorts them: the last is what it restores (formats §3.8). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leafsum::orbax {

inline constexpr std::string_view kFlaxPrefix = "checkpoint_";

// A name as Flax's natural sort takes it apart: texts and numbers in turn, a text first and last.
struct FlaxKey {
  std::vector<std::string> texts;  // one more than numbers; may be empty
  std::vector<double> numbers;     // infinite where a double is too small for what was written
};
FlaxKey FlaxKeyOf(std::string_view name);

struct FlaxName {
  FlaxKey key;
  std::string step_text;  // what follows the prefix
  // Its value, where it is one number and nothing else: a step.
  std::optional<double> step;
  // `step_text` is written as Python prints an integer: `-5` or `12`, not `05`, `+5`, `5.0`, `5e0`
  // or in other digits than ASCII's.
  bool is_plain_integer = false;
};

// Nothing where Flax does not look at the name: it has another prefix, is the prefix with `tmp`,
// ends in `_gda` or is that of an unfinished save. `prefix` is taken as it is, not as a pattern.
std::optional<FlaxName> ParseFlaxName(std::string_view name, std::string_view prefix = kFlaxPrefix);

// Negative where `a` comes before `b`. 0 where Flax sees no difference (`checkpoint_5` and
// `checkpoint_5.0`, integers of 2^53 and more): which one it takes, the file system decides.
int CompareFlax(const FlaxKey& a, const FlaxKey& b);

}  // namespace leafsum::orbax
