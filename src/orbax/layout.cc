#include "orbax/layout.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/sort.h"
#include "orbax/item_kind.h"
#include "orbax/listing_index.h"

namespace leafsum::orbax {
namespace {

constexpr std::string_view kTemporary = ".orbax-checkpoint-tmp";
constexpr std::string_view kPartialSave = ".partial_save";
constexpr std::string_view kStepFilePrefix = "checkpoint_";

std::string Below(const std::string& directory, std::string_view name) {
  return directory + std::string(name) + "/";
}

// What a root's children are, or nothing where the source is no root.
struct Root {
  std::vector<Step> steps;
  std::vector<std::string> unfinished;
  std::vector<std::string> others;
};

std::optional<Root> FindRoot(const ListingIndex& index) {
  if (index.HasFile("_CHECKPOINT_METADATA") || ClassifyItem(index, "")) return std::nullopt;
  Root root;
  for (std::string_view name : index.Subdirectories("")) {
    const std::string directory = Below("", name);
    if (IsUnfinishedName(name)) {
      root.unfinished.push_back(directory);
    } else if (auto number = ParseStepName(name); number && !IsSkippedName(name)) {
      root.steps.push_back({*number, directory, ""});
    } else if (!IsSkippedName(name) && name != "metadata") {
      root.others.push_back(directory);
    }
  }
  for (std::string_view name : index.Files("")) {
    // A plain number is not enough: "0" may be a chunk.
    if (!name.starts_with(kStepFilePrefix) ||
        name.substr(kStepFilePrefix.size()).find('_') != name.npos)
      continue;
    if (auto number = ParseStepName(name)) root.steps.push_back({*number, "", std::string(name)});
  }
  if (root.steps.empty()) return std::nullopt;
  for (const std::string& directory : root.others)
    if (ClassifyItem(index, directory)) return std::nullopt;
  StableSort(root.steps, [](const Step& a, const Step& b) {
    if (a.number != b.number) return a.number < b.number;
    return a.directory + a.file < b.directory + b.file;
  });
  return root;
}

// The items of one checkpoint: its directory itself, else its subdirectories, else theirs.
class ItemFinder {
 public:
  ItemFinder(const ListingIndex& index, Layout& layout) : index_(index), layout_(layout) {}

  // `prefix` goes before the items' names: "" or, for all steps, the step's directory.
  void FindIn(const std::string& checkpoint, const std::string& prefix) {
    layout_.checkpoint_directories.push_back(checkpoint);
    const std::string own_name = prefix.substr(0, prefix.size() - (prefix.empty() ? 0 : 1));
    if (AddIfItem(checkpoint, own_name, false)) return;
    for (std::string_view name : index_.Subdirectories(checkpoint)) {
      const std::string directory = Below(checkpoint, name);
      if (Skipped(name, directory)) continue;
      const bool unfinished = IsUnfinishedName(name);
      if (AddIfItem(directory, prefix + std::string(name), unfinished)) continue;
      FindBelow(directory, prefix + std::string(name) + "/", unfinished);
    }
  }

 private:
  void FindBelow(const std::string& parent, const std::string& prefix, bool parent_unfinished) {
    bool any = false;
    std::vector<std::string> unknown;
    for (std::string_view name : index_.Subdirectories(parent)) {
      const std::string directory = Below(parent, name);
      if (Skipped(name, directory)) continue;
      if (AddIfItem(directory, prefix + std::string(name),
                    parent_unfinished || IsUnfinishedName(name)))
        any = true;
      else
        unknown.push_back(directory);
    }
    if (!any) unknown = {parent};
    auto& all = layout_.unknown_directories;
    all.insert(all.end(), unknown.begin(), unknown.end());
  }

  bool Skipped(std::string_view name, const std::string& directory) {
    if (!IsSkippedName(name)) return false;
    if (IsUnfinishedName(name)) layout_.unfinished_items.push_back(directory);
    return true;
  }

  bool AddIfItem(const std::string& directory, const std::string& name, bool uncommitted) {
    auto classified = ClassifyItem(index_, directory);
    if (!classified) return false;
    Item item;
    item.name = name;
    item.directory = directory;
    item.kind = classified->kind;
    if (!classified->file.empty()) item.file = directory + classified->file;
    item.uncommitted = uncommitted;
    layout_.items.push_back(std::move(item));
    return true;
  }

  const ListingIndex& index_;
  Layout& layout_;
};

void AddStep(const ListingIndex& index, const Step& step, bool all_steps, Layout& layout) {
  if (step.file.empty()) {
    ItemFinder(index, layout).FindIn(step.directory, all_steps ? step.directory : "");
    return;
  }
  Item item;
  item.name = item.file = step.file;
  item.kind = ItemKind::kMsgpack;
  layout.items.push_back(std::move(item));
}

void ChooseStep(const LayoutOptions& options, Layout& layout) {
  const uint64_t number = options.step.value_or(layout.steps.back().number);
  for (const Step& step : layout.steps) {
    if (step.number != number) continue;
    if (layout.chosen)
      layout.duplicate_step_number = true;
    else
      layout.chosen = step;
  }
  layout.step_missing = !layout.chosen;
}

}  // namespace

std::optional<uint64_t> ParseStepName(std::string_view name) {
  const size_t underscore = name.rfind('_');
  if (underscore == 0) return std::nullopt;  // a prefix has at least one character
  if (underscore != std::string_view::npos) name.remove_prefix(underscore + 1);
  if (name.empty()) return std::nullopt;
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  if (number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return std::nullopt;
  return number;
}

bool IsUnfinishedName(std::string_view name) {
  return name.find(kTemporary) != std::string_view::npos || name.ends_with(kPartialSave);
}

bool IsSkippedName(std::string_view name) {
  return name.starts_with('.') || name.find(kTemporary) != std::string_view::npos;
}

Layout FindLayout(const std::vector<FileEntry>& listing, const LayoutOptions& options) {
  const ListingIndex index(listing);
  Layout layout;
  layout.source_uncommitted = IsUnfinishedName(options.source_name);

  if (auto root = FindRoot(index)) {
    layout.is_root = true;
    layout.steps = std::move(root->steps);
    layout.unfinished_steps = std::move(root->unfinished);
    layout.unknown_directories = std::move(root->others);
    if (options.all_steps) {
      for (const Step& step : layout.steps) AddStep(index, step, true, layout);
    } else {
      ChooseStep(options, layout);
      if (layout.chosen) AddStep(index, *layout.chosen, false, layout);
    }
  } else {
    ItemFinder(index, layout).FindIn("", "");
  }
  StableSort(layout.items, [](const Item& a, const Item& b) { return a.name < b.name; });
  StableSort(layout.unknown_directories, std::less<std::string>());
  return layout;
}

void DropItem(Layout& layout, std::string_view checkpoint_directory, std::string_view name) {
  if (name.empty()) return;  // it would be the checkpoint itself
  const std::string prefix = std::string(checkpoint_directory) + std::string(name) + "/";
  const auto below = [&](std::string_view path) { return path.starts_with(prefix); };
  layout.deleted_items.push_back(prefix);
  std::erase_if(layout.items, [&](const Item& item) { return below(item.directory); });
  std::erase_if(layout.unfinished_items, below);
  std::erase_if(layout.unknown_directories, below);
}

}  // namespace leafsum::orbax
