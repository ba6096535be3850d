// A whole checkpoint in memory, changed, and a Verifier over it: it always ends, with one report
// whatever the order of answers, and says VERIFIED of nothing whose leaves are not those of the
// lockfile.
//
// The input is a Program (checkpoint_edits.h): which real checkpoint, what is asked, the changes.
#include <nlohmann/json.hpp>
#include <random>

#include "fuzz/checkpoint_edits.h"
#include "fuzz/fuzz.h"
#include "support/drive.h"
#include "support/fixtures.h"
#include "verify/verifier.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace leafsum::fuzz {
namespace {

using nlohmann::json;

// Small ones, of each generation and layout.
constexpr const char* kBases[] = {"seed000/artifacts/baseline_ckpt",
                                  "ocdbt/no_compression/ckpt",
                                  "orbax/zarr2_prng_keys/ckpt",
                                  "orbax/zarr3_slash_keys/ckpt",
                                  "orbax/plain_slash_keys/ckpt",
                                  "orbax/zarr2_plain/ckpt",
                                  "orbax/zarr3_nocompress/ckpt",
                                  "orbax/zarr2_rich_types/ckpt",
                                  "v1/save_pytree/ckpt",
                                  "v1/checkpointables/ckpt",
                                  "v1/training_checkpointer/ckpt",
                                  "legacy/orbax-0.2.3/aggregate_some/ckpt",
                                  "legacy/orbax-0.4.8/default/ckpt",
                                  "legacy/orbax-0.5.10/zarr3_chunked/ckpt",
                                  "legacy/orbax-0.8.0/strings/ckpt",
                                  "legacy/orbax-0.11.37/flax_legacy_checkpoint/ckpt",
                                  "legacy/orbax-0.11.37/strings/ckpt",
                                  "hunt/flax_gda/ckpt",
                                  "hunt/t5x_spec/ckpt",
                                  "hunt/custom_items/ckpt",
                                  "hunt/bare_zarr/ckpt",
                                  "ocdbt/inline_all/ckpt",
                                  "damaged/base_zarr3/ckpt",
                                  "attack/newer-step-beside-locked/ckpt"};

struct Outcome {
  std::string error, report, output;
  int exit_code = -1;
  uint64_t covered = 0;
  bool has_error = false, listed = false;
};

Outcome Ask(const std::string& options, const test::MemorySource& source, uint64_t seed,
            const std::string& lock = "") {
  verify::Verifier verifier(AsBytes(options));
  std::vector<FileEntry> listing;
  TextArena texts;
  for (const auto& [path, bytes] : source.files())
    listing.push_back({texts.Keep(path), bytes.size(), FileEntry::Kind::kFile});
  verifier.SetListing(0, std::move(listing), {}, std::move(texts));
  if (!lock.empty()) verifier.SetEvidence(AsBytes(lock), false);
  Outcome outcome;
  if (verifier.error().empty()) test::Drive(verifier, {&source}, seed);
  outcome.error = verifier.error();
  if (!outcome.error.empty()) return outcome;
  const report::Report& report = verifier.report();
  outcome.report = report::ToJson(report);
  outcome.output = verifier.output();
  outcome.exit_code = report.verdict.exit_code;
  const auto& c = report.coverage;
  outcome.covered = c.leaf + c.structural + c.unreachable + c.ignored + c.unread;
  return outcome;
}

// What `digest` says of each leaf.
std::map<std::string, std::string> Leaves(const std::string& digest) {
  std::map<std::string, std::string> leaves;
  const json document = json::parse(digest, nullptr, false);
  FUZZ_CHECK(!document.is_discarded());
  for (const auto& [name, item] : document.at("items").items())
    for (const auto& leaf : item.at("leaves"))
      if (leaf.contains("digest"))
        leaves[name + ":" + leaf.at("key_path").dump()] =
            leaf.at("dtype").dump() + leaf.at("shape").dump() + leaf["digest"]["blake3"].dump();
  return leaves;
}

struct Base {
  test::MemorySource source;
  std::string lock;
  std::map<std::string, std::string> leaves;
};

const Base& BaseOf(uint8_t number) {
  static std::map<size_t, Base> bases;
  const size_t i = number % std::size(kBases);
  const auto found = bases.find(i);
  if (found != bases.end()) return found->second;
  Base& base = bases[i];
  // Files alone: where each is, a directory is too.
  base.source =
      test::MemorySource(test::MemorySource::Load(test::Fixtures() + "/" + kBases[i]).files());
  const Outcome locked = Ask(R"({"command":"lock","all_steps":true})", base.source, 0);
  FUZZ_CHECK_SAYING(locked.exit_code == 0 || std::string_view(kBases[i]).starts_with("ocdbt/"),
                    kBases[i] + locked.report);
  base.lock = locked.output;
  base.leaves = Leaves(Ask(R"({"command":"digest","all_steps":true})", base.source, 0).output);
  return base;
}

// A report that is what its verdict says.
void CheckReport(const Outcome& outcome, const test::MemorySource& source) {
  const json report = json::parse(outcome.report, nullptr, false);
  FUZZ_CHECK_SAYING(!report.is_discarded(), outcome.report);
  FUZZ_CHECK(report.at("exit_code") == outcome.exit_code);
  FUZZ_CHECK(outcome.exit_code >= 0 && outcome.exit_code <= 4 && outcome.exit_code != 2);
  for (const auto& finding : report.at("findings"))
    if (finding.at("severity") == "error")
      FUZZ_CHECK_SAYING(outcome.exit_code != 0, outcome.report);
  uint64_t bytes = 0;
  for (const auto& [path, file] : source.files()) bytes += file.size();
  FUZZ_CHECK_SAYING(outcome.covered == bytes || outcome.covered == 0, outcome.report);
}

void CheckVerified(const Base& base, const test::MemorySource& source) {
  const Outcome digest = Ask(R"({"command":"digest","all_steps":true})", source, 0);
  FUZZ_CHECK_SAYING(digest.error.empty(), digest.error);
  const auto leaves = Leaves(digest.output);
  for (const auto& [leaf, said] : base.leaves) {
    const auto found = leaves.find(leaf);
    FUZZ_CHECK_SAYING(found != leaves.end(), leaf);
    FUZZ_CHECK_SAYING(found->second == said, leaf + " " + said + " " + found->second);
  }
}

void RunVerify(const Base& base, const Program& program, const test::MemorySource& source) {
  if (base.lock.empty()) return;
  const bool deep = (program.options & 8) != 0;
  const std::string options = std::string(R"({"command":"verify","all_steps":true,"deep":)") +
                              (deep ? "true" : "false") + "}";
  const Outcome outcome = Ask(options, source, program.seed, base.lock);
  if (!outcome.error.empty()) return;
  CheckReport(outcome, source);
  if (outcome.exit_code == 0) CheckVerified(base, source);
  if (program.edits.empty()) FUZZ_CHECK_SAYING(outcome.exit_code == 0, outcome.report);
  if ((program.options & 16) != 0)
    FUZZ_CHECK(Ask(options, source, 0, base.lock).report == outcome.report);
}

// What was locked is verified.
void RunLock(const Program& program, const test::MemorySource& source) {
  const Outcome locked = Ask(R"({"command":"lock","all_steps":true})", source, program.seed);
  if (!locked.error.empty()) return;
  CheckReport(locked, source);
  FUZZ_CHECK((locked.exit_code == 0) == !locked.output.empty());
  if (locked.exit_code != 0) return;
  const auto parsed = evidence::ParseLockfile(AsBytes(locked.output));
  FUZZ_CHECK_SAYING(parsed, locked.output);
  FUZZ_CHECK(evidence::WriteLockfile(*parsed) == locked.output);
  const Outcome verified =
      Ask(R"({"command":"verify","all_steps":true})", source, program.seed + 1u, locked.output);
  FUZZ_CHECK_SAYING(verified.exit_code == 0, verified.error + verified.report);
}

void RunOther(const Program& program, const test::MemorySource& source) {
  static constexpr const char* kOptions[] = {
      R"({"command":"check","readers":true})",
      R"({"command":"check","all_steps":true,"deep":true,"max_memory":300000})",
      R"({"command":"ls","all_steps":true,"keys":true,"key_digests":true,"versions":true})",
      R"({"command":"digest","all_steps":true,"algorithms":["sha256"],"segment":4096})"};
  const std::string options = kOptions[program.options >> 3 & 3];
  const Outcome outcome = Ask(options, source, program.seed);
  if (!outcome.error.empty()) return;
  CheckReport(outcome, source);
  const Outcome again = Ask(options, source, 0);
  FUZZ_CHECK_SAYING(outcome.report == again.report, outcome.report + again.report);
  FUZZ_CHECK(outcome.output == again.output);
}

}  // namespace

void Run(Bytes input) {
  const Program program = ReadProgram(input);
  const Base& base = BaseOf(program.base);
  Files files{base.source.files(), {}};
  for (const Edit& edit : program.edits) Apply(edit, files);
  test::MemorySource source(std::move(files.bytes));
  for (const std::string& path : files.unreadable)
    if (source.Find(path)) source.Refuse(path, {Failure::kUnreadable, "it cannot be read"});
  const unsigned what = program.options & 7;
  if (what < 4) return RunVerify(base, program, source);
  if (what < 6) return RunLock(program, source);
  RunOther(program, source);
}

// The mutator: edits come, go and change.
Program Changed(Program program, std::minstd_rand& random, bool& done) {
  const auto below = [&random](size_t n) { return static_cast<size_t>(random() % n); };
  const auto number = [&] { return static_cast<uint16_t>(random() >> 3); };
  const auto new_data = [&](ByteVector data) {
    const size_t size = data.size();
    data.resize(32);
    data.resize(LLVMFuzzerMutate(data.data(), std::min<size_t>(size, 32), 32));
    return data;
  };
  done = true;
  auto& edits = program.edits;
  switch (below(8)) {
    case 0:
      program.base = static_cast<uint8_t>(below(std::size(kBases)));
      return program;
    case 1:
      program.options = static_cast<uint8_t>(number());
      program.seed = static_cast<uint8_t>(number());
      return program;
    case 2:
      if (!edits.empty())
        edits.erase(edits.begin() + static_cast<std::ptrdiff_t>(below(edits.size())));
      return program;
    case 3:
    case 4: {
      Edit edit;
      edit.kind = static_cast<EditKind>(below(static_cast<size_t>(EditKind::kCount)));
      edit.how = static_cast<uint8_t>(number());
      edit.a = number();
      edit.b = number();
      edit.data = new_data({});
      edits.insert(edits.begin() + static_cast<std::ptrdiff_t>(below(edits.size() + 1)),
                   std::move(edit));
      return program;
    }
    default:
      break;
  }
  if (edits.empty()) {
    done = false;
    return program;
  }
  Edit& edit = edits[below(edits.size())];
  switch (below(5)) {
    case 0:
      edit.a = number();
      break;
    case 1:
      edit.b = number();
      break;
    case 2:
      edit.how = static_cast<uint8_t>(number());
      break;
    case 3:
      edit.kind = static_cast<EditKind>(below(static_cast<size_t>(EditKind::kCount)));
      break;
    default:
      edit.data = new_data(edit.data);
  }
  return program;
}

}  // namespace leafsum::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  using namespace leafsum;
  std::minstd_rand random(seed);
  bool done = false;
  const ByteVector written =
      fuzz::WriteProgram(fuzz::Changed(fuzz::ReadProgram(Bytes(data, size)), random, done));
  if (!done || written.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(written.begin(), written.end(), data);
  return written.size();
}
