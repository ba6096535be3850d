#include "report/finding.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>

#include "support/catch.h"

using namespace leafsum::report;

namespace {

// Of each field a few values, so that many findings are equal in most fields.
std::vector<Finding> ManyFindings(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  auto pick = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  std::vector<Finding> out;
  for (size_t i = 0; i < count; ++i) {
    Finding f(AllCodes()[pick(static_cast<uint32_t>(AllCodes().size()))]);
    if (pick(3)) f.item = std::string(pick(3), 'i');
    if (pick(3)) f.key_path = std::vector<std::string>(pick(3), std::string(1, "ab\xff"[pick(3)]));
    if (pick(2)) f.file = pick(2) ? "d/1" : "d/2";
    if (pick(2)) f.offset = pick(3);
    if (pick(2)) f.expected = "x";
    if (pick(2)) f.actual = "y";
    f.message = pick(2) ? "m" : "";
    out.push_back(f);
  }
  return out;
}

struct Summary {
  std::vector<Finding> kept;
  uint64_t dropped;
  std::vector<uint64_t> counts;
  bool operator==(const Summary& o) const {
    return kept == o.kept && dropped == o.dropped && counts == o.counts;
  }
};

Summary Collect(const std::vector<Finding>& findings, size_t limit, bool look_often = false) {
  FindingList list(limit);
  size_t added = 0;
  for (const Finding& f : findings) {
    list.Add(f);
    if (look_often && ++added % 101 == 0) (void)list.sorted();
  }
  Summary out{list.sorted(), list.dropped(), {}};
  for (Severity s :
       {Severity::kError, Severity::kGap, Severity::kTrust, Severity::kWarning, Severity::kInfo})
    out.counts.push_back(list.CountOf(s));
  return out;
}

}  // namespace

TEST_CASE("codes have unique names that are read back, and the severity of their row") {
  std::set<std::string> names;
  for (Code code : AllCodes()) {
    names.insert(std::string(CodeName(code)));
    REQUIRE(ParseCode(CodeName(code)).has_value());
    CHECK(*ParseCode(CodeName(code)) == code);
    CHECK(Finding(code).severity == DefaultSeverity(code));
  }
  CHECK(names.size() == 33);
  CHECK(AllCodes().size() == 33);
  CHECK_FALSE(ParseCode("digest-mismatc"));
  CHECK_FALSE(ParseCode(""));

  const std::pair<Severity, const char*> rows[] = {
      {Severity::kError,
       "digest-mismatch shape-mismatch dtype-mismatch missing-leaf extra-leaf missing-chunk "
       "missing-file truncated checksum invalid name-collision hostile-path uncommitted "
       "reader-divergence "},
      {Severity::kGap,
       "unsupported limit unreadable changed-during-read skipped newer-step symlink "},
      {Severity::kTrust, "signature "},
      {Severity::kWarning,
       "unclaimed-key zero-fill-allowed value-type-mismatch structure-mismatch "
       "statistics-mismatch unknown-file trailing-bytes duplicate-member "},
      {Severity::kInfo, "re-encoded companion-file item-renamed "},
  };
  for (const auto& [severity, expected] : rows) {
    std::string actual;
    for (Code code : AllCodes())
      if (DefaultSeverity(code) == severity) actual += std::string(CodeName(code)) + " ";
    CHECK(actual == expected);
  }
}

TEST_CASE("findings are ordered field by field, null first") {
  Finding base(Code::kInvalid);
  base.item = "b";
  base.key_path = std::vector<std::string>{"k"};
  base.file = "f";
  base.offset = 5;
  base.expected = "e";
  base.actual = "a";
  base.message = "m";
  std::vector<Finding> ascending;
  auto add = [&](auto change) {
    Finding f = base;
    change(f);
    ascending.push_back(f);
  };
  add([](Finding& f) { f.item.reset(); });
  add([](Finding& f) { f.item = ""; });
  add([](Finding& f) {
    f.item = "a";
    f.message = "z";
  });
  add([](Finding& f) { f.key_path.reset(); });
  add([](Finding& f) { f.key_path->clear(); });
  add([](Finding& f) { f.key_path = std::vector<std::string>{"j", "z"}; });
  add([](Finding& f) { f.code = Code::kChecksum; });  // by name, not by number
  add([](Finding& f) { f.file.reset(); });
  add([](Finding& f) { f.offset.reset(); });
  add([](Finding& f) { f.offset = 4; });
  add([](Finding& f) { f.expected.reset(); });
  add([](Finding& f) { f.actual.reset(); });
  add([](Finding& f) { f.message = ""; });
  add([](Finding&) {});
  add([](Finding& f) { f.severity = Severity::kWarning; });
  add([](Finding& f) { f.offset = 10; });  // as a number, not as text
  add([](Finding& f) { f.code = Code::kTruncated; });
  add([](Finding& f) { f.key_path = std::vector<std::string>{"k", ""}; });
  add([](Finding& f) { f.key_path = std::vector<std::string>{"\xc3\xa9"}; });  // bytes are unsigned
  add([](Finding& f) { f.item = "\xc3\xa9"; });
  for (size_t i = 0; i < ascending.size(); ++i)
    for (size_t j = 0; j < ascending.size(); ++j) {
      INFO(i << " " << j);
      CHECK(FindingLess(ascending[i], ascending[j]) == (i < j));
      CHECK((ascending[i] == ascending[j]) == (i == j));
    }
}

TEST_CASE("a list of findings does not depend on the order they came in") {
  const size_t limit = GENERATE(0, 1, 2, 10, 100, 5000);
  std::vector<Finding> findings = ManyFindings(2000, 1);
  const Summary reference = Collect(findings, limit);

  // What it must be: sorted, each once, the first `limit`.
  std::vector<Finding> distinct = findings;
  std::sort(distinct.begin(), distinct.end(), FindingLess);
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  REQUIRE(distinct.size() > 1000);
  REQUIRE(distinct.size() < findings.size());
  const size_t kept = std::min(limit, distinct.size());
  CHECK(reference.dropped == distinct.size() - kept);
  CHECK(reference.kept == std::vector<Finding>(distinct.begin(), distinct.begin() + kept));
  uint64_t errors = 0;
  for (const Finding& f : distinct) errors += f.severity == Severity::kError;
  CHECK(reference.counts[0] == errors);

  std::mt19937 random(7);
  for (int round = 0; round < 4; ++round) {
    std::shuffle(findings.begin(), findings.end(), random);
    CHECK(Collect(findings, limit) == reference);
    CHECK(Collect(findings, limit, true) == reference);
  }
  // Equal ones count once, however often they come.
  const std::vector<Finding> again = findings;
  findings.insert(findings.end(), again.begin(), again.end());
  CHECK(Collect(findings, limit) == reference);
}

TEST_CASE("a dropped finding still counts for the verdict") {
  FindingList list(1);
  CHECK_FALSE(list.Has(Severity::kError));
  Finding info(Code::kReEncoded);
  info.item = "a";
  Finding error(Code::kInvalid);
  error.item = "b";
  list.Add(error);
  list.Add(info);
  REQUIRE(list.sorted().size() == 1);
  CHECK(list.sorted()[0].code == Code::kReEncoded);
  CHECK(list.dropped() == 1);
  CHECK(list.Has(Severity::kError));
  CHECK(list.Has(Severity::kInfo));
  CHECK_FALSE(list.Has(Severity::kGap));
}

TEST_CASE("an offset that JSON cannot hold is left out") {
  FindingList list(10);
  Finding f(Code::kTruncated);
  f.offset = (1ull << 53) - 1;
  list.Add(f);
  f.offset = 1ull << 53;
  list.Add(f);
  REQUIRE(list.sorted().size() == 2);
  CHECK_FALSE(list.sorted()[0].offset.has_value());
  CHECK(list.sorted()[1].offset == (1ull << 53) - 1);
}
