#include "plan/choose_layout.h"

#include <algorithm>

#include "base/sort.h"
#include "base/text.h"
#include "plan/pair_lockfile.h"

namespace leafsum::plan {
namespace {

// Whether the lockfile was made of this root with --all-steps: every item of it lies in a step,
// some in steps of this root. Leaves of steps that are gone are then missing.
bool LocksAllSteps(const evidence::Lockfile& lock, const orbax::Layout& root) {
  if (!root.is_root || !IsOfAllSteps(lock)) return false;
  std::vector<std::string> steps;
  for (const orbax::Step& step : root.steps)
    if (step.file.empty() || lock.items.size() > 1) steps.push_back(step.Name());
  StableSort(steps, std::less<std::string>());
  return std::any_of(lock.items.begin(), lock.items.end(), [&](const evidence::ItemRecord& item) {
    return std::binary_search(steps.begin(), steps.end(),
                              std::string_view(item.name).substr(0, item.name.find('/')),
                              std::less<>());
  });
}

// With several prefixes a number says nothing: a manager knows only one prefix, and we do not know
// which.
bool HasOnePrefix(const orbax::Layout& root) {
  return root.ambiguous_steps.empty() ||
         std::all_of(root.steps.begin(), root.steps.end(),
                     [&](const orbax::Step& step) { return step.prefix == root.steps[0].prefix; });
}

// The directory of an unfinished save of this step; "" if there is none.
std::string UnfinishedStep(const Scan& scan, const std::string& step) {
  const auto number = orbax::StepNumber(step);
  if (!number) return "";
  for (const FileEntry& entry : scan.listing) {
    const std::string name(entry.path.substr(0, entry.path.find('/')));
    if (!orbax::IsUnfinishedName(name)) continue;
    if (orbax::StepNumber(name.substr(0, name.find('.'))) == number) return name;
  }
  return "";
}

}  // namespace

bool ChooseLayout(const Options& o, const evidence::Lockfile* lock, Scan& scan,
                  std::string& not_found) {
  orbax::LayoutOptions layout;
  layout.source_name = scan.name;
  layout.step = o.step;
  layout.all_steps = o.all_steps;
  layout.prefix = o.prefix;
  layout.prefix_named = o.prefix_named;
  layout.file = o.source_files[scan.source];
  scan.layout = orbax::FindLayout(scan.listing, layout);
  bool from_lock = false;
  if (lock && scan.layout.is_root && !o.step && !o.all_steps) {
    if (LocksAllSteps(*lock, scan.layout))
      layout.all_steps = true;
    else if (lock->step && HasOnePrefix(scan.layout))
      layout.step = Text(*lock->step);
    else if (lock->items.size() == 1)
      layout.step_file = lock->items[0].name;
    from_lock = layout.step.has_value();
    if (from_lock || layout.all_steps || !layout.step_file.empty())
      scan.layout = orbax::FindLayout(scan.listing, layout);
  }
  if (scan.layout.step_missing) {
    if (from_lock) {
      scan.nothing_read = true;
      return false;
    }
    not_found = Text("no step ", layout.step.value_or(""), " in this checkpoint directory; it has");
    if (scan.layout.steps.empty()) not_found += " none";
    for (size_t i = 0; i < scan.layout.steps.size() && i < kNamed; ++i)
      not_found += (i ? ", " : " ") + scan.layout.steps[i].Name();
    if (const std::string name = UnfinishedStep(scan, layout.step.value_or("")); !name.empty())
      not_found =
          Text("step ", layout.step.value_or(""), " was never finished (", name, "); ", not_found);
    return false;
  }
  if (!scan.layout.ambiguous_steps.empty() && !scan.layout.chosen && !layout.all_steps) {
    not_found =
        "several directories could each be the checkpoint, and nothing marks one as a step:";
    for (size_t i = 0; i < scan.layout.ambiguous_steps.size() && i < kNamed; ++i)
      not_found += (i ? ", " : " ") + scan.layout.ambiguous_steps[i];
    not_found += "; name one with --step NAME, or read all with --all-steps";
    return false;
  }
  if (scan.layout.duplicate_step_number) {
    not_found =
        "two directories have the number of this step; name one of them as the source, or read all "
        "with --all-steps";
    return false;
  }
  scan.step_chosen = scan.layout.chosen && scan.layout.chosen->number();
  return true;
}

}  // namespace leafsum::plan
