#include "campaigns/faults/read_faults.h"

#include <algorithm>
#include <set>

#include "campaigns/damage/state.h"
#include "io/ask.h"

namespace leafsum::campaign {
namespace {

using report::Finding;
using report::Severity;

constexpr char kWhy[] = "the disk said no";

// The n-th answer of a source is a failure.
class Saboteur {
 public:
  Saboteur(ReadFault fault, uint64_t n) : fault_(fault), left_(n) {}
  void operator()(const Ask& ask, test::ReadAnswer& answer) {
    if (ask.kind == AskKind::kSize && answer.refusal) return;  // a name that was only tried
    const bool again = fault_ == ReadFault::kForever && hit_ && ask.path == hit_->path;
    ++seen_;
    if (!again && left_-- != 0) return;
    if (!hit_) hit_ = ask;
    answer.refusal = fault_ == ReadFault::kChanged
                         ? test::MemorySource::Refusal{Failure::kChanged, ""}
                         : test::MemorySource::Refusal{Failure::kUnreadable, kWhy};
  }
  const std::optional<Ask>& hit() const { return hit_; }
  uint64_t seen() const { return seen_; }

 private:
  const ReadFault fault_;
  uint64_t left_, seen_ = 0;
  std::optional<Ask> hit_;
};

struct Sabotaged {
  Said said;
  std::string output;
  std::optional<Ask> hit;
  uint64_t reads = 0;
};

Sabotaged RunWith(const Base& base, const Command& command, ReadFault fault, uint64_t n,
                  uint64_t seed) {
  test::MemorySource source = base.source;
  Saboteur saboteur(fault, n);
  source.Meddle([&](const Ask& ask, test::ReadAnswer& answer) { saboteur(ask, answer); });
  Run run(command.options, source, command.locked ? base.lock : "", command.listed);
  Sabotaged out;
  out.said = run.Go(seed);
  out.output = run.output();
  out.hit = saboteur.hit();
  out.reads = saboteur.seen();
  return out;
}

bool Names(const Finding& finding, const std::string& file) {
  return finding.file == file || finding.message.find(file) != std::string::npos;
}

// "" or what is wrong with a run whose read of a file failed.
std::string Wrong(const Sabotaged& run, const Said& whole, const Command& command) {
  const Said& said = run.said;
  const std::string& file = run.hit->path;
  if (!said.error.empty()) {
    // Before anything could be judged (contract §5).
    const bool told = said.error.find("could not be read") != std::string::npos ||
                      said.error.find("cannot be read") != std::string::npos;
    return !command.listed && told ? "" : "no report";
  }
  const bool named = std::any_of(said.findings.begin(), said.findings.end(),
                                 [&](const Finding& f) { return Names(f, file); });
  if (!named) return "the file is not named";
  std::set<std::string> known;
  for (const Finding& finding : whole.findings) known.insert(report::ToJson(finding));
  for (const Finding& finding : said.findings)
    if (finding.severity == Severity::kError && known.count(report::ToJson(finding)) == 0)
      return "an error where nothing is damaged";
  if (said.exit_code != 3 && said.exit_code != whole.exit_code) return "another verdict";
  if (said.exit_code == 0 && std::none_of(said.findings.begin(), said.findings.end(), [&](auto& f) {
        return Names(f, file) && f.severity != Severity::kInfo;
      }))
    return "success that says nothing of it";
  if (said.exit_code != 0 && std::string(command.name) == "lock" && !run.output.empty())
    return "a lockfile of what was not read";
  return "";
}

}  // namespace

const char* NameOf(ReadFault fault) {
  constexpr const char* kNames[] = {"unreadable", "changed", "unreadable from then on"};
  return kNames[static_cast<size_t>(fault)];
}

FaultTally FailReads(const Base& base, const Command& command, ReadFault fault, uint64_t seed,
                     uint64_t step) {
  FaultTally tally;
  const Sabotaged whole = RunWith(base, command, fault, UINT64_MAX, seed);
  for (uint64_t n = 0; n < whole.reads; n += step) {
    BeginCase(base.name.c_str(), command.name, NameOf(fault), n, seed);
    const Sabotaged run = RunWith(base, command, fault, n, seed);
    if (!run.hit) continue;
    ++tally.failed;
    ++tally.ends["exit " + std::to_string(run.said.exit_code)];
    for (const Finding& finding : run.said.findings)
      ++tally.codes[std::string(report::CodeName(finding.code))];
    const std::string wrong = Wrong(run, whole.said, command);
    if (!wrong.empty())
      tally.wrong.push_back(base.name + ", " + command.name + ", read " + std::to_string(n) + " (" +
                            run.hit->path + ") " + NameOf(fault) + ": " + wrong + "\n" +
                            run.said.ToString());
  }
  return tally;
}

}  // namespace leafsum::campaign
