// The last step of Verifier: makes records of what was read, compares them with the evidence,
// judges, and writes the documents.
#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "evidence/digest_json.h"
#include "evidence/fingerprint.h"
#include "orbax/step_name.h"
#include "plan/assign_chunks.h"
#include "plan/step_scope.h"
#include "verify/check_readers.h"
#include "verify/narrow.h"
#include "verify/other_files_stage.h"
#include "verify/outputs.h"
#include "verify/signed_files.h"
#include "verify/verifier.h"

namespace leafsum::verify {

using report::Code;
using report::Command;
using report::Finding;
using report::Severity;

void Verifier::MakeRecords() {
  if (ProvesByFiles()) ProveLeaves(context_, *manifest_);
  for (plan::Scan& scan : context_.scans) {
    for (const plan::ItemScan& item : scan.items) {
      if (context_.options.command == Command::kList) break;  // `ls` compares and locks nothing
      evidence::ItemRecord record;
      record.name = item.item.name;
      record.has_tree_metadata = item.item.kind == orbax::ItemKind::kPyTree;
      record.no_fingerprint = item.no_fingerprint || !item.tree_read || item.failed;
      for (const plan::LeafPlan& leaf : item.leaves) record.leaves.push_back(leaf.record);
      scan.records.push_back(std::move(record));
    }
    plan::MarkCoverage(scan);
  }
}

evidence::Side Verifier::SideOf(const plan::Scan& scan) const {
  evidence::Side side;
  side.items = &scan.records;
  side.all_items_known = scan.probed.unanswered.empty();
  for (const plan::ItemScan& item : scan.items)
    if (!item.tree_read) side.partial_items.insert(item.item.name);
  return side;
}

void Verifier::Compare(report::FindingList& findings) {
  const plan::Options& o = context_.options;
  evidence::CompareOptions options;
  options.allow_missing = o.allow_missing;
  options.allow_extra = o.allow_extra;
  options.allow_structure = o.allow_structure;
  options.advise = o.command != Command::kDiff;
  if (o.item) options.items = {*o.item};
  if (!o.include.empty() || !o.exclude.empty()) {
    options.wants = [&o](std::string_view item, const orbax::KeyPath& path) {
      return plan::IsIncluded(o, item, path);
    };
  }
  if (Updates()) {
    options.by_name = true;
    options.wants = [this](std::string_view item, const orbax::KeyPath&) {
      return !context_.update.Adds(item);
    };
  }
  if (o.values) options.differences = &context_.differences;
  if (plan::ReadsParts(o) || o.command == Command::kList)
    return;  // these commands use a lockfile only to choose the step
  if (lock_) {
    if (context_.scans[0].nothing_read) options.gone_step = lock_->step;
    evidence::Side expected;
    expected.items = &lock_->items;
    comparison_ = evidence::Compare(expected, SideOf(context_.scans[0]), options, findings);
    if (o.sha256 && !Updates()) {
      for (const evidence::LeafOutcome& leaf : comparison_->leaves) {
        if (!leaf.expected || !leaf.expected->has_content || leaf.expected->sha256) continue;
        findings.Add(plan::MakeFinding(
            Code::kSkipped, "SHA-256 was asked for, but the lockfile lacks it for some leaf"));
        break;
      }
    }
  } else if (o.command == Command::kDiff) {
    comparison_ =
        evidence::Compare(SideOf(context_.scans[0]), SideOf(context_.scans[1]), options, findings);
  } else if (context_.scans.size() == 2) {
    comparison_ =
        evidence::Compare(SideOf(context_.scans[1]), SideOf(context_.scans[0]), options, findings);
  }
}

void Verifier::CompareFingerprint() {
  const plan::Options& o = context_.options;
  if (!o.fingerprint || lock_) return;  // a lockfile with this fingerprint also tells where
  const auto actual = evidence::CheckpointFingerprint(context_.scans[0].records);
  if (!actual || *actual == *o.fingerprint) return;
  Finding f = plan::MakeFinding(
      Code::kDigestMismatch,
      "the checkpoint's fingerprint differs; a lockfile would tell which leaf differs");
  f.expected = "leafsum1:" + hash::ToHex(*o.fingerprint);
  f.actual = "leafsum1:" + hash::ToHex(*actual);
  context_.findings.Add(std::move(f));
}

std::string Verifier::MakeLockfile() {
  const plan::Options& o = context_.options;
  plan::Scan& scan = context_.scans[0];
  evidence::Lockfile lock;
  lock.fingerprint = evidence::CheckpointFingerprint(scan.records);
  lock.items = std::move(scan.records);  // not used after this
  // Behind the items that were read are those of steps that are gone.
  for (size_t i = 0; i < scan.items.size(); ++i) {
    for (size_t l = 0; l < lock.items[i].leaves.size(); ++l) {
      evidence::LeafRecord& leaf = lock.items[i].leaves[l];
      if (!o.stored || scan.items[i].leaves[l].own_finding) leaf.stored.reset();
      if (!o.blocks) leaf.blocks.clear();
      leaf.has_chunks =
          o.chunks && scan.items[i].leaves[l].in_zarr && !scan.items[i].leaves[l].own_finding;
    }
  }
  if (o.files || (Updates() && lock_->files)) lock.files = FilesToLock();
  if (Updates()) KeepLockedLeaves(lock);
  if (o.write_source && !(scan.layout.is_root && !scan.step_chosen)) {
    if (scan.step_chosen) lock.step = scan.layout.chosen->number();
    if (scan.saved.commit_timestamp_nsecs)
      lock.commit_timestamp_nsecs = Text(*scan.saved.commit_timestamp_nsecs);
  }
  return evidence::WriteLockfile(lock);
}

// Files of a store's older generations count only in bytes. A fingerprint says nothing about files.
void Verifier::CountOtherFiles(report::VerdictInput& input) const {
  const plan::Scan& scan = context_.scans[0];
  const auto beside = [&](std::string_view path, uint64_t size) {
    const auto id = scan.files.Find(path);
    return size > 0 && id && scan.coverage.Rest(*id) == plan::ByteClass::kIgnored;
  };
  const plan::StepScope steps(scan.layout);
  input.other_steps = steps.NumOthers();
  for (const FileEntry& entry : scan.listing)
    if (!steps.Holds(entry.path) && entry.kind == FileEntry::Kind::kFile)
      input.other_step_bytes += entry.size;
  for (const size_t i : OtherFiles(context_, scan))
    input.other_files += beside(scan.listing[i].path, scan.listing[i].size);
  if (input.by_fingerprint) return;
  for (const evidence::FileRecord& file : scan.other_files) {
    ++input.vouched_files;
    input.vouched_bytes += file.nbytes;
    input.other_files -= input.other_files > 0 && beside(file.path, file.nbytes);
  }
}

// Findings about other leaves have no part in the answer. Findings about what the leaves depend on,
// the store and the tree, do.
void Verifier::KeepFindingsOfReads() {
  if (context_.findings.dropped() != 0) return;
  report::FindingList kept(kMaxFindings);
  for (const Finding& f : context_.findings.sorted()) {
    const bool asked =
        !f.key_path || std::any_of(context_.options.reads.begin(), context_.options.reads.end(),
                                   [&](const plan::ReadRequest& read) {
                                     return f.item == read.item && *f.key_path == read.key_path;
                                   });
    if (asked) kept.Add(f);
  }
  context_.findings = std::move(kept);
}

void Verifier::Judge() {
  input_.has_error = report_.findings.Has(Severity::kError);
  input_.has_gap = input_.has_gap || report_.findings.Has(Severity::kGap);
  input_.has_trust = report_.findings.Has(Severity::kTrust);
  input_.demands_signature = context_.options.signature.has_value();
  input_.has_warning = report_.findings.Has(Severity::kWarning);
  report_.verdict = report::Decide(input_);
  report_.headline = report::Headline(report_, input_);
}

std::string Verifier::equal() const {
  std::string out = "[";
  for (const auto& [item, path] : context_.equal)
    out += (out.size() > 1 ? ",[" : "[") + JsonString(item) + ',' + orbax::ToJson(path) + ']';
  return out + ']';
}

bool Verifier::Conclude(Bytes json) {
  const auto document = ParseJson(json);
  if (!document || !document->root.Find("findings") || !document->root.Find("leaves")) return false;
  const JsonValue::Array* findings = document->root.Find("findings")->AsArray();
  if (!findings) return false;
  auto text = [](const JsonValue& v, std::string_view name) -> std::optional<std::string> {
    const JsonValue* member = v.Find(name);
    return member && member->AsString() ? std::optional(*member->AsString()) : std::nullopt;
  };
  for (const JsonValue& v : *findings) {
    const auto code = report::ParseCode(text(v, "code").value_or(""));
    if (!code) return false;
    Finding f(*code);
    for (Severity s : {Severity::kError, Severity::kWarning, Severity::kInfo})
      if (text(v, "severity") == report::SeverityName(s)) f.severity = s;
    f.item = text(v, "item");
    if (const JsonValue* path = v.Find("key_path")) f.key_path = path->AsStringArray();
    f.expected = text(v, "expected");
    f.actual = text(v, "actual");
    f.message = text(v, "message").value_or("");
    report_.findings.Add(std::move(f));
  }
  const JsonValue& leaves = *document->root.Find("leaves");
  auto count = [&](std::string_view name) {
    const JsonValue* member = leaves.Find(name);
    return member ? member->AsUint().value_or(0) : 0;
  };
  report_.leaves = {count("equal"), count("different"), count("missing"), count("extra"),
                    report_.leaves.not_read};
  input_.leaves_with_content = report_.leaves.equal + report_.leaves.different;
  Judge();
  return true;
}

std::string Verifier::Rows(size_t list, size_t& next, size_t bytes) const {
  if (!Done() || !error_.empty()) return {};
  return ListRows(context_.scans[0], context_.options, list_place_, list, next, bytes);
}

std::string Verifier::Digested(size_t bytes) {
  std::string out;
  if (!planned_ || !error_.empty()) return out;
  const std::vector<plan::ItemScan>& items = context_.scans[0].items;
  for (; digested_item_ < items.size(); ++digested_item_, digested_leaf_ = 0) {
    const plan::ItemScan& item = items[digested_item_];
    for (; digested_leaf_ < item.leaves.size(); ++digested_leaf_) {
      const plan::LeafPlan& leaf = item.leaves[digested_leaf_];
      if (leaf.state == plan::LeafPlan::State::kPlanned && !Done()) return out;
      const size_t end = out.size();
      if (end >= bytes) return out;
      if (end) out += ',';
      if (!evidence::AppendDigestRow(out, item.item.name, leaf.record)) out.resize(end);
    }
  }
  return out;
}

void Verifier::Finish() {
  CompareFingerprint();
  KeepGoneSteps();
  DescribeSource();
  DescribeSteps();
  DescribeScope();
  DescribeBundle();
  CountLeaves();
  WeighEvidence();
  report_.findings = std::move(context_.findings);
  Judge();
  WriteOutput();
}

// Counts the leaves: read, compared, or neither.
void Verifier::CountLeaves() {
  const plan::Options& o = context_.options;
  const plan::Scan& scan = context_.scans[0];
  report::VerdictInput& input = input_;
  input.command = o.command;
  input.strict = o.strict;
  for (const plan::Scan& s : context_.scans) input.unlisted |= !s.listed;
  input.narrowed = context_.narrowed;
  const orbax::Layout& layout = scan.layout;
  input.every_step = layout.is_root && !layout.chosen;
  if (layout.chosen)
    input.step_read = layout.chosen->number();
  else if (!layout.is_root)
    input.step_read = orbax::StepNumber(report_.source.name);
  if (scan.nothing_read)
    input.gone = Text("step ", lock_->step.value_or(0), " is gone");
  else if (scan.no_checkpoint)
    input.gone = "no checkpoint here";
  if (o.step && scan.newer_step) input.newer_step = *scan.newer_step;
  uint64_t not_read = 0, added = 0, added_not_read = 0;  // `added`: in steps that an update adds
  for (const plan::ItemScan& item : scan.items) {
    const bool adds = context_.update.Adds(item.item.name);
    if (o.generation && item.versions.generation && item.manifest &&
        !item.manifest->versions.empty()) {
      const uint64_t newest = item.manifest->versions.back().generation_number;
      if (newest > item.versions.generation->generation_number)
        input.newer_generation = std::max(input.newer_generation, newest);
    }
    for (const plan::LeafPlan& leaf : item.leaves) {
      if (leaf.left_out && NarrowsQuestion(o)) continue;
      if (leaf.state == plan::LeafPlan::State::kEmpty) continue;
      input.leaves_with_content += leaf.state == plan::LeafPlan::State::kRead;
      if (ProvesByFiles() && leaf.in_other_file) {
        ++report_.leaves.different;
        continue;
      }
      not_read += leaf.state == plan::LeafPlan::State::kNotRead ||
                  leaf.state == plan::LeafPlan::State::kPlanned;
      if (adds) ++(leaf.state == plan::LeafPlan::State::kRead ? added : added_not_read);
      if (!comparison_ && o.command != Command::kList)
        ++(leaf.state == plan::LeafPlan::State::kRead ? report_.leaves.equal
                                                      : report_.leaves.not_read);
    }
  }
  if (comparison_) {
    if (lock_) comparison_->counts.not_read += lock_->leaves_left_over;
    report_.leaves = comparison_->counts;
    not_read = report_.leaves.not_read += added_not_read;
    input.leaves_not_compared = added;
    input.leaves_with_content = report_.leaves.equal + added;
  } else if (!o.fingerprint && !ProvesByFiles()) {
    input.leaves_not_compared = std::exchange(report_.leaves.equal, 0);
  }
  if (plan::ReadsParts(o)) {
    input.leaves_not_compared = 0;
    if (o.command == Command::kCat) KeepFindingsOfReads();  // a damaged leaf does not restore
    report_.leaves = {};
    not_read = report_.leaves.not_read = context_.reads_missed;
  }
  // A leaf that was not read is a gap, even without a finding.
  input.has_gap = not_read > 0 && o.command != Command::kList;
}

// Tells the verdict which evidence the leaves were compared with, and what the evidence leaves
// open.
void Verifier::WeighEvidence() {
  const plan::Options& o = context_.options;
  report::VerdictInput& input = input_;
  const bool compared = comparison_ || o.fingerprint || lock_;
  // Sums are about files, the other evidence is about leaves. If both are given, the evidence about
  // leaves counts.
  const bool by_fingerprint = o.fingerprint && !o.fingerprint_with_source;
  const bool by_leaves = (comparison_ || lock_) && !with_source_ && !o.against_with_source;
  const bool trusted =
      compared ? by_fingerprint || by_leaves : o.bundle || (o.sums && !o.sums->with_source);
  input.evidence = trusted              ? report::Evidence::kTrusted
                   : compared || o.sums ? report::Evidence::kWithSource
                                        : report::Evidence::kNone;
  if (o.sums) input.files_equal = o.sums->equal;
  if (o.bundle) {
    input.files_equal = context_.signed_files.equal;
    if (context_.signed_files.equal == 0) input.has_gap = true;
  }
  input.by_fingerprint = o.fingerprint.has_value();
  if (o.resumed_by_tags) input.equal_by_tags = context_.resumed;
  if (o.command == Command::kLock || o.command == Command::kVerify) CountOtherFiles(input);
  input.has_gap = input.has_gap || (o.fingerprint && !lock_ && !report_.fingerprint) ||
                  (o.sums && o.sums->equal == 0);
}

void Verifier::WriteOutput() {
  const plan::Options& o = context_.options;
  const plan::Scan& scan = context_.scans[0];
  switch (o.command) {
    case Command::kLock:
      if (report_.verdict.exit_code == 0) output_ = MakeLockfile();
      break;
    case Command::kCheck:
      if (o.readers) output_ = ReadersJson(context_, scan);
      break;
    case Command::kDigest:
      output_ = evidence::DigestJson(scan.records);
      text_ = evidence::DigestText(scan.records);
      break;
    case Command::kList:
      output_ = ListJson(scan, o);
      break;
    case Command::kDiff:
      output_ = DiffJson(*comparison_, context_.differences);
      break;
    default:
      break;
  }
}

}  // namespace leafsum::verify
