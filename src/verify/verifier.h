// One command over one or two sources: the class that a host drives. It opens no files and waits
// for nothing. It asks for bytes, is fed them in any order, and ends in one Report, the same bytes
// for every order of answers, every budget and every number of workers.
//
//   Verifier v(options_json); v.SetListing(0, files); v.SetEvidence(lockfile);
//   while (!v.Done()) for (Ask& ask : v.Poll(budget)) … v.Feed(ask.id, bytes);
//   v.report_json(), v.output()
#pragma once

#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evidence/compare.h"
#include "evidence/file_manifest.h"
#include "evidence/lockfile.h"
#include "hash/sha256.h"
#include "io/ask.h"
#include "io/file_entry.h"
#include "plan/stage.h"
#include "verify/outputs.h"

namespace leafsum::verify {

class Verifier {
 public:
  // `sha256`: the host's engine, if it has one.
  explicit Verifier(Bytes options_json, const hash::Sha256Factory& sha256 = {});
  ~Verifier();

  // Everything that the source holds, and what is known of its symbolic links. Call once for each
  // source, before the first Poll. `texts` holds the paths of the listing, unless the caller keeps
  // them.
  void SetListing(uint32_t source, std::vector<FileEntry> listing, std::vector<Link> links = {},
                  TextArena texts = {});
  // Sets a lockfile. `with_source`: it came with the source, so it is not trusted on its own.
  void SetEvidence(Bytes lockfile, bool with_source);
  // Sets the manifest of the option `bundle` (evidence/file_manifest.h); before the lockfile, which
  // it may vouch for.
  void SetFiles(Bytes manifest);
  // A usage error, or "": wrong options, refused evidence, no such step or item.
  const std::string& error() const { return error_; }
  // Whether only the caller can mend the error: the step must be named, or a pattern fits no leaf.
  bool is_misuse() const;
  // The name that nothing has, where the error is about one.
  const plan::Misnamed& misnamed() const { return context_.misnamed; }

  // The asks to start now, up to `budget` bytes of open asks; at least one if none is open and Done
  // is false.
  std::vector<Ask> Poll(uint64_t budget);
  void Feed(uint32_t id, Bytes bytes);
  void TooLarge(uint32_t id, uint64_t size);
  void Fail(uint32_t id, Failure failure, std::string_view why);
  bool Done() const { return step_ == std::size(kSteps); }

  const plan::Progress& progress() const { return context_.progress; }

  // Valid when Done and without error().
  const report::Report& report() const { return report_; }
  // The second document: that of `digest`, `ls` or `diff`; for `lock` the lockfile, if the verdict
  // is LOCKED.
  const std::string& output() const { return output_; }
  // For `ls`: the rows that the output leaves out (see ListRows).
  std::string Rows(size_t list, size_t& next, size_t bytes) const;
  // The next leaves in order whose digests are final, as JSON objects with commas between, about
  // `bytes` of them; "" if the next leaf is not hashed yet, or after the last one.
  std::string Digested(size_t bytes);
  // [[item, [key path]], …]: the leaves found equal to the evidence so far, whatever findings they
  // have (`--resume`).
  std::string equal() const;
  // For `match`, which the host judges: takes the host's findings, in the form of a report, and its
  // counts {"equal","different",…}, and computes the verdict again. Returns false and changes
  // nothing if the JSON is of another form.
  bool Conclude(Bytes json);
  // For `digest`, the lines for a terminal; else "".
  const std::string& text() const { return text_; }

 private:
  struct Step {
    std::unique_ptr<plan::Stage> (*make)(Verifier&);
    void (Verifier::*then)();
  };
  static const Step kSteps[11];
  void Advance();
  template <class Stage, class... Evidence>
  std::unique_ptr<plan::Stage> Make(Evidence... evidence);
  std::unique_ptr<plan::Stage> MakeContentStage();
  std::unique_ptr<plan::Stage> MakeValuesStage();
  evidence::Lockfile* lock() { return lock_ ? &*lock_ : nullptr; }
  bool IsListed() const;
  void FollowLockfile();
  plan::Stage* StageOf(uint64_t tag) const;
  void CompletePlan();
  void RenameLeaves();
  void MakeRecords();
  void Compare(report::FindingList& findings);
  void CompareAll();
  void CompareFingerprint();
  void Finish();
  void DescribeSource();
  void DescribeScope();
  void CountLeaves();
  void WeighEvidence();
  void Judge();
  void WriteOutput();
  void KeepFindingsOfReads();
  void DescribeBundle();
  bool ProvesByFiles() const;
  void CountOtherFiles(report::VerdictInput& input) const;
  bool Updates() const { return context_.options.update != plan::Update::kNo; }
  void KeepGoneSteps();
  void DescribeSteps();
  std::vector<evidence::FileRecord> FilesToLock();
  void KeepLockedLeaves(evidence::Lockfile& lock);
  std::string MakeLockfile();
  evidence::Side SideOf(const plan::Scan& scan) const;

  plan::Context context_;
  std::optional<evidence::Lockfile> lock_;
  bool with_source_ = false;
  std::optional<evidence::FileManifest> manifest_;
  std::string error_;
  size_t step_ = 0;  // index into kSteps
  std::unique_ptr<plan::Stage> stage_;
  std::unique_ptr<plan::Stage> beside_;  // runs while others do, until its own turn comes
  PendingAsks asks_;
  report::VerdictInput input_;
  std::optional<evidence::Comparison> comparison_;
  report::Report report_;
  std::string output_, text_;
  bool planned_ = false;                          // the leaves are known
  size_t digested_item_ = 0, digested_leaf_ = 0;  // the next ones of Digested
  mutable ListPlace list_place_;
};

}  // namespace leafsum::verify
