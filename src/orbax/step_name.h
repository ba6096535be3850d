// Names of steps: `[<prefix>_]<ASCII digits>` (contract §10.10, formats §3.7). Numbers may have any
// length, so they are compared as digits.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace leafsum::orbax {

struct StepName {
  std::string_view prefix;  // before the last "_", at least one character; "" for digits alone
  std::string_view digits;  // with leading zeros
};

// Nothing for any other name. `ocdbt.process_<n>` belongs to a store and is never a step.
std::optional<StepName> ParseStepName(std::string_view name);

// The digits without leading zeros; "0" for "000".
std::string_view Significant(std::string_view digits);
// Whether one number is less than another.
bool NumberLess(std::string_view digits, std::string_view than);
// The number, if it is below 2^63.
std::optional<uint64_t> NumberOf(std::string_view digits);
// The number in a step's name, if the name is a step's and the number is below 2^63.
std::optional<uint64_t> StepNumber(std::string_view name);

// Whether the name contains `.orbax-checkpoint-tmp` or ends in `.partial_save` (contract §10.21).
bool IsUnfinishedName(std::string_view name);
// Whether the name starts with `.` or contains `.orbax-checkpoint-tmp`: never searched for items.
bool IsSkippedName(std::string_view name);

// The names that one CheckpointManager knows (StandardNameFormat of Orbax): one prefix, and numbers
// either plain or all padded with zeros to a fixed length. A manager of plain numbers does not see
// padded ones. A manager of padded numbers sees those of its length, and longer ones without a
// leading zero.
struct StepFormat {
  std::string_view prefix;
  size_t fixed_length = 0;  // 0: no leading zeros
};

}  // namespace leafsum::orbax
