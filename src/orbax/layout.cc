#include "orbax/layout.h"

#include <algorithm>

#include "base/decimal.h"
#include "base/sort.h"
#include "base/text.h"
#include "orbax/item_kind.h"
#include "orbax/listing_index.h"

namespace leafsum::orbax {
namespace {

std::string Below(const std::string& directory, std::string_view name) {
  return Text(directory, name, "/");
}

bool IsBare(const Classified& item) {
  return item.kind == ItemKind::kBareOcdbt || item.kind == ItemKind::kBareZarr;
}

// Whether a directory with a step's name is a step: within two levels it is or holds an item of
// another kind than bare, or it has `_CHECKPOINT_METADATA` (contract §10.10). Directories of bare
// arrays (`Dense_0`, `layers_10`) look like steps but are parts of one bare store.
bool IsStep(const ListingIndex& index, const std::string& directory, int levels = 2) {
  if (index.HasFile(directory + "_CHECKPOINT_METADATA")) return true;
  if (const auto item = ClassifyItem(index, directory)) return !IsBare(*item);
  if (levels == 0) return false;
  for (std::string_view name : index.Subdirectories(directory))
    if (!IsSkippedName(name) && IsStep(index, Below(directory, name), levels - 1)) return true;
  return false;
}

// The children of a source, divided into steps and others.
struct Children {
  std::vector<Step> steps;
  std::vector<std::string> unfinished;
  std::vector<std::string> others;
};

// Flax's prefix need not end in "_", but the prefix of a directory's name does.
std::string_view WithoutUnderscore(std::string_view prefix) {
  if (prefix.ends_with('_')) prefix.remove_suffix(1);
  return prefix;
}

Children FindChildren(const ListingIndex& index, const LayoutOptions& options) {
  Children children;
  for (std::string_view name : index.Subdirectories("")) {
    const std::string directory = Below("", name);
    if (IsUnfinishedName(name)) {
      children.unfinished.push_back(directory);
    } else if (!IsSkippedName(name)) {
      const auto step = ParseStepName(name);
      if (step && IsStep(index, directory))
        children.steps.push_back(
            {std::string(step->prefix), std::string(step->digits), directory, ""});
      else if (name != "metadata")
        children.others.push_back(directory);
    }
  }
  for (std::string_view name : index.Files("")) {
    // A bare number is not enough for a file: "0" may be a chunk.
    const auto flax = ParseFlaxName(name, options.prefix);
    if (!flax || !flax->step || options.prefix.empty()) continue;
    const auto plain = ParseStepName(flax->step_text);
    const bool digits = plain && plain->prefix.empty();
    children.steps.push_back({std::string(WithoutUnderscore(options.prefix)),
                              digits ? flax->step_text : "", "", std::string(name), *flax->step});
  }
  // If the user named a prefix, files with Flax's default prefix are steps too, but of another
  // format.
  const auto is_own = [&](const Step& step) {
    return step.prefix == WithoutUnderscore(options.prefix);
  };
  if (options.prefix_named && options.prefix != kFlaxPrefix &&
      std::any_of(children.steps.begin(), children.steps.end(), is_own))
    for (std::string_view name : index.Files(""))
      if (const auto flax = ParseFlaxName(name); flax && !ParseFlaxName(name, options.prefix))
        children.steps.push_back({std::string(WithoutUnderscore(kFlaxPrefix)), "", "",
                                  std::string(name), flax->step.value_or(0)});
  // Directories beside Flax's file that hold its arrays belong to the file.
  std::erase_if(children.others, [&](const std::string& directory) {
    return directory.ends_with("_gda/") && index.HasFile(directory.substr(0, directory.size() - 5));
  });
  return children;
}

// The prefix of a root's steps (contract §10.10); steps with other prefixes are foreign. It is the
// prefix that the user named, if it has steps; else none, if there are names of digits alone, the
// default of CheckpointManager; else the only prefix that occurs. Nothing if steps have several
// prefixes, or if several steps have one prefix and nothing marks them as steps (`model_1`,
// `model_2`), because items may have such names.
std::optional<std::string> FormatOf(const ListingIndex& index, const std::vector<Step>& steps,
                                    const LayoutOptions& options) {
  const std::string* prefix = nullptr;
  bool marked = false;
  for (const Step& step : steps)
    if (options.prefix_named && step.prefix == WithoutUnderscore(options.prefix))
      return step.prefix;
  for (const Step& step : steps)
    if (step.prefix.empty() && step.file.empty()) return "";
  for (const Step& step : steps) {
    marked |= !step.file.empty() || step.prefix == WithoutUnderscore(kFlaxPrefix) ||
              step.prefix == WithoutUnderscore(options.prefix) ||
              index.HasFile(step.directory + "_CHECKPOINT_METADATA");
    if (prefix && *prefix != step.prefix) return std::nullopt;
    prefix = &step.prefix;
  }
  if (!marked) return std::nullopt;
  return *prefix;
}

// Whether a directory is left over from a deleted step: a store that lost its tree, or arrays that
// lost Flax's file. With its tree, such a directory would be a step.
bool IsRemainder(const std::string& directory, const std::optional<std::string>& format,
                 const LayoutOptions& options) {
  std::string_view name(directory.data(), directory.size() - 1);
  if (const auto step = ParseStepName(name)) return format && step->prefix == *format;
  if (!name.ends_with("_gda")) return false;
  name.remove_suffix(4);
  const auto flax = ParseFlaxName(name, options.prefix);
  return flax && flax->step;
}

double ValueOf(const Step& step) {
  return step.file.empty() ? ParseDecimal(step.digits) : step.value;
}

bool StepLess(const Step& a, const Step& b) {
  if (a.digits.empty() || b.digits.empty()) return ValueOf(a) < ValueOf(b);
  return NumberLess(a.digits, b.digits);
}

void SortSteps(std::vector<Step>& steps) {
  StableSort(steps, [](const Step& a, const Step& b) {
    if (StepLess(a, b)) return true;
    return !StepLess(b, a) && a.Name() < b.Name();
  });
}

// Whether the source is a root, or several directories none of which is clearly the checkpoint.
// Puts its children into the layout.
bool FindRoot(const ListingIndex& index, const LayoutOptions& options, Layout& layout) {
  if (index.HasFile("_CHECKPOINT_METADATA") || ClassifyItem(index, "")) return false;
  Children children = FindChildren(index, options);
  if (children.steps.empty()) return false;
  SortSteps(children.steps);
  const auto format = FormatOf(index, children.steps, options);
  for (const std::string& directory : children.others)
    if (ClassifyItem(index, directory) && !IsRemainder(directory, format, options)) return false;
  if (!format) {
    if (children.steps.size() == 1)
      return false;  // not a root but the checkpoint, with this one item
    for (const Step& step : children.steps) layout.ambiguous_steps.push_back(step.Name());
  }
  for (Step& step : children.steps)
    (!format || step.prefix == *format ? layout.steps : layout.foreign_steps)
        .push_back(std::move(step));
  layout.is_root = true;
  layout.unfinished_steps = std::move(children.unfinished);
  layout.unknown_directories = std::move(children.others);
  return true;
}

// Finds the items of one checkpoint: the directory itself, or else its subdirectories, or else
// theirs.
class ItemFinder {
 public:
  ItemFinder(const ListingIndex& index, Layout& layout) : index_(index), layout_(layout) {}

  // `prefix` is put before the items' names: "", or for all steps the step's directory.
  void FindIn(const std::string& checkpoint, const std::string& prefix) {
    layout_.checkpoint_directories.push_back(checkpoint);
    const std::string own_name = prefix.substr(0, prefix.size() - (prefix.empty() ? 0 : 1));
    if (AddIfItem(checkpoint, own_name, false) || IsUnmerged(checkpoint)) return;
    AddHubFiles(checkpoint, prefix);
    for (std::string_view name : index_.Subdirectories(checkpoint)) {
      const std::string directory = Below(checkpoint, name);
      if (Skipped(name, directory)) continue;
      if (index_.HasFile(directory + "_CHECKPOINT_METADATA"))
        layout_.nested_checkpoints.push_back(directory);
      const bool unfinished = IsUnfinishedName(name);
      if (AddIfItem(directory, prefix + std::string(name), unfinished) || IsUnmerged(directory) ||
          AddHubFiles(directory, Text(prefix, name, "/")))
        continue;
      FindBelow(directory, Text(prefix, name, "/"), unfinished);
    }
  }

 private:
  // Adds Flax trees under the names that transformers and diffusers give them.
  bool AddHubFiles(const std::string& directory, const std::string& prefix) {
    bool any = false;
    for (std::string_view name : index_.Files(directory)) {
      if (name.find("flax_model") == name.npos) continue;
      if (name.ends_with(".msgpack.index.json") ||
          (name.ends_with(".msgpack") && name.find("-of-") != name.npos)) {
        layout_.shards.push_back(directory + std::string(name));
      } else if (name.ends_with(".msgpack")) {
        Item item;
        item.name = prefix + std::string(name);
        item.directory = directory;
        item.kind = ItemKind::kMsgpack;
        item.file = directory + std::string(name);
        layout_.items.push_back(std::move(item));
      } else {
        continue;
      }
      any = true;
    }
    return any;
  }

  void FindBelow(const std::string& parent, const std::string& prefix, bool parent_unfinished) {
    bool any = false;
    std::vector<std::string> unknown;
    for (std::string_view name : index_.Subdirectories(parent)) {
      const std::string directory = Below(parent, name);
      if (Skipped(name, directory)) continue;
      if (AddIfItem(directory, prefix + std::string(name),
                    parent_unfinished || IsUnfinishedName(name))) {
        any = true;
        if (index_.HasFile(directory + "_CHECKPOINT_METADATA"))
          layout_.nested_checkpoints.push_back(directory);
      } else {
        unknown.push_back(directory);
      }
    }
    if (!any) unknown = {parent};
    auto& all = layout_.unknown_directories;
    all.insert(all.end(), unknown.begin(), unknown.end());
  }

  // Databases of processes that were never merged are not items: Orbax restores nothing from them
  // (contract §10.21).
  bool IsUnmerged(const std::string& directory) {
    for (std::string_view name : index_.Subdirectories(directory)) {
      if (!name.starts_with("ocdbt.process_") ||
          !index_.HasFile(Below(directory, name) + "manifest.ocdbt"))
        continue;
      layout_.unmerged.push_back(directory);
      return true;
    }
    return false;
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

// A name stands for one directory, but a number may stand for several.
void ChooseStep(const LayoutOptions& options, Layout& layout) {
  std::vector<Step> all = layout.steps;
  all.insert(all.end(), layout.foreign_steps.begin(), layout.foreign_steps.end());
  const auto same_number = [](const Step& a, const Step& b) {
    return !StepLess(a, b) && !StepLess(b, a);
  };
  if (!options.step) {
    layout.chosen = layout.steps.back();
    for (const Step& step : layout.steps)
      if (!step.file.empty() && step.file == options.step_file) layout.chosen = step;
    for (const Step& step : layout.steps)
      layout.duplicate_step_number |=
          step.Name() != layout.chosen->Name() && same_number(step, *layout.chosen);
    return;
  }
  const std::string& wanted = *options.step;
  for (const Step& step : all)
    if (step.Name() == wanted) layout.chosen = step;
  const auto number = ParseStepName(wanted);
  for (const Step& step : layout.steps) {
    if (!number || !number->prefix.empty() || step.digits.empty() ||
        Significant(step.digits) != Significant(wanted))
      continue;
    if (layout.chosen && layout.chosen->Name() != step.Name())
      layout.duplicate_step_number = true;
    else
      layout.chosen = step;
  }
  layout.step_missing = !layout.chosen;
}

}  // namespace

Layout FindLayout(const std::vector<FileEntry>& listing, const LayoutOptions& options) {
  const ListingIndex index(listing);
  Layout layout;
  layout.source_uncommitted = IsUnfinishedName(options.source_name);

  if (!options.file.empty()) {
    AddStep(index, {"", "", "", options.file}, false, layout);
  } else if (!FindRoot(index, options, layout)) {
    ItemFinder(index, layout).FindIn("", "");
  } else if (options.all_steps) {
    for (const std::vector<Step>* steps : {&layout.steps, &layout.foreign_steps})
      for (const Step& step : *steps) AddStep(index, step, true, layout);
  } else if (layout.ambiguous_steps.empty() || options.step) {
    ChooseStep(options, layout);
    if (layout.chosen) AddStep(index, *layout.chosen, false, layout);
  }
  StableSort(layout.items, [](const Item& a, const Item& b) { return a.name < b.name; });
  StableSort(layout.unknown_directories, std::less<std::string>());
  return layout;
}

}  // namespace leafsum::orbax
