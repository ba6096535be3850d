#include "verify/narrow.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "orbax/key_path.h"
#include "report/printable.h"

namespace leafsum::verify {
namespace {

using report::Command;

bool HasPatterns(const plan::Options& o) { return !o.include.empty() || !o.exclude.empty(); }

bool KnowsEveryTree(const plan::Context& context) {
  return std::all_of(context.scans.begin(), context.scans.end(), [](const plan::Scan& scan) {
    return !scan.nothing_read && scan.probed.unanswered.empty() &&
           std::all_of(scan.items.begin(), scan.items.end(),
                       [](const plan::ItemScan& item) { return item.tree_read && !item.failed; });
  });
}

// Asks one question about every leaf of both sides.
template <class Question>
bool AnyLeaf(const plan::Context& context, const evidence::Lockfile* lock, Question question) {
  for (const plan::Scan& scan : context.scans)
    for (const plan::ItemScan& item : scan.items)
      for (const plan::LeafPlan& leaf : item.leaves)
        if (question(item.item.name, leaf.record)) return true;
  if (!lock) return false;
  for (const evidence::ItemRecord& item : lock->items)
    for (const evidence::LeafRecord& leaf : item.leaves)
      if (question(item.name, leaf)) return true;
  return false;
}

std::string Misfit(const plan::Context& context, const evidence::Lockfile* lock,
                   plan::Misnamed& misnamed) {
  const plan::Options& o = context.options;
  const std::string help = ": ls prints the key paths";
  auto fits_none = [&](const std::string& pattern) {
    return !AnyLeaf(context, lock, [&](std::string_view item, const evidence::LeafRecord& leaf) {
      return orbax::Matches(pattern, item, leaf.key_path);
    });
  };
  for (const auto& [option, patterns] :
       {std::pair("--include ", &o.include), std::pair("--exclude ", &o.exclude)}) {
    for (const std::string& pattern : *patterns) {
      if (!fits_none(pattern)) continue;
      misnamed = {"pattern", pattern, {}};
      return Text(option, JsonString(report::Clipped(pattern)), " fits no leaf", help);
    }
  }
  const bool prints = o.command == Command::kDigest;
  const bool any =
      AnyLeaf(context, lock, [&](std::string_view item, const evidence::LeafRecord& leaf) {
        return (prints || leaf.has_content) && plan::IsIncluded(o, item, leaf.key_path);
      });
  if (any || (prints && !HasPatterns(o))) return "";
  if (HasPatterns(o)) return "--include and --exclude leave no leaf" + help;
  return "item " + JsonString(report::Clipped(*o.item)) +
         " has no leaf, so nothing can be said of it";
}

}  // namespace

bool NarrowsQuestion(const plan::Options& o) {
  return HasPatterns(o) && (o.command == Command::kVerify || o.command == Command::kCheck ||
                            o.command == Command::kDiff);
}

std::string LeaveOut(plan::Context& context, const evidence::Lockfile* lock) {
  const plan::Options& o = context.options;
  if (!HasPatterns(o) && !o.item) return "";
  // `ls` of a checkpoint that is opened may be narrowed further, so that nothing is left is an
  // answer.
  if (!plan::ReadsParts(o) && o.command != Command::kList && KnowsEveryTree(context))
    if (std::string error = Misfit(context, lock, context.misnamed); !error.empty()) return error;
  if (!HasPatterns(o)) return "";
  uint64_t left_out = 0;
  for (plan::Scan& scan : context.scans) {
    for (plan::ItemScan& item : scan.items) {
      for (plan::LeafPlan& leaf : item.leaves) {
        if (plan::IsIncluded(o, item.item.name, leaf.record.key_path)) continue;
        if (leaf.state == plan::LeafPlan::State::kPlanned)
          leaf.state = plan::LeafPlan::State::kNotRead;
        leaf.left_out = true;
        ++left_out;
      }
    }
  }
  if (left_out == 0 || NarrowsQuestion(o)) return "";
  report::Finding f =
      plan::MakeFinding(report::Code::kSkipped, "leaves were left out by --include or --exclude");
  f.actual = Text(Grouped{left_out}, left_out == 1 ? " leaf" : " leaves");
  context.findings.Add(std::move(f));
  return "";
}

}  // namespace leafsum::verify
