// The names that Flax's `save_checkpoint` gives, `<prefix><step>`, and the order in which its
// `latest_checkpoint` sorts them: Flax restores the last one (formats §3.8). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leafsum::orbax {

inline constexpr std::string_view kFlaxPrefix = "checkpoint_";

// A name as Flax's natural sort splits it: texts and numbers in turn, with a text first and last.
struct FlaxKey {
  std::vector<std::string> texts;  // one more than numbers; may be empty
  std::vector<double> numbers;     // infinite if too large for a double
};
FlaxKey FlaxKeyOf(std::string_view name);

struct FlaxName {
  FlaxKey key;
  std::string step_text;  // the rest after the prefix
  // The value of step_text, if it is one number and nothing else: a step.
  std::optional<double> step;
  // Whether `step_text` is written as Python prints an integer: `-5` or `12`, not `05`, `+5`,
  // `5.0`, `5e0` or in other digits than ASCII's.
  bool is_plain_integer = false;
};

// Nothing if Flax ignores the name: it has another prefix, is the prefix with `tmp`, ends in `_gda`
// or belongs to an unfinished save. `prefix` is literal, not a pattern.
std::optional<FlaxName> ParseFlaxName(std::string_view name, std::string_view prefix = kFlaxPrefix);

// Negative if `a` comes before `b`. 0 if Flax sees no difference (`checkpoint_5` and
// `checkpoint_5.0`, integers of 2^53 and more): the file system then decides which one Flax takes.
int CompareFlax(const FlaxKey& a, const FlaxKey& b);

}  // namespace leafsum::orbax
