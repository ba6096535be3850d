#include "campaigns/damage/judge.h"

#include <algorithm>

#include "base/text_arena.h"

namespace leafsum::campaign {
namespace {

using report::Finding;
using report::Severity;

LeafName NameOf(const Finding& finding) { return {finding.item.value_or(""), *finding.key_path}; }

}  // namespace

bool Said::NamesOnly(const std::set<LeafName>& leaves) const {
  bool named = false;
  for (const Finding& finding : findings) {
    if (finding.severity != Severity::kError && finding.severity != Severity::kGap) continue;
    if (!finding.key_path) continue;
    if (leaves.count(NameOf(finding)) != 0)
      named = true;
    else if (finding.severity == Severity::kError)
      return false;
  }
  return named;
}

bool Said::Names(const std::set<LeafName>& leaves) const {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.key_path && leaves.count(NameOf(finding)) != 0;
  });
}

bool Said::NamesFile(const std::string& file) const {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& finding) { return finding.file == file; });
}

std::string Said::ToString() const {
  std::string text = "exit code " + std::to_string(exit_code) + " " + error;
  for (const Finding& finding : findings) text += "\n" + report::ToJson(finding);
  return text;
}

Run::Run(const std::string& options_json, const test::MemorySource& source, const std::string& lock,
         bool listed)
    : source_(source), verifier_(AsBytes(options_json)) {
  if (!lock.empty()) verifier_.SetEvidence(AsBytes(lock), false);
  if (!listed) return;
  std::vector<FileEntry> listing;
  TextArena texts;
  for (const auto& [path, bytes] : source.files())
    listing.push_back({texts.Keep(path), bytes.size(), FileEntry::Kind::kFile});
  verifier_.SetListing(0, std::move(listing), {}, std::move(texts));
}

Said Run::Go(uint64_t seed) {
  Said said;
  if (verifier_.error().empty()) {
    test::OpenAsks asks({&source_}, seed);
    while (!verifier_.Done()) {
      if (asks.Hungry()) {
        const uint64_t budget = asks.Budget();
        asks.Add(verifier_.Poll(budget), budget);
        if (verifier_.Done()) break;
      }
      if (asks.Empty()) asks.Starve();
      const Ask ask = asks.Take();
      if (watch) watch(ask);
      test::AnswerAsk(verifier_, asks, ask);
    }
  }
  said.error = verifier_.error();
  said.exit_code = said.error.empty() ? verifier_.report().verdict.exit_code : 2;
  if (said.error.empty()) said.findings = verifier_.report().findings.sorted();
  return said;
}

std::string Run::output() const { return verifier_.output(); }

Said Verify(const Base& base, const test::MemorySource& source, bool deep) {
  return Run(deep ? R"({"command":"verify","all_steps":true,"deep":true})"
                  : R"({"command":"verify","all_steps":true})",
             source, base.lock)
      .Go();
}

}  // namespace leafsum::campaign
