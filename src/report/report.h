// The result of lock, verify, check, diff and match, and its serialisation (contract §5, §10.22).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/finding.h"

namespace leafsum::report {

enum class Verdict : uint8_t { kMatch, kMismatch, kIncomplete, kUntrusted, kNoEvidence };
enum class Command : uint8_t { kLock, kVerify, kCheck, kDiff, kMatch, kDigest, kList, kCat };

// The table of command.cc.
std::string_view CommandName(Command command);
std::optional<Command> ParseCommand(std::string_view name);
std::string_view SuccessWord(Command command);
bool Claims(Command command);
bool MakesFingerprint(Command command);

struct Coverage {  // in bytes; with a listing, they sum to the directory's size
  uint64_t leaf = 0;
  uint64_t structural = 0;
  uint64_t unreachable = 0;
  uint64_t ignored = 0;
  uint64_t unread = 0;
};

// Of leaves with content: empty nodes are in none of them.
struct LeafCounts {
  uint64_t equal = 0;
  uint64_t different = 0;
  uint64_t missing = 0;
  uint64_t extra = 0;
  uint64_t not_read = 0;
};

// The kind of evidence behind a comparison.
enum class Evidence : uint8_t {
  kNone,        // nothing to compare with
  kTrusted,     // named by the user: a lockfile, a fingerprint, a second source
  kWithSource,  // came with the source and is not signed
};

struct VerdictInput {
  Command command = Command::kVerify;
  Evidence evidence = Evidence::kNone;
  bool has_error = false;  // a finding of severity error
  bool has_gap = false;    // a finding of severity gap, or anything filtered, sampled, not read
  bool has_trust = false;  // a finding of severity trust
  bool demands_signature = false;
  bool is_signed = false;  // as it was demanded
  bool has_warning = false;
  bool strict = false;     // warnings count as errors
  bool unlisted = false;   // a source has no listing; the headline says what that hides
  bool narrowed = false;   // unread leaves were not even looked at
  std::string newer_step;  // a step above the one that --step names, for the headline
  uint64_t newer_generation =
      0;  // above the one that --generation names; every reader takes this one
  uint64_t leaves_with_content = 0;  // a source or lockfile without leaves is never VERIFIED
  uint64_t leaves_not_compared = 0;  // read, but the command has nothing to compare them with
  uint64_t equal_by_tags =
      0;  // leaves not read, because the server's ETags are those of an earlier run
  std::optional<uint64_t> step_read;  // from a root, or by the source's own name
  bool every_step = false;            // of a root
  std::string gone;                   // why no leaf of the evidence is there: "step 300 is gone"
  uint64_t other_steps = 0, other_step_bytes = 0;  // steps of the root that were not read
  uint64_t other_files = 0;  // non-empty files outside the checkpoint that no evidence covers
  uint64_t vouched_files = 0, vouched_bytes = 0;  // files equal to the lockfile's `files`
  bool updates = false;                           // `lock --update`
  bool by_fingerprint =
      false;  // the evidence is a fingerprint, with or without a lockfile that has it
  std::optional<uint64_t> files_equal;  // files equal to the sums, if there are sums
};

struct VerdictResult {
  Verdict verdict = Verdict::kIncomplete;
  std::string_view word;  // VERIFIED, SOUND, EQUAL, LOCKED, MATCHES, MISMATCH, …
  int exit_code = 3;
};

// The one pure function that judges. The worst verdict wins, in this order: MISMATCH, INCOMPLETE,
// UNTRUSTED, NO-EVIDENCE, VERIFIED (contract §5).
VerdictResult Decide(const VerdictInput& input);

// What --item, --include and --exclude narrow a comparison to, and what they leave out.
struct Scope {
  std::optional<std::string> item;
  std::vector<std::string> include, exclude;
  uint64_t items_left_out = 0;
  uint64_t leaves_left_out = 0;  // in the items that remain

  bool IsNarrow() const { return item || !include.empty() || !exclude.empty(); }
};

// What an update of a lockfile does with a step.
enum class StepFate : uint8_t {
  kAdded,
  kCompared,  // it was locked, and is here
  kKept,      // it is gone, and the lockfile keeps it
  kDropped,
};

// A step of a root every step of which was read.
struct StepInfo {
  std::string name;                        // of its directory or file
  std::optional<std::string> fingerprint;  // as if the step had been read alone
  std::optional<StepFate> fate;            // of an update
};

struct SourceInfo {
  std::string name;  // last component of its path, "" if unknown
  std::optional<uint64_t> step;
  std::optional<std::string> commit_timestamp_nsecs;
  std::optional<uint64_t> files;
  std::optional<uint64_t> bytes;
};

// What a signature over files covers (`verify --bundle`).
struct BundleInfo {
  std::string name;  // as the user calls it
  std::optional<std::string> signed_by;
  uint64_t equal = 0, different = 0, missing = 0, extra = 0, unread = 0;  // files
  uint64_t ignored = 0, ignored_bytes = 0;                                // left out by its rules
  uint64_t leaves = 0;  // that lie in files equal to the signed ones
  Coverage covered;     // of these files, by what the bytes are for
};

struct Report {
  Command command = Command::kVerify;
  VerdictResult verdict;
  std::string headline;  // one sentence; set by Headline()
  Scope scope;
  SourceInfo source;
  std::string other_name;                       // of the second source
  std::string lock_name;                        // as the user called it, "" if unknown
  bool has_lock = false;                        // without one, "lock" is null
  std::optional<std::string> lock_fingerprint;  // "leafsum1:…", from the lockfile
  std::optional<uint64_t> lock_step;            // from the lockfile, if it was made from a root
  std::optional<std::string> signed_by;         // of a lockfile that is signed as demanded
  std::string signed_at;                        // by the signer's own word, for the headline
  std::optional<BundleInfo> bundle;
  // The source's fingerprint. Without one, commands that digest (lock, verify, digest, diff) write
  // null; others leave the member out.
  std::optional<std::string> fingerprint;
  std::vector<StepInfo> steps;  // if every step of a root was read; by name, dropped ones last
  Coverage coverage;
  LeafCounts leaves;
  FindingList findings{1000};
};

// One sentence for a person: the word, how many leaves and bytes, what is not covered. Never
// "safe".
std::string Headline(const Report& report, const VerdictInput& input);

// The document of `--json`: members in the contract's order, one line, LF at the end.
std::string ToJson(const Report& report);
std::string ToJson(const Finding& finding);

}  // namespace leafsum::report
