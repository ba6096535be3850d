// What the report says of the source, of the signed files, and of the scope that was asked for.
#include "base/text.h"
#include "evidence/fingerprint.h"
#include "verify/narrow.h"
#include "verify/signed_files.h"
#include "verify/verifier.h"

namespace leafsum::verify {

using report::Code;
using report::Finding;

// Describes the source as the report names it.
void Verifier::DescribeSource() {
  const plan::Options& o = context_.options;
  const plan::Scan& scan = context_.scans[0];
  report_.command = o.command;
  if (!o.source_names.empty()) report_.source.name = o.source_names[0];
  if (o.source_names.size() > 1) report_.other_name = o.source_names[1];
  if (scan.step_chosen) report_.source.step = scan.layout.chosen->number();
  if (scan.saved.commit_timestamp_nsecs && !(scan.layout.is_root && !scan.step_chosen))
    report_.source.commit_timestamp_nsecs = Text(*scan.saved.commit_timestamp_nsecs);
  if (scan.listed) {
    report_.source.files = scan.total_files;
    report_.source.bytes = scan.total_bytes;
  }
  if (lock_) {
    report_.has_lock = true;
    report_.lock_name = o.lock_name;
    report_.lock_step = lock_->step;
    if (input_.is_signed) {
      report_.signed_by = o.signature->signed_by;
      report_.signed_at = o.signature->signed_at;
    }
    if (lock_->fingerprint)
      report_.lock_fingerprint = "leafsum1:" + hash::ToHex(*lock_->fingerprint);
  }
  // Renamed leaves would give a fingerprint that no checkpoint has. And digests taken from evidence
  // that is not trusted as a whole describe that evidence, not this source (contract §5).
  if (auto fingerprint = evidence::CheckpointFingerprint(scan.records);
      fingerprint && o.renames.empty() && !(with_source_ && context_.digests_believed))
    report_.fingerprint = "leafsum1:" + hash::ToHex(*fingerprint);
  report_.coverage = scan.coverage.Sum();
}

void Verifier::DescribeBundle() {
  const plan::Options& o = context_.options;
  if (!o.bundle || !manifest_) return;
  const plan::SignedFiles& files = context_.signed_files;
  std::vector<uint8_t> proved(files.states.size());
  for (size_t i = 0; i < proved.size(); ++i)
    proved[i] = files.states[i] == plan::FileState::kProved;
  report::BundleInfo& bundle = report_.bundle.emplace();
  bundle.name = o.bundle->name;
  bundle.signed_by = o.bundle->signed_by;
  bundle.equal = files.equal;
  bundle.different = files.different;
  bundle.missing = files.missing;
  bundle.extra = files.extra;
  bundle.unread = files.unread;
  bundle.ignored = files.ignored;
  bundle.ignored_bytes = files.ignored_bytes;
  bundle.leaves = CountProved(context_);
  bundle.covered = context_.scans[0].coverage.Sum(&proved);
  if (!o.bundle->problem) return;
  Finding f = plan::MakeFinding(Code::kSignature, o.bundle->problem->message);
  f.file = o.bundle->path;
  f.expected = o.bundle->problem->expected;
  f.actual = o.bundle->problem->actual;
  context_.findings.Add(std::move(f));
}

void Verifier::DescribeScope() {
  const plan::Options& o = context_.options;
  report::Scope& scope = report_.scope;
  scope.item = o.item;
  scope.items_left_out = context_.items_left_out.size();
  if (!NarrowsQuestion(o)) return;
  scope.include = o.include;
  scope.exclude = o.exclude;
  if (comparison_) {
    scope.leaves_left_out = comparison_->left_out;
    return;
  }
  for (const plan::ItemScan& item : context_.scans[0].items)
    for (const plan::LeafPlan& leaf : item.leaves)
      scope.leaves_left_out += leaf.left_out && leaf.record.has_content;
}

}  // namespace leafsum::verify
