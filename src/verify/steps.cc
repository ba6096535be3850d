// Steps of a root: their fingerprints, and what becomes of each when a lockfile is updated.
#include <algorithm>
#include <map>
#include <utility>

#include "base/path.h"
#include "evidence/fingerprint.h"
#include "verify/verifier.h"

namespace leafsum::verify {

using evidence::ItemRecord;
using evidence::LeafRecord;
using report::StepFate;

namespace {

// The fingerprint that the step has when it is read alone: items are named relative to it.
struct StepDigest {
  std::vector<evidence::NamedDigest> items;
  bool whole = true;
  bool has_content = false;

  void Add(const ItemRecord& item) {
    const std::string_view name = item.name;
    const size_t skipped = std::min(name.size(), TopOf(name).size() + 1);
    const auto digest = evidence::ItemFingerprint(item);
    whole = whole && digest && IsUtf8(name);
    if (digest) items.emplace_back(name.substr(skipped), *digest);
    has_content |= std::any_of(item.leaves.begin(), item.leaves.end(),
                               [](const LeafRecord& leaf) { return leaf.has_content; });
  }
  std::optional<std::string> Text() {
    if (!whole || !has_content) return std::nullopt;
    return evidence::CheckpointText(evidence::CombineItems(std::move(items)));
  }
};

// What the stored bytes say follows them, if the leaf was written again with equal content; what
// the lockfile lacked is added. All else stays as it was locked.
void Renew(LeafRecord& locked, LeafRecord&& read) {
  if (!locked.sha256) locked.sha256 = read.sha256;
  const bool rewritten = locked.stored != read.stored;
  if (rewritten) locked.stored = read.stored;
  if (!read.has_chunks && !rewritten) return;
  locked.has_chunks = read.has_chunks;
  locked.chunks = std::move(read.chunks);
}

}  // namespace

// The lockfile has them, so its fingerprint does too.
void Verifier::KeepGoneSteps() {
  if (context_.options.update != plan::Update::kKeep) return;
  std::vector<ItemRecord>& records = context_.scans[0].records;
  for (ItemRecord& item : context_.update.gone_items) records.push_back(std::move(item));
  context_.update.gone_items.clear();
}

void Verifier::DescribeSteps() {
  const plan::Scan& scan = context_.scans[0];
  const bool every_step = scan.layout.is_root && !scan.layout.chosen;
  if (!every_step || context_.scans.size() > 1 ||
      !report::MakesFingerprint(context_.options.command))
    return;
  const plan::LockfileUpdate& update = context_.update;
  // As for the report's fingerprint.
  const bool believed = with_source_ && context_.digests_believed;
  const std::vector<const ItemRecord*> items = evidence::InOrder(scan.records);
  for (size_t i = 0; i < items.size();) {
    const std::string name(TopOf(items[i]->name));
    StepDigest digest;
    for (; i < items.size() && TopOf(items[i]->name) == name; ++i) digest.Add(*items[i]);
    report::StepInfo step{name, believed ? std::nullopt : digest.Text(), std::nullopt};
    if (Updates())
      step.fate = update.added.contains(name)  ? StepFate::kAdded
                  : update.gone.contains(name) ? StepFate::kKept
                                               : StepFate::kCompared;
    report_.steps.push_back(std::move(step));
  }
  if (context_.options.update == plan::Update::kDrop)
    for (const std::string& name : update.gone)
      report_.steps.push_back({name, std::nullopt, StepFate::kDropped});
  input_.updates = Updates();
}

std::vector<evidence::FileRecord> Verifier::FilesToLock() {
  std::vector<evidence::FileRecord> files = std::move(context_.scans[0].other_files);
  if (context_.options.update == plan::Update::kKeep)
    for (evidence::FileRecord& file : context_.update.gone_files) files.push_back(std::move(file));
  evidence::SortByPath(files);
  return files;
}

// An old step's leaves were found equal: what was locked of them is written again.
void Verifier::KeepLockedLeaves(evidence::Lockfile& lock) {
  std::map<std::string_view, ItemRecord*> locked;
  for (ItemRecord& item : lock_->items) locked.emplace(item.name, &item);
  for (ItemRecord& item : lock.items) {
    const auto old = locked.find(item.name);
    if (old == locked.end()) continue;
    auto read = item.leaves.begin();
    for (LeafRecord& leaf : old->second->leaves) {
      while (read != item.leaves.end() && orbax::KeyPathLess(read->key_path, leaf.key_path)) ++read;
      if (read != item.leaves.end() && read->key_path == leaf.key_path)
        Renew(leaf, std::move(*read));
    }
    item.leaves = std::move(old->second->leaves);
  }
}

}  // namespace leafsum::verify
