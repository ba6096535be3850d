#include <string>

#include "report/report.h"
#include "support/catch.h"

using namespace leafsum::report;

namespace {

// The report and its verdict as the verifier makes them.
std::string HeadlineOf(Report report, VerdictInput input) {
  input.command = report.command;
  for (auto [severity, flag] : {std::pair{Severity::kError, &VerdictInput::has_error},
                                {Severity::kGap, &VerdictInput::has_gap},
                                {Severity::kTrust, &VerdictInput::has_trust},
                                {Severity::kWarning, &VerdictInput::has_warning}})
    input.*flag = input.*flag || report.findings.Has(severity);
  report.verdict = Decide(input);
  return Headline(report, input);
}

Report Verified() {
  Report report;
  report.command = Command::kVerify;
  report.has_lock = true;
  report.leaves.equal = 12;
  return report;
}

VerdictInput Trusted() {
  VerdictInput input;
  input.evidence = Evidence::kTrusted;
  input.leaves_with_content = 12;
  return input;
}

Finding At(Code code, std::string item, std::vector<std::string> path) {
  Finding f(code);
  f.item = std::move(item);
  f.key_path = std::move(path);
  return f;
}

}  // namespace

TEST_CASE("VERIFIED names what it does not cover") {
  Report report = Verified();
  CHECK(HeadlineOf(report, Trusted()) ==
        "VERIFIED: 12 leaves equal to the lockfile; not covered: custom metadata, sharding, "
        "timestamps");
  report.coverage = {100, 20, 3, 4, 0};
  report.leaves = {1, 0, 2, 1, 0};
  report.scope.item = "state";
  report.scope.items_left_out = 2;
  report.has_lock = false;
  CHECK(HeadlineOf(report, Trusted()) ==
        "item \"state\": VERIFIED: 1 leaf equal to the other checkpoint; allowed: 2 missing, 1 "
        "extra; left out: 2 items; "
        "not covered: custom metadata, sharding, timestamps, 7 B that nobody vouches for");
}

TEST_CASE("MISMATCH counts and names the first error") {
  Report report = Verified();
  report.leaves = {9, 1, 1, 1, 0};
  report.findings.Add(At(Code::kMissingLeaf, "state", {"z"}));
  report.findings.Add(At(Code::kDigestMismatch, "state", {"a/b", "~"}));
  report.findings.Add(At(Code::kReEncoded, "state", {"a"}));
  CHECK(HeadlineOf(report, Trusted()) ==
        "MISMATCH: 1 of 12 leaves differs from the lockfile, 1 is missing, 1 is extra");
  report.leaves = {9, 0, 2, 0, 1};
  CHECK(HeadlineOf(report, Trusted()) ==
        "MISMATCH: 2 of 12 leaves are missing, 1 not read, compared with the lockfile");
  report.findings.Add(At(Code::kChecksum, "state", {"a/b", "~"}));
  CHECK(HeadlineOf(report, Trusted()) ==
        "MISMATCH: 2 of 12 leaves are missing, 1 not read, compared with the lockfile; 1 other "
        "error: checksum at state:/a~1b/~0");
  Report damaged = Verified();
  damaged.leaves = {9, 0, 0, 0, 1};
  damaged.findings.Add(At(Code::kChecksum, "state", {"a"}));
  damaged.findings.Add(At(Code::kInvalid, "state", {"a"}));
  CHECK(HeadlineOf(damaged, Trusted()) ==
        "MISMATCH: 2 errors, first: checksum at state:/a; 9 of 10 leaves equal to the lockfile");

  Report fingerprint = Verified();
  fingerprint.has_lock = false;
  fingerprint.findings.Add(Finding(Code::kDigestMismatch));
  VerdictInput one = Trusted();
  one.by_fingerprint = true;
  CHECK(HeadlineOf(fingerprint, one) == "MISMATCH: 1 error: digest-mismatch");

  Report strict = Verified();
  Finding file(Code::kUnknownFile);
  file.file = "notes.txt";
  strict.findings.Add(file);
  VerdictInput input = Trusted();
  input.strict = true;
  CHECK(HeadlineOf(strict, input) ==
        "MISMATCH: 1 warning, which --strict counts as errors; first: unknown-file at notes.txt");
}

TEST_CASE("INCOMPLETE says what was not read, and why there is nothing to show") {
  Report report = Verified();
  report.leaves = {9, 0, 0, 0, 3};
  report.findings.Add(At(Code::kUnsupported, "", {"w"}));
  CHECK(HeadlineOf(report, Trusted()) ==
        "INCOMPLETE: 9 leaves equal to the lockfile, but 3 of 12 leaves were not read; first: "
        "unsupported at /w; not covered: custom metadata, sharding, timestamps");
  // Read, but not compared with anything.
  report.command = Command::kCheck;
  report.leaves = {0, 0, 0, 0, 1};
  VerdictInput checked;
  checked.leaves_not_compared = 12;
  CHECK(HeadlineOf(report, checked) ==
        "INCOMPLETE: 1 of 13 leaves was not read; first: unsupported at /w");
  Report older = Verified();
  Finding newer(Code::kNewerStep);
  newer.file = "400";
  older.findings.Add(newer);
  older.source.step = 300;
  older.source.name = "run";
  older.lock_name = "run.leafsum.json";
  CHECK(HeadlineOf(older, Trusted())
            .find("run (step 300): INCOMPLETE: 12 leaves equal to run.leafsum.json, but step 400 "
                  "is newer and was not compared; not covered") == 0);
  Report empty;
  empty.command = Command::kCheck;
  CHECK(HeadlineOf(empty, {}) ==
        "INCOMPLETE: there is no leaf with content, so nothing could be shown");
}

TEST_CASE("sums of files are evidence of their own, and cover what digests of leaves do not") {
  Report report = Verified();
  VerdictInput input = Trusted();
  input.files_equal = 11;
  CHECK(HeadlineOf(report, input) ==
        "VERIFIED: 11 files equal to the sums, 12 leaves equal to the lockfile");
  report.has_lock = false;
  report.leaves = {};
  CHECK(HeadlineOf(report, input) == "VERIFIED: 11 files equal to the sums, 12 leaves");
  input.evidence = Evidence::kWithSource;
  CHECK(HeadlineOf(report, input) ==
        "UNTRUSTED: 11 files consistent with the sums that came with the source, 12 leaves");
}

TEST_CASE("UNTRUSTED tells a lockfile of the source's own from a missing signature") {
  VerdictInput input = Trusted();
  input.evidence = Evidence::kWithSource;
  CHECK(
      HeadlineOf(Verified(), input)
          .find("UNTRUSTED: 12 leaves consistent with the lockfile, which came with the source") ==
      0);
  Report report = Verified();
  report.findings.Add(Finding(Code::kSignature));
  CHECK(HeadlineOf(report, Trusted())
            .find("UNTRUSTED: 12 leaves equal, but the signature that was asked for is missing") ==
        0);
}

TEST_CASE("the other commands have their own sentence, and none promises safety") {
  VerdictInput input;
  input.leaves_with_content = 1;
  const std::pair<Command, const char*> sentences[] = {
      {Command::kVerify,
       "NO-EVIDENCE: there is nothing to compare with; structure is sound, 1 leaf"},
      {Command::kCheck,
       "SOUND: structure is sound, 1 leaf; values were not compared with anything"},
      {Command::kLock, "LOCKED: 1 leaf, fingerprint leafsum1:aa"},
      {Command::kDiff, "EQUAL: 1 leaf equal"},
      {Command::kMatch, "MATCHES: 1 leaf, nothing would raise, be cast or be missing"},
      {Command::kDigest, "COMPLETE: 1 leaf read"},
  };
  for (const auto& [command, sentence] : sentences) {
    Report report;
    report.command = command;
    report.fingerprint = "leafsum1:aa";
    report.leaves.equal = command == Command::kDiff || command == Command::kMatch;
    CHECK(HeadlineOf(report, input) == sentence);
  }
  Report update;
  update.command = Command::kLock;
  update.has_lock = true;
  update.leaves.equal = 2;
  update.steps = {{"300", {}, StepFate::kCompared}};
  input.updates = true;
  CHECK(HeadlineOf(update, input) ==
        "LOCKED: no new step, 2 leaves of 1 step equal to the lockfile");
  input.leaves_not_compared = 4;
  for (const char* name : {"400", "500"}) update.steps.push_back({name, {}, StepFate::kAdded});
  for (char n = '1'; n < '8'; ++n)
    update.steps.push_back({std::string(1, n), {}, StepFate::kDropped});
  update.fingerprint = "leafsum1:aa";
  CHECK(HeadlineOf(update, input) ==
        "LOCKED: 2 steps added (4 leaves), 2 leaves of 1 step equal to the lockfile, fingerprint "
        "leafsum1:aa; steps 1, 2, 3, 4, 5 and 2 more are gone and were dropped");
  input = {};
  input.leaves_with_content = 1;

  Report warned;
  warned.command = Command::kCheck;
  warned.findings.Add(Finding(Code::kUnknownFile));
  CHECK(HeadlineOf(warned, input).find("; 1 warning") != std::string::npos);
}

TEST_CASE("what a fingerprint, ETags and files add to the sentence") {
  Report report = Verified();
  report.coverage = {100, 20, 3, 4, 0};
  VerdictInput input = Trusted();
  input.other_files = 1;
  CHECK(HeadlineOf(report, input)
            .ends_with(", 7 B that nobody vouches for (1 file beside the checkpoint among them)"));
  input.other_files = 0;
  input.vouched_files = 2;
  input.vouched_bytes = 4;
  CHECK(HeadlineOf(report, input) ==
        "VERIFIED: 12 leaves and 2 other files equal to the lockfile; not covered: custom "
        "metadata, sharding, timestamps, "
        "3 B that nobody vouches for");
  input = Trusted();
  input.by_fingerprint = true;
  CHECK(
      HeadlineOf(report, input)
          .find("; covered: values, dtypes, shapes and paths; not covered: key types, empty nodes, "
                "PRNG kinds, custom metadata, sharding, timestamps, 7 B") != std::string::npos);
  input = Trusted();
  input.equal_by_tags = 1;
  CHECK(HeadlineOf(report, input).find("; 1 of these leaves rests on ETags: ") !=
        std::string::npos);
  report.command = Command::kLock;
  input = Trusted();
  input.other_files = 2;
  CHECK(HeadlineOf(report, input) ==
        "LOCKED: 12 leaves; 2 files beside the checkpoint are not locked (--files)");
}

TEST_CASE("names, steps and numbers in a headline") {
  Report report = Verified();
  report.source.name = "name: VERIFIED: all";
  report.lock_name = "a \"b\".json";
  report.leaves = {1234566, 1, 0, 0, 0};
  report.findings.Add(At(Code::kDigestMismatch, "", {"w"}));
  VerdictInput input = Trusted();
  CHECK(HeadlineOf(report, input) ==
        "\"name: VERIFIED: all\": MISMATCH: 1 of 1,234,567 leaves differs from "
        "\"a \\\"b\\\".json\"");
  report.source.name = report.lock_name = "run";
  report.lock_step = 300;
  input.step_read = 200;
  CHECK(
      HeadlineOf(report, input)
          .ends_with(" differs from the other run; the lockfile is of step 300, this is step 200"));
  input.gone = "step 300 is gone";
  report.leaves = {0, 0, 48, 0, 0};
  report.lock_name = "run.leafsum.json";
  CHECK(HeadlineOf(report, input) ==
        "run: MISMATCH: step 300 is gone: none of the 48 leaves of run.leafsum.json is there");

  Report verified = Verified();
  verified.coverage = {100, 20, 0, 3 << 20, 0};
  input = Trusted();
  input.other_steps = 2;
  input.other_step_bytes = (3 << 20) - 1500;
  CHECK(HeadlineOf(verified, input) ==
        "VERIFIED: 12 leaves equal to the lockfile; 2 other steps not read (3.0 MiB); not covered: "
        "custom metadata, sharding, timestamps, 1.5 KiB that nobody vouches for");

  Report diff;
  diff.command = Command::kDiff;
  diff.source.name = "a";
  diff.other_name = "b";
  diff.leaves = {1, 2, 1, 3, 0};
  diff.findings.Add(At(Code::kMissingLeaf, "", {"w"}));
  CHECK(HeadlineOf(diff, Trusted()) ==
        "a and b: MISMATCH: 2 of 7 leaves differ, 1 is only in A, 3 are only in B");
}
