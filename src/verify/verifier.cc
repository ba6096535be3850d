#include "verify/verifier.h"

#include <algorithm>

#include "base/sort.h"
#include "base/text.h"
#include "evidence/fingerprint.h"
#include "plan/assign_chunks.h"
#include "plan/discover.h"
#include "plan/generation_stage.h"
#include "plan/plan_stage.h"
#include "plan/probe.h"
#include "plan/walk_stage.h"
#include "verify/cause.h"
#include "verify/cause_stage.h"
#include "verify/check_readers.h"
#include "verify/check_records.h"
#include "verify/hash_stage.h"
#include "verify/key_digest_stage.h"
#include "verify/narrow.h"
#include "verify/other_files_stage.h"
#include "verify/part_stage.h"
#include "verify/sample_stage.h"
#include "verify/signed_files.h"
#include "verify/signed_files_stage.h"
#include "verify/values_stage.h"

namespace leafsum::verify {

using report::Command;
using report::Finding;

namespace {

// The parser says "lockfile", the caller may have a name for it.
std::string Refused(const std::string& name, std::string_view why) {
  constexpr std::string_view kUnnamed = "lockfile: ";
  if (name.empty()) return Text("lockfile refused: ", why);
  if (why.starts_with(kUnnamed)) why.remove_prefix(kUnnamed.size());
  return Text("lockfile refused: ", name, ": ", why);
}

}  // namespace

Verifier::Verifier(Bytes options_json, const hash::Sha256Factory& sha256) {
  context_.sha256 = sha256;
  auto options = plan::ParseOptions(options_json);
  if (!options) {
    error_ = options.error().message;
    return;
  }
  context_.options = std::move(*options);
  const size_t sources = std::max<size_t>(1, context_.options.source_names.size());
  context_.options.source_names.resize(sources);
  context_.options.source_files.resize(sources);
  const bool two = context_.options.command == Command::kDiff;
  if (sources > 2 || (two && sources != 2))
    error_ = two ? "diff takes two sources" : "at most two sources";
  context_.scans.resize(sources);
  for (size_t i = 0; i < sources; ++i) {
    context_.scans[i].source = static_cast<uint32_t>(i);
    context_.scans[i].name = context_.options.source_names[i];
  }
  for (const Finding& f : context_.options.findings) context_.findings.Add(f);
  context_.judges_files = context_.options.command == Command::kLock && context_.options.files;
  if (error_.empty() && context_.options.fingerprint &&
      !(context_.options.include.empty() && context_.options.exclude.empty()))
    error_ =
        "a fingerprint covers every leaf: leave out --include and --exclude, or compare with only "
        "a lockfile";
}

Verifier::~Verifier() = default;

void Verifier::SetListing(uint32_t source, std::vector<FileEntry> listing, std::vector<Link> links,
                          TextArena texts) {
  if (source >= context_.scans.size()) return;
  StableSort(listing, [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
  StableSort(links, [](const Link& a, const Link& b) { return a.path < b.path; });
  context_.scans[source].links = std::move(links);
  context_.scans[source].listing = std::move(listing);
  context_.scans[source].texts = std::move(texts);
  context_.scans[source].listed = true;
}

void Verifier::SetFiles(Bytes bytes) {
  if (!error_.empty()) return;
  auto manifest = evidence::ParseFileManifest(bytes);
  if (!manifest || !context_.options.bundle) {
    error_ = manifest ? "a file manifest without the option bundle" : manifest.error().message;
    return;
  }
  manifest_ = std::move(*manifest);
  // The signers' name for a model that is one file.
  const std::string& file = context_.options.source_files[0];
  if (!file.empty() && manifest_->files.size() == 1 && manifest_->files[0].path == ".")
    manifest_->files[0].path = file;
}

void Verifier::SetEvidence(Bytes bytes, bool with_source) {
  if (!error_.empty()) return;
  auto lock = evidence::ParseLockfile(bytes);
  if (!lock) {
    error_ = Refused(context_.options.lock_name, lock.error().message);
    if (const std::string_view cause = CauseOf(bytes); !cause.empty())
      error_ += "; " + std::string(cause);
    return;
  }
  plan::Options& o = context_.options;
  if (context_.scans.size() > 1) {
    error_ = "one kind of evidence at a time: a lockfile, a fingerprint or a second source";
    return;
  }
  if (o.fingerprint) {
    if (lock->fingerprint != o.fingerprint) {
      error_ = Refused(
          o.lock_name,
          Text("its fingerprint is not the one given, so it is of another checkpoint or scope; "
               "expected ",
               evidence::CheckpointText(*o.fingerprint), ", the lockfile has ",
               lock->fingerprint ? evidence::CheckpointText(*lock->fingerprint) : "none"));
      return;
    }
    // The fingerprint binds only the digests of content, so the lockfile's `stored` and `chunks`
    // cannot be trusted.
    o.deep = true;
  }
  lock_ = std::move(*lock);
  const bool updates = o.update != plan::Update::kNo;
  context_.judges_files = (o.command == Command::kVerify || updates) && lock_->files.has_value();
  if (updates) FollowLockfile();
  // A lockfile that lies among the signed files is as good as the signature (contract §5).
  const bool is_signed = manifest_ && o.bundle && !o.bundle->problem && o.bundle->lock_path &&
                         manifest_->Signs(*o.bundle->lock_path, bytes);
  with_source_ = with_source && !is_signed;
  if (!o.signature) return;
  // A good signature by the user's key is trusted wherever the lockfile lay; without the one that
  // was demanded, no lockfile is.
  input_.is_signed = evidence::IsSigned(*o.signature, *lock_);
  with_source_ = !input_.is_signed;
  for (const report::Finding& finding : o.signature->findings) context_.findings.Add(finding);
}

// New steps are locked as the others were.
void Verifier::FollowLockfile() {
  plan::Options& o = context_.options;
  for (const evidence::ItemRecord& item : lock_->items) {
    for (const evidence::LeafRecord& leaf : item.leaves) {
      o.sha256 |= leaf.sha256.has_value();
      o.chunks |= leaf.has_chunks;
    }
  }
}

// Everything that runs, in order: the stage of a row, if it has one, then the step that needs its
// result, then the next row. A stage that is done at once is passed through.
const Verifier::Step Verifier::kSteps[] = {
    {nullptr, nullptr},  // until everything is set
    {[](Verifier& v) {
       if (v.manifest_) v.beside_ = v.Make<SignedFilesStage>(&*v.manifest_);
       return v.IsListed() ? nullptr : v.Make<plan::Probe>(v.lock());
     },
     nullptr},
    {[](Verifier& v) { return v.Make<plan::Discover>(v.lock()); }, nullptr},
    {[](Verifier& v) { return v.Make<plan::GenerationStage>(); }, nullptr},
    {[](Verifier& v) { return v.Make<plan::WalkStage>(); }, nullptr},
    {[](Verifier& v) { return v.Make<plan::PlanStage>(); }, &Verifier::CompletePlan},
    {[](Verifier& v) { return std::move(v.beside_); }, nullptr},
    {[](Verifier& v) { return v.MakeContentStage(); }, &Verifier::MakeRecords},
    {[](Verifier& v) {
       return v.context_.judges_files ? v.Make<OtherFilesStage>(v.lock()) : nullptr;
     },
     nullptr},
    {[](Verifier& v) { return v.MakeValuesStage(); }, &Verifier::CompareAll},
    {[](Verifier& v) { return v.Make<CauseStage>(); }, &Verifier::Finish},
};

void Verifier::Advance() {
  while (!Done()) {
    if (stage_ && error_.empty()) {
      if (!stage_->Done()) return;
      error_ = stage_->Finish();
    }
    stage_.reset();
    if (error_.empty() && kSteps[step_].then) (this->*kSteps[step_].then)();
    ++step_;
    if (!error_.empty()) step_ = std::size(kSteps);
    if (!Done() && kSteps[step_].make) stage_ = kSteps[step_].make(*this);
  }
}

template <class Stage, class... Evidence>
std::unique_ptr<plan::Stage> Verifier::Make(Evidence... evidence) {
  return std::make_unique<Stage>(context_, evidence...);
}

bool Verifier::IsListed() const {
  return std::all_of(context_.scans.begin(), context_.scans.end(),
                     [](const plan::Scan& scan) { return scan.listed; });
}

// The stage that reads content, as the command needs it.
std::unique_ptr<plan::Stage> Verifier::MakeContentStage() {
  const plan::Options& o = context_.options;
  // Equal bytes decode to equal content.
  if (ProvesByFiles() && !o.deep && !o.sums) return nullptr;
  if (plan::ReadsParts(o)) return Make<PartStage>(lock());
  if (o.sample) return Make<SampleStage>(lock());
  if (o.command != Command::kList) return Make<HashStage>(lock());
  return o.key_digests ? Make<KeyDigestStage>() : nullptr;
}

// Whether signed files are what the leaves are compared with.
bool Verifier::ProvesByFiles() const {
  const plan::Options& o = context_.options;
  return manifest_ && !lock_ && !o.fingerprint && !o.sample && context_.scans.size() == 1;
}

// Which leaves differ must be known first; the findings about them wait until it is known how they
// differ.
std::unique_ptr<plan::Stage> Verifier::MakeValuesStage() {
  if (context_.scans.size() != 2 || !context_.options.values) return nullptr;
  report::FindingList unsaid(0);
  Compare(unsaid);
  return std::make_unique<ValuesStage>(context_, *comparison_);
}

void Verifier::CompletePlan() {
  plan::AssignChunks(context_);
  for (plan::Scan& scan : context_.scans) {
    for (plan::ItemScan& item : scan.items)
      if (!item.failed) CheckRecords(context_, scan, item);
    if (plan::ChecksAll(context_.options)) CheckReaders(context_, scan);
  }
  RenameLeaves();
  error_ = LeaveOut(context_, lock());
  context_.misuse = !error_.empty();
  planned_ = true;
}

void Verifier::CompareAll() {
  Compare(context_.findings);
  if (!context_.options.sums) return;
  for (const Finding& f : context_.options.sums->findings) context_.findings.Add(f);
}

// Done before anything is filtered or compared, so that patterns and findings use the new key
// paths.
void Verifier::RenameLeaves() {
  std::vector<std::pair<plan::LeafPlan*, const plan::Rename*>> leaves;
  for (const plan::Rename& rename : context_.options.renames) {
    if (rename.source >= context_.scans.size()) continue;
    for (plan::ItemScan& item : context_.scans[rename.source].items) {
      if (item.item.name != rename.item) continue;
      const auto leaf = std::lower_bound(item.leaves.begin(), item.leaves.end(), rename.from,
                                         [](const plan::LeafPlan& a, const orbax::KeyPath& b) {
                                           return orbax::KeyPathLess(a.record.key_path, b);
                                         });
      if (leaf != item.leaves.end() && leaf->record.key_path == rename.from)
        leaves.emplace_back(&*leaf, &rename);
    }
  }
  if (leaves.empty()) return;
  for (const auto& [leaf, rename] : leaves) leaf->record.key_path = rename->to;
  for (plan::Scan& scan : context_.scans)
    for (plan::ItemScan& item : scan.items) plan::SortLeaves(item);
}

std::vector<Ask> Verifier::Poll(uint64_t budget) {
  if (step_ == 0) Advance();
  std::vector<Ask> out;
  while (!Done()) {
    for (Ask& ask : asks_.Poll(budget)) out.push_back(std::move(ask));
    if (asks_.has_queued() || !stage_) break;
    if (stage_->Supply(asks_) || (beside_ && beside_->Supply(asks_))) continue;
    const size_t step = step_;
    if (stage_->Done()) Advance();  // the rest of its work was void
    if (step_ == step) break;
  }
  return out;
}

plan::Stage* Verifier::StageOf(uint64_t tag) const {
  return beside_ && (tag & JobStage::kBeside) != 0 ? beside_.get() : stage_.get();
}

void Verifier::Feed(uint32_t id, Bytes bytes) {
  const auto tag = asks_.Close(id);
  if (!tag || !stage_) return;
  StageOf(*tag)->Answer(*tag, bytes);
  Advance();
}

void Verifier::TooLarge(uint32_t id, uint64_t size) {
  const auto tag = asks_.Close(id);
  if (!tag || !stage_) return;
  StageOf(*tag)->Failed(
      *tag,
      Error{ErrorCode::kLimit, "the file is too large for its kind", {}, "", ByteCount(size)});
  Advance();
}

void Verifier::Fail(uint32_t id, Failure failure, std::string_view why) {
  const auto tag = asks_.Close(id);
  if (!tag || !stage_) return;
  Error error;
  switch (failure) {
    case Failure::kMissing:
      error = {ErrorCode::kMissing, "the file is missing", {}, "", ""};
      break;
    case Failure::kUnreadable:
      error = {ErrorCode::kUnreadable, "could not be read: " + std::string(why), {}, "", ""};
      break;
    case Failure::kChanged:
      error = {ErrorCode::kChanged, "changed while it was being read", {}, "", ""};
      break;
  }
  StageOf(*tag)->Failed(*tag, std::move(error));
  Advance();
}

bool Verifier::is_misuse() const {
  return context_.misuse ||
         std::any_of(context_.scans.begin(), context_.scans.end(), [](const plan::Scan& scan) {
           return !scan.layout.ambiguous_steps.empty() || scan.layout.duplicate_step_number;
         });
}

}  // namespace leafsum::verify
