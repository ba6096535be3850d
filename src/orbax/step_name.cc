#include "orbax/step_name.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace leafsum::orbax {

std::optional<StepName> ParseStepName(std::string_view name) {
  const size_t underscore = name.rfind('_');
  if (underscore == 0) return std::nullopt;
  StepName step;
  if (underscore != name.npos) step.prefix = name.substr(0, underscore);
  step.digits = name.substr(underscore == name.npos ? 0 : underscore + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (step.digits.empty() || !std::all_of(step.digits.begin(), step.digits.end(), is_digit) ||
      step.prefix == "ocdbt.process")
    return std::nullopt;
  return step;
}

std::string_view Significant(std::string_view digits) {
  while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
  return digits;
}

bool NumberLess(std::string_view digits, std::string_view than) {
  const std::string_view a = Significant(digits), b = Significant(than);
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

std::optional<uint64_t> NumberOf(std::string_view digits) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() ||
      number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    return std::nullopt;
  return number;
}

std::optional<uint64_t> StepNumber(std::string_view name) {
  const auto step = ParseStepName(name);
  return step ? NumberOf(step->digits) : std::nullopt;
}

bool IsUnfinishedName(std::string_view name) {
  return name.find(".orbax-checkpoint-tmp") != name.npos || name.ends_with(".partial_save");
}

bool IsSkippedName(std::string_view name) {
  return name.starts_with('.') || name.find(".orbax-checkpoint-tmp") != name.npos;
}

}  // namespace leafsum::orbax
