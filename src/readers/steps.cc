#include "readers/steps.h"

#include <algorithm>

#include "base/phrase.h"
#include "orbax/flax_name.h"
#include "readers/entry_points.h"

namespace leafsum::readers {
namespace {

using orbax::Layout;
using orbax::ListingIndex;
using orbax::NumberLess;
using orbax::ParseStepName;
using orbax::StepFormat;
using orbax::StepName;

// Names of a root's children that a manager of this prefix could take for steps, of whatever length.
std::vector<std::string_view> StepNames(const ListingIndex& index, std::string_view prefix) {
  std::vector<std::string_view> names;
  for (const auto& list : {index.Subdirectories(""), index.Links("")})
    for (std::string_view name : list) {
      const auto step = ParseStepName(name);
      if (step && step->prefix == prefix && !orbax::IsUnfinishedName(name)) names.push_back(name);
    }
  return names;
}

bool Newer(std::string_view a, std::string_view b) {
  return NumberLess(ParseStepName(b)->digits, ParseStepName(a)->digits);
}

// The newest name that a format knows, "" if none.
std::string_view Newest(const std::vector<std::string_view>& names, const StepFormat& format) {
  std::string_view newest;
  for (std::string_view name : names)
    if (format.Knows(*ParseStepName(name)) && (newest.empty() || Newer(name, newest))) newest = name;
  return newest;
}

// The plain format, and one for each length that a name with leading zeros has.
std::vector<StepFormat> FormatsOf(const std::vector<std::string_view>& names, std::string_view prefix) {
  std::vector<StepFormat> formats{{prefix, 0}};
  std::vector<size_t> lengths;
  for (std::string_view name : names) {
    const std::string_view digits = ParseStepName(name)->digits;
    if (digits.size() > 1 && digits[0] == '0') lengths.push_back(digits.size());
  }
  std::sort(lengths.begin(), lengths.end());
  lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
  for (size_t length : lengths) formats.push_back({prefix, length});
  return formats;
}

std::string FormatText(const StepFormat& format) {
  Phrase text = format.prefix.empty() ? Phrase("numbers") : Phrase("names such as ") + format.prefix + "_5";
  if (format.fixed_length) text = std::move(text) + " of " + format.fixed_length + " digits";
  return text;
}

// v1 load of the root itself: where no child says that it is a checkpoint, it takes the first that has a tree.
void JudgeRootItself(const ListingIndex& index, const Layout& layout, StepsAnswer& answer) {
  const auto taken = AutoOf(CheckpointView{index, "", false, std::nullopt}).orbax_0_11_37;
  if (!taken || taken->empty() || *taken + "/" == layout.chosen->directory) return;
  answer.divergences.push_back({"v1 load", *taken + "/", "this directory, the first with _METADATA: no step has _CHECKPOINT_METADATA",
                                "step " + layout.chosen->Name(), "name the step that is meant with --step"});
}

// Flax takes the name that its natural sort has last, whatever it is the name of.
void JudgeFlaxNames(const ListingIndex& index, const Layout& layout, StepsAnswer& answer) {
  const std::string chosen = layout.chosen->Name();
  const std::string prefix = layout.chosen->file.empty() || !layout.chosen->digits.empty()
                                 ? layout.chosen->prefix + "_"
                                 : std::string(orbax::kFlaxPrefix);
  const auto own = orbax::ParseFlaxName(chosen, chosen.starts_with(prefix) ? prefix : layout.chosen->prefix);
  if (!own || (layout.chosen->prefix.empty() && layout.chosen->file.empty())) return;
  for (const auto& list : {index.Files(""), index.Subdirectories(""), index.Links("")})
    for (std::string_view name : list) {
      if (name == chosen) continue;
      const auto other = orbax::ParseFlaxName(name, chosen.starts_with(prefix) ? prefix : layout.chosen->prefix);
      if (!other || orbax::CompareFlax(other->key, own->key) < 0) continue;
      const bool same = other->step && own->step && *other->step == *own->step;
      if (other->step && !same) {
        // A greater number: a newer step, however it is written.
        if (!answer.newer) answer.newer = std::string(name);
        continue;
      }
      answer.divergences.push_back({"Flax restore_checkpoint", std::string(name),
                                    same ? "this one, if the file system lists it so: Flax reads the same number in both names"
                                         : "this one: Flax sorts the name behind every number",
                                    "step " + chosen, "rename it, or move it out of this directory"});
    }
}

}  // namespace

StepsAnswer JudgeSteps(const ListingIndex& index, const Layout& layout, bool named) {
  StepsAnswer answer;
  if (!layout.is_root || !layout.chosen) return answer;
  const std::string chosen = layout.chosen->Name();
  const std::string hashed = "step " + chosen;
  for (const orbax::Step& step : layout.foreign_steps) {
    if (step.Name() == chosen) continue;
    const std::string& prefix = step.prefix;
    answer.divergences.push_back({step.file.empty() ? "CheckpointManager" : "Flax restore_checkpoint", step.directory + step.file,
                                  "this step, if it knows steps by the prefix " + prefix + "_", hashed,
                                  "move it out of this directory, or verify it on its own"});
  }
  const std::string& prefix = layout.chosen->prefix;
  const auto names = StepNames(index, prefix);
  std::string_view newest;
  for (std::string_view name : names)
    if (newest.empty() || Newer(name, newest)) newest = name;
  if (!newest.empty() && ParseStepName(chosen) && Newer(newest, chosen)) answer.newer = std::string(newest);
  if (named) return answer;
  JudgeFlaxNames(index, layout, answer);
  // All formats must agree with the newest name that there is; where that is not the step that was read, `newer` says so.
  for (const StepFormat& format : FormatsOf(names, prefix)) {
    const std::string_view taken = Newest(names, format);
    if (taken.empty() || !Newer(newest, taken)) continue;
    answer.divergences.push_back({"CheckpointManager", std::string(taken) + "/",
                                  "this step as the newest: of names in this directory it knows " + FormatText(format) + " alone",
                                  hashed, "rename the steps to one format"});
  }
  JudgeRootItself(index, layout, answer);
  return answer;
}

std::vector<std::string> DescribeSteps(const ListingIndex& index, const Layout& layout) {
  std::vector<std::string> lines;
  std::vector<std::string> prefixes{""};
  for (const auto* steps : {&layout.steps, &layout.foreign_steps})
    for (const orbax::Step& step : *steps) prefixes.push_back(step.prefix);
  std::sort(prefixes.begin(), prefixes.end());
  prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
  for (const std::string& prefix : prefixes) {
    const auto names = StepNames(index, prefix);
    for (const StepFormat& format : FormatsOf(names, prefix)) {
      const std::string_view taken = Newest(names, format);
      if (!taken.empty()) lines.push_back("steps by " + FormatText(format) + ": " + std::string(taken));
    }
  }
  return lines;
}

}  // namespace leafsum::readers
