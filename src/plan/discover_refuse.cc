// What Discover refuses: a source that is no checkpoint, and an item or step that no side has.
#include "base/text.h"
#include "orbax/step_name.h"
#include "plan/discover.h"
#include "plan/misnamed.h"
#include "report/printable.h"

namespace leafsum::plan {
namespace {

// The host says after the colon what it looks like instead, where it can tell.
constexpr const char* kNoCheckpoint =
    "no checkpoint here: no _METADATA, manifest.ocdbt, zarr array or other item; name the "
    "directory that was given to the save";

}  // namespace

// An unread head is a gap even where the file was read whole later: it was taken for a tree without
// a look. Where the tree is broken, that was reported in its place.
std::string Discover::Finish() {
  for (const auto& [file, error] : unread_heads_)
    context_.Add(context_.scans[file.first], FindingOf(error, file.second));
  if (not_found_.empty() && context_.options.item) RefuseItem();
  if (not_found_.empty() && context_.options.step) RefuseStep();
  return std::move(not_found_);
}

// An item that only one side has is missing or extra.
void Discover::RefuseItem() {
  const std::string& name = *context_.options.item;
  for (const Scan& scan : context_.scans)
    if (!scan.items.empty() || scan.nothing_read) return;
  if (lock_)
    for (const evidence::ItemRecord& item : lock_->items)
      if (item.name == name) return;
  const std::vector<orbax::Item>& items = context_.scans[0].layout.items;
  not_found_ = Text("no item \"", name, "\" here; there ", items.size() == 1 ? "is" : "are");
  AppendNames(items);
  if (items.empty()) not_found_ += " none";
  context_.misnamed = {"item", name, {}};
  for (size_t i = 0; i < items.size() && i < kNamed; ++i)
    context_.misnamed.known.push_back(items[i].name);
}

// A step of what has no steps is a mistake. One of two sources may have none.
void Discover::RefuseStep() {
  for (const Scan& scan : context_.scans)
    if (scan.layout.is_root || scan.layout.items.empty()) return;
  const Scan& scan = context_.scans[0];
  not_found_ =
      Text("no step ", report::Clipped(*context_.options.step), " here: this source is ",
           orbax::StepNumber(scan.name) ? "a step itself" : "one checkpoint without steps");
  const std::vector<orbax::Item>& items = scan.layout.items;
  if (items.size() != 1 || !items[0].name.empty()) {
    not_found_ += items.size() == 1 ? ", with the item" : ", with the items";
    AppendNames(items);
  }
  not_found_ += "; leave out --step";
  context_.misuse = true;
}

void Discover::AppendNames(const std::vector<orbax::Item>& items) {
  for (size_t i = 0; i < items.size() && i < kNamed; ++i)
    not_found_ += Text(i ? ", \"" : " \"", items[i].name, "\"");
}

// An error where evidence says what it was, or what is there says that it is one. Else it is no
// checkpoint at all, of which nothing is judged (contract §5).
void Discover::TellNoCheckpoint(Scan& scan) {
  const Options& o = context_.options;
  scan.no_checkpoint = !scan.SizeOf("_CHECKPOINT_METADATA");
  // An archive that was cut off lacks what made it a checkpoint.
  const bool is_damaged =
      std::any_of(o.findings.begin(), o.findings.end(),
                  [](const report::Finding& f) { return f.severity == report::Severity::kError; });
  const bool says_what_it_was =
      is_damaged || (lock_ && o.update == Update::kNo) || o.fingerprint || o.sums || o.bundle;
  if (!scan.no_checkpoint || says_what_it_was) {
    context_.Add(scan, MakeFinding(report::Code::kMissingFile, kNoCheckpoint));
    return;
  }
  const char* side = context_.scans.size() < 2 ? "" : scan.source == 0 ? "A" : "B";
  not_found_ = Text(side, *side ? ": " : "", kNoCheckpoint);
  context_.misnamed = {"source", side, {}};
}

}  // namespace leafsum::plan
