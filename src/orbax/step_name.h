// Names of steps: `[<prefix>_]<ASCII digits>` (contract §10.10, formats §3.7). Numbers have any
// length, so they are compared as digits.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace leafsum::orbax {

struct StepName {
  std::string_view
      prefix;  // before the last "_"; "" for digits alone: a prefix has at least one character
  std::string_view digits;  // as they stand, leading zeros and all
};

// Nothing for any other name; `ocdbt.process_<n>` is a store's, never a step.
std::optional<StepName> ParseStepName(std::string_view name);

// Without leading zeros: "0" for "000".
std::string_view Significant(std::string_view digits);
// Whether one number is less than another.
bool NumberLess(std::string_view digits, std::string_view than);
// The number, where it is below 2^63.
std::optional<uint64_t> NumberOf(std::string_view digits);
// The number of a step's name, where it is one and below 2^63.
std::optional<uint64_t> StepNumber(std::string_view name);

// Contains `.orbax-checkpoint-tmp` or ends in `.partial_save`.
bool IsUnfinishedName(std::string_view name);
// Starts with `.` or contains `.orbax-checkpoint-tmp`: never looked into for items.
bool IsSkippedName(std::string_view name);

// The names that one CheckpointManager knows: one prefix, and either numbers as they are or all
// with at least so many digits, zeros before (StandardNameFormat of Orbax). A manager of the other
// format does not see the steps of this one.
struct StepFormat {
  std::string_view prefix;
  size_t fixed_length = 0;  // 0: no leading zeros

  bool Knows(const StepName& name) const;
};

}  // namespace leafsum::orbax
