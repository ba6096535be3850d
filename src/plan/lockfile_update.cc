#include "plan/lockfile_update.h"

#include <algorithm>
#include <set>

#include "base/path.h"
#include "base/text.h"
#include "plan/scan.h"
#include "report/printable.h"

namespace leafsum::plan {
namespace {

using Names = std::set<std::string>;

constexpr size_t kShown = 5;
constexpr char kAnew[] = "; lock --all-steps --force makes a new lockfile";

std::string StepOf(std::string_view path) { return std::string(TopOf(path)); }

// "100, 200 and 3 more"
std::string List(const Names& names) {
  std::string out;
  size_t n = 0;
  for (const std::string& name : names) {
    if (n == kShown) return out + Text(" and ", names.size() - n, " more");
    if (n++) out += ", ";
    out += report::Clipped(name);
  }
  return out;
}

std::string Called(const Options& o) {
  return o.lock_name.empty() ? "the lockfile" : report::Clipped(o.lock_name);
}

// The names of everything that lies directly in the root.
std::set<std::string_view> Children(const Scan& scan) {
  std::set<std::string_view> names;
  for (const FileEntry& entry : scan.listing) names.insert(TopOf(entry.path));
  return names;
}

bool IsOfSteps(const evidence::Lockfile& lock, const Names& steps) {
  if (lock.step) return false;
  for (const evidence::ItemRecord& item : lock.items)
    if (!steps.contains(StepOf(item.name)) && !orbax::StepNumber(TopOf(item.name))) return false;
  return true;
}

// Gives the items of a lockfile of one step the names that they have in the root.
std::string NameByStep(const Scan& scan, evidence::Lockfile& lock) {
  if (!lock.step) return " does not say of which step it is";
  const orbax::Step* found = nullptr;
  for (const orbax::Step& step : scan.layout.steps) {
    if (step.number() != lock.step) continue;
    if (found) return " is of one step alone, whose number two directories have";
    found = &step;
  }
  if (!found)
    return Text(" is of step ", *lock.step, " alone, which is gone: is it of another root?");
  if (found->file.empty())
    for (evidence::ItemRecord& item : lock.items)
      item.name = item.name.empty() ? found->Name() : found->directory + item.name;
  lock.step.reset();
  lock.commit_timestamp_nsecs.reset();
  return "";
}

void TakeGone(evidence::Lockfile& lock, LockfileUpdate& update) {
  std::vector<evidence::ItemRecord> items;
  for (evidence::ItemRecord& item : lock.items)
    (update.gone.contains(StepOf(item.name)) ? update.gone_items : items)
        .push_back(std::move(item));
  lock.items = std::move(items);
  if (!lock.files) return;
  std::vector<evidence::FileRecord> files;
  for (evidence::FileRecord& file : *lock.files)
    (update.gone.contains(StepOf(file.path)) ? update.gone_files : files)
        .push_back(std::move(file));
  lock.files = std::move(files);
}

}  // namespace

bool LockfileUpdate::Adds(std::string_view path) const { return added.contains(StepOf(path)); }

std::string PrepareUpdate(const Options& o, const Scan& scan, evidence::Lockfile& lock,
                          LockfileUpdate& update) {
  const std::string name = Called(o);
  if (!scan.listed)
    return "an update needs a listing of the root, which tells the steps that are gone, and this "
           "source has none";
  if (!scan.layout.is_root)
    return "an update adds the new steps of a CheckpointManager root, and this source has no "
           "steps: compare it with verify, or make a new lockfile with lock --force";
  if (o.files && !lock.files)
    return name + " has no list of files to add to: leave out --files, or" + (kAnew + 1);

  Names steps;
  for (const orbax::Item& item : scan.layout.items) steps.insert(StepOf(item.name));
  if (!IsOfSteps(lock, steps))
    if (const std::string problem = NameByStep(scan, lock); !problem.empty())
      return name + problem + kAnew;

  const std::set<std::string_view> children = Children(scan);
  for (const evidence::ItemRecord& item : lock.items)
    (children.contains(TopOf(item.name)) ? update.known : update.gone).insert(StepOf(item.name));
  for (const std::string& step : steps)
    if (!update.known.contains(step)) update.added.insert(step);
  if (update.known.empty())
    return name + " is of other steps (" + List(update.gone) + ") than this root has (" +
           List(steps) + "): is it of another root?" + kAnew;
  if (update.gone.empty()) return "";
  if (o.update == Update::kAsk)
    return (update.gone.size() == 1 ? "step " : "steps ") + List(update.gone) + " of " + name +
           (update.gone.size() == 1 ? " is" : " are") +
           " gone from this root: --keep-missing keeps the digests in the lockfile, "
           "--drop-missing drops them";
  TakeGone(lock, update);
  return "";
}

}  // namespace leafsum::plan
