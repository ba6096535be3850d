#include "plan/pair_lockfile.h"

#include <algorithm>

#include "base/path.h"
#include "base/sort.h"
#include "base/text.h"
#include "report/printable.h"

namespace leafsum::plan {

using report::Code;
using report::Finding;

namespace {

std::string_view BelowTop(std::string_view path) {
  return path.substr(std::min(path.size(), TopOf(path).size() + 1));
}

bool ShareAName(const evidence::Lockfile& lock, const orbax::Layout& layout) {
  for (const evidence::ItemRecord& locked : lock.items)
    for (const orbax::Item& item : layout.items)
      if (locked.name == item.name) return true;
  return false;
}

// The step of this number, else the newest; "" if two steps have the number.
std::string StepOf(const evidence::Lockfile& lock, std::optional<uint64_t> number) {
  std::string_view found;
  if (!number)
    for (const evidence::ItemRecord& item : lock.items)
      number = std::max(number, orbax::StepNumber(TopOf(item.name)));
  for (const evidence::ItemRecord& item : lock.items) {
    const std::string_view top = TopOf(item.name);
    if (*orbax::StepNumber(top) != *number || top == found) continue;
    if (!found.empty()) return "";
    found = top;
  }
  return std::string(found);
}

uint64_t LeavesOf(const evidence::ItemRecord& item) {
  uint64_t n = 0;
  for (const evidence::LeafRecord& leaf : item.leaves) n += leaf.has_content;
  return n;
}

// Takes one step from a lockfile made with --all-steps; false if the lockfile lacks that step.
bool TakeStep(Context& context, Scan& scan, evidence::Lockfile& lock) {
  const bool root = scan.layout.is_root;
  const std::string step = StepOf(lock, root ? scan.layout.chosen->number() : std::nullopt);
  if (step.empty()) return false;
  uint64_t left_over = 0;
  std::vector<evidence::ItemRecord> kept;
  for (evidence::ItemRecord& item : lock.items) {
    if (TopOf(item.name) != step) {
      ++left_over;
      if (!context.options.item) lock.leaves_left_over += LeavesOf(item);
      continue;
    }
    item.name = BelowTop(item.name);
    kept.push_back(std::move(item));
  }
  if (kept.empty()) return false;
  lock.items = std::move(kept);
  Finding f =
      MakeFinding(Code::kItemRenamed,
                  Text("the lockfile is of every step of a root: its step ", report::Clipped(step),
                       " was compared with ", root ? "that step here" : "this source"));
  f.expected = step;
  f.actual = root ? scan.layout.chosen->directory + scan.layout.chosen->file : std::string();
  context.Add(scan, std::move(f));
  if (left_over == 0 || context.options.item) return true;
  f = MakeFinding(Code::kSkipped,
                  "the lockfile is of other steps too, which were not compared: name the root "
                  "and no --step, or an item with --item");
  f.actual = Text(left_over, left_over == 1 ? " item" : " items");
  context.Add(scan, std::move(f));
  return true;
}

// Gives the lockfile's files their paths in this source: `strip` is removed from each path that has
// a place here, and `prefix` is added.
void PlaceFiles(Context& context, Scan& scan, evidence::Lockfile& lock, const std::string& strip,
                const std::string& prefix) {
  context.files_below = prefix;
  std::vector<evidence::FileRecord> kept;
  uint64_t left_over = 0;
  for (evidence::FileRecord& file : *lock.files) {
    if (!file.path.starts_with(strip)) {
      ++left_over;
      continue;
    }
    file.path = prefix + file.path.substr(strip.size());
    kept.push_back(std::move(file));
  }
  lock.files = std::move(kept);
  if (left_over == 0 || context.options.item) return;
  Finding f =
      MakeFinding(Code::kSkipped,
                  "some locked files lie outside this source: name the directory that was locked");
  f.actual = Text(left_over, left_over == 1 ? " file" : " files");
  context.Add(scan, std::move(f));
}

// The item to compare: the one that --item names, else the only one; null if there are several.
template <class Item>
const Item* OneItem(const std::vector<Item>& items, const std::optional<std::string>& named) {
  if (items.size() == 1) return &items[0];
  if (named)
    for (const Item& item : items)
      if (item.name == *named) return &item;
  return nullptr;
}

// The step's directory in a lockfile of a root, which the lockfile says or its files show.
std::string StepDirectoryOf(const evidence::Lockfile& lock) {
  if (!lock.step) return "";
  for (const evidence::FileRecord& file : *lock.files)
    if (file.path.find('/') != file.path.npos && orbax::StepNumber(TopOf(file.path)) == lock.step)
      return std::string(TopOf(file.path)) + "/";
  return "";
}

}  // namespace

bool IsOfAllSteps(const evidence::Lockfile& lock) {
  return !lock.step && !lock.items.empty() &&
         std::all_of(lock.items.begin(), lock.items.end(), [](const evidence::ItemRecord& item) {
           return orbax::StepNumber(TopOf(item.name)).has_value();
         });
}

void PairLockfile(Context& context, Scan& scan, evidence::Lockfile& lock) {
  const orbax::Layout& layout = scan.layout;
  if (scan.nothing_read || (layout.is_root && !layout.chosen))
    return;  // all steps: names are complete
  std::string strip, prefix;
  bool of_root = lock.step.has_value();
  if (IsOfAllSteps(lock) && !ShareAName(lock, layout)) {
    const std::string step = StepOf(lock, layout.is_root ? layout.chosen->number() : std::nullopt);
    if (!TakeStep(context, scan, lock)) return;
    of_root = true;
    if (!layout.is_root) strip = step + "/";
  } else if (lock.files && of_root && !layout.is_root) {
    strip = StepDirectoryOf(lock);
    if (strip.empty()) strip = Text(*lock.step, "/");
  }
  if (lock.files) {
    const std::string step = layout.is_root ? layout.chosen->directory : "";
    // A lockfile without a step may still be a root's (--no-source).
    const bool same_root =
        layout.is_root &&
        (of_root ||
         std::any_of(lock.files->begin(), lock.files->end(), [&](const evidence::FileRecord& file) {
           return !step.empty() && file.path.starts_with(step);
         }));
    if (!same_root) prefix = step;
    const evidence::ItemRecord* locked = OneItem(lock.items, context.options.item);
    const orbax::Item* item = OneItem(layout.items, context.options.item);
    if (locked && item && !same_root && locked->name != item->name) {
      if (locked->name.empty())
        prefix = item->directory;
      else if (item->name.empty())
        strip += locked->name + "/";
    }
    PlaceFiles(context, scan, lock, strip, prefix);
  }
  // If the source is a single item, --item may name the item of the lockfile to compare it with.
  if (context.options.item && lock.items.size() > 1)
    std::erase_if(lock.items, [&](const evidence::ItemRecord& item) {
      if (item.name == *context.options.item) return false;
      context.items_left_out.insert(item.name);
      return true;
    });
}

}  // namespace leafsum::plan
