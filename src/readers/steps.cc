#include "readers/steps.h"

#include <algorithm>
#include <span>

#include "base/sort.h"
#include "base/text.h"
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

// A child of a root that a manager could take for a step, in any format.
struct Named {
  StepName step;
  std::string_view name;
};

// By prefix, then by the number of digits, then by number.
bool NamedLess(const Named& a, const Named& b) {
  if (a.step.prefix != b.step.prefix) return a.step.prefix < b.step.prefix;
  if (a.step.digits.size() != b.step.digits.size())
    return a.step.digits.size() < b.step.digits.size();
  return a.step.digits < b.step.digits;
}

std::vector<Named> StepNames(const ListingIndex& index) {
  std::vector<Named> names;
  for (const auto& list : {index.Subdirectories(""), index.Links("")})
    for (std::string_view name : list) {
      const auto step = ParseStepName(name);
      if (step && !orbax::IsUnfinishedName(name)) names.push_back({*step, name});
    }
  StableSort(names, NamedLess);
  return names;
}

// The names with one prefix.
std::span<const Named> WithPrefix(const std::vector<Named>& names, std::string_view prefix) {
  const auto before = [](const Named& a, std::string_view b) { return a.step.prefix < b; };
  const auto first = std::lower_bound(names.begin(), names.end(), prefix, before);
  auto last = first;
  while (last != names.end() && last->step.prefix == prefix) ++last;
  return std::span<const Named>(names).subspan(static_cast<size_t>(first - names.begin()),
                                               static_cast<size_t>(last - first));
}

bool Newer(std::string_view a, std::string_view b) {
  return NumberLess(ParseStepName(b)->digits, ParseStepName(a)->digits);
}

struct Taken {
  StepFormat format;
  std::string_view name;
};

// For each format that could have written `names` (all of one prefix): the step that a manager of
// this format takes as the newest. The formats are the plain one, and a padded one for each length
// of a name with leading zeros. The user's code chooses the format, so every possible one is asked
// (contract §11.2).
std::vector<Taken> NewestByFormat(std::span<const Named> names) {
  std::vector<Taken> taken;
  if (names.empty()) return taken;
  const std::string_view prefix = names[0].step.prefix;
  const auto is_padded = [](const Named& named) {
    return named.step.digits.size() > 1 && named.step.digits[0] == '0';
  };
  const Named* plain = nullptr;  // the newest name without leading zeros
  for (const Named& named : names)
    if (!is_padded(named)) plain = &named;
  if (plain) taken.push_back({{prefix, 0}, plain->name});
  for (size_t first = 0, end = 0; first < names.size(); first = end) {
    const size_t length = names[first].step.digits.size();
    while (end < names.size() && names[end].step.digits.size() == length) ++end;
    // Names of one length are sorted by digits: if the first has no leading zero, none has.
    if (!is_padded(names[first])) continue;
    // The padded format also knows a longer name without leading zeros, and its number is greater.
    const bool longer = plain && plain->step.digits.size() > length;
    taken.push_back({{prefix, length}, longer ? plain->name : names[end - 1].name});
  }
  return taken;
}

std::string FormatText(const StepFormat& format) {
  std::string text =
      format.prefix.empty() ? Text("numbers") : Text("names such as ", format.prefix, "_5");
  if (format.fixed_length) text += Text(" of ", format.fixed_length, " digits");
  return text;
}

// If `entry` is the `_METADATA` behind a link to a step (`best`), the name of the link; else "".
std::string_view LinkedTree(const FileEntry& entry) {
  constexpr std::string_view kTree = "/_METADATA";
  const std::string_view path = entry.path;
  const bool is =
      entry.foreign && path.ends_with(kTree) && path.find('/') == path.size() - kTree.size();
  return is ? path.substr(0, path.size() - kTree.size()) : std::string_view();
}

// v1 load of the root itself: if no child has `_CHECKPOINT_METADATA`, it takes the first child with
// a tree, links included (contract §11.2).
void JudgeRootItself(const ListingIndex& index, const std::vector<FileEntry>& listing,
                     const std::map<std::string, std::string>& links, const Layout& layout,
                     StepsAnswer& answer) {
  const auto taken = AutoOf(CheckpointView{index, "", false, nullptr}).orbax_0_11_37;
  if (!taken || taken->empty()) return;
  std::string first = *taken;
  for (const FileEntry& entry : listing)
    if (const std::string_view link = LinkedTree(entry);
        !link.empty() && (link < first || link == "state" || link == "pytree"))
      first = link;
  const auto link = links.find(first);
  if ((link == links.end() ? first : link->second) + "/" == layout.chosen->directory) return;
  answer.divergences.push_back(
      {"v1 load", first + "/",
       "this directory, the first with _METADATA: no step has _CHECKPOINT_METADATA",
       "step " + layout.chosen->Name(), "name the step with --step"});
}

// The prefix that Flax was given for this step. Step::prefix lacks a final "_", and the step's name
// shows whether there was one: Flax's default is "checkpoint_", but users also give "model".
std::string FlaxPrefixOf(const orbax::Step& step) {
  const std::string prefix = step.prefix + "_";
  return step.Name().starts_with(prefix) ? prefix : step.prefix;
}

// Flax takes the last name in its natural order, whatever that names (contract §11.2, formats
// §3.8).
void JudgeFlaxNames(const ListingIndex& index, const Layout& layout, StepsAnswer& answer) {
  const std::string chosen = layout.chosen->Name();
  const std::string prefix = FlaxPrefixOf(*layout.chosen);
  const auto own = orbax::ParseFlaxName(chosen, prefix);
  if (!own || (layout.chosen->prefix.empty() && layout.chosen->file.empty())) return;
  // What a manager takes as newer, if Flax knows the name too.
  auto newest = answer.newer ? orbax::ParseFlaxName(*answer.newer, prefix) : std::nullopt;
  for (const auto& list : {index.Files(""), index.Subdirectories(""), index.Links("")})
    for (std::string_view name : list) {
      if (name == chosen) continue;
      const auto other = orbax::ParseFlaxName(name, prefix);
      if (!other || orbax::CompareFlax(other->key, own->key) < 0) continue;
      const bool same = other->step && own->step && *other->step == *own->step;
      if (other->step && !same) {
        // A greater number is a newer step, however it is written.
        if (answer.newer && !(newest && orbax::CompareFlax(newest->key, other->key) < 0)) continue;
        answer.newer = std::string(name);
        newest = other;
        continue;
      }
      answer.divergences.push_back({"Flax restore_checkpoint", std::string(name),
                                    same ? "this one or the other, by the order in which the file "
                                           "system lists them: Flax reads the same number in both"
                                         : "this one: Flax sorts the name behind every number",
                                    "step " + chosen,
                                    "rename it, or move it out of this directory"});
    }
}

}  // namespace

StepsAnswer JudgeSteps(const ListingIndex& index, const std::vector<FileEntry>& listing,
                       const std::map<std::string, std::string>& links, const Layout& layout,
                       bool named_step, bool named_prefix) {
  StepsAnswer answer;
  if (!layout.is_root || !layout.chosen) return answer;
  const std::string chosen = layout.chosen->Name();
  const std::string hashed = "step " + chosen;
  // The code that will restore may use any of the prefixes. Only the user can say which one is
  // meant, by --step or --prefix (contract §11.2).
  for (const orbax::Step& step : layout.foreign_steps) {
    if (named_step || named_prefix || step.Name() == chosen) continue;
    const std::string& prefix = step.prefix;
    answer.divergences.push_back(
        {step.file.empty() ? "CheckpointManager" : "Flax restore_checkpoint",
         step.directory + step.file,
         Text("this step, if it knows steps by the prefix ", prefix, "_"), hashed,
         "move it out of this directory, or verify it on its own"});
  }
  const std::vector<Named> all = StepNames(index);
  const std::span<const Named> names = WithPrefix(all, layout.chosen->prefix);
  std::string_view newest;
  for (const Named& named : names)
    if (newest.empty() || Newer(named.name, newest)) newest = named.name;
  if (!newest.empty() && ParseStepName(chosen) && Newer(newest, chosen))
    answer.newer = std::string(newest);
  if (named_step) return answer;
  JudgeFlaxNames(index, layout, answer);
  // A format that takes an older name than the newest is a divergence. That the newest itself was
  // not read is told by `newer`.
  for (const Taken& taken : NewestByFormat(names)) {
    if (!Newer(newest, taken.name)) continue;
    answer.divergences.push_back({"CheckpointManager", std::string(taken.name) + "/",
                                  Text("this step as the newest: in this directory it knows only ",
                                       FormatText(taken.format)),
                                  hashed, "rename the steps to one format"});
  }
  JudgeRootItself(index, listing, links, layout, answer);
  return answer;
}

std::vector<std::string> DescribeSteps(const ListingIndex& index, const Layout& layout) {
  std::vector<std::string> lines;
  std::vector<std::string_view> prefixes{""};
  for (const auto* steps : {&layout.steps, &layout.foreign_steps})
    for (const orbax::Step& step : *steps) prefixes.push_back(step.prefix);
  StableSort(prefixes, std::less<std::string_view>());
  prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
  const std::vector<Named> names = StepNames(index);
  for (std::string_view prefix : prefixes)
    for (const Taken& taken : NewestByFormat(WithPrefix(names, prefix)))
      lines.push_back(Text("steps by ", FormatText(taken.format), ": ", taken.name));
  return lines;
}

}  // namespace leafsum::readers
