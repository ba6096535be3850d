#include <string>

#include "report/printable.h"
#include "report/report.h"
#include "support/catch.h"

using namespace leafsum::report;

TEST_CASE("a report is the contract's document, to the byte") {
  Report report;
  report.command = Command::kVerify;
  report.verdict = {Verdict::kMismatch, "MISMATCH", 1};
  report.headline = "MISMATCH: \"x\"";
  report.source = {"ckpt", 3, "1763770000000000000", 12, 4096};
  report.has_lock = true;
  report.lock_name = "ckpt.leafsum.json";
  report.lock_fingerprint = "leafsum1:00";
  report.signed_by = "key.pub";
  report.fingerprint = "leafsum1:11";
  report.steps = {{"3", "leafsum1:22", {}},
                  {"4", {}, StepFate::kAdded},
                  {"5", {}, StepFate::kCompared},
                  {"6", {}, StepFate::kKept},
                  {"7", {}, StepFate::kDropped}};
  report.coverage = {1, 2, 3, 4, 5};
  report.leaves = {6, 7, 8, 9, 10};
  Finding full(Code::kDigestMismatch);
  full.item = "state";
  full.key_path = std::vector<std::string>{"params", "w\n"};
  full.file = "d/1";
  full.offset = 512;
  full.expected = "blake3:00";
  full.actual = "blake3:11";
  full.message = "content differs";
  report.findings.Add(full);
  Finding bare(Code::kUnsupported);
  bare.message = "no";
  report.findings.Add(bare);
  CHECK(ToJson(report) ==
        "{\"leafsum_report\":1,\"command\":\"verify\",\"verdict\":\"MISMATCH\",\"exit_code\":1,"
        "\"headline\":\"MISMATCH: \\\"x\\\"\",\"source\":{\"name\":\"ckpt\",\"step\":3,"
        "\"commit_timestamp_nsecs\":\"1763770000000000000\",\"files\":12,\"bytes\":4096},"
        "\"lock\":{\"name\":\"ckpt.leafsum.json\",\"fingerprint\":"
        "\"leafsum1:00\",\"signed_by\":\"key.pub\"},\"fingerprint\":\"leafsum1:11\",\"steps\":["
        "{\"name\":\"3\",\"fingerprint\":\"leafsum1:22\"},{\"name\":\"4\",\"fingerprint\":null,"
        "\"update\":\"added\"},{\"name\":\"5\",\"fingerprint\":null,\"update\":\"compared\"},"
        "{\"name\":\"6\",\"fingerprint\":null,\"update\":\"kept\"},{\"name\":\"7\",\"fingerprint\":"
        "null,"
        "\"update\":\"dropped\"}],\"coverage\":"
        "{\"leaf\":1,\"structural\":2,\"unreachable\":3,\"ignored\":4,\"unread\":5},\"leaves\":"
        "{\"equal\":6,\"different\":7,\"missing\":8,\"extra\":9,\"not_read\":10},\"findings\":["
        "{\"code\":\"unsupported\",\"severity\":\"gap\",\"item\":null,\"key_path\":null,"
        "\"file\":null,\"offset\":null,\"expected\":null,\"actual\":null,\"message\":\"no\"},"
        "{\"code\":\"digest-mismatch\",\"severity\":\"error\",\"item\":\"state\",\"key_path\":"
        "[\"params\",\"w\\n\"],\"file\":\"d/1\",\"offset\":512,\"expected\":\"blake3:00\","
        "\"actual\":\"blake3:11\",\"message\":\"content differs\"}],\"findings_dropped\":0}\n");
}

TEST_CASE("a report without a listing, lockfile or findings") {
  Report report;
  report.command = Command::kCheck;
  report.verdict = {Verdict::kMatch, "SOUND", 0};
  const std::string tail =
      "\"coverage\":{\"leaf\":0,\"structural\":0,\"unreachable\":0,\"ignored\":0,\"unread\":0},"
      "\"leaves\":{\"equal\":0,\"different\":0,\"missing\":0,\"extra\":0,\"not_read\":0},"
      "\"findings\":[],\"findings_dropped\":0}\n";
  CHECK(ToJson(report) ==
        "{\"leafsum_report\":1,\"command\":\"check\",\"verdict\":\"SOUND\",\"exit_code\":0,"
        "\"headline\":\"\",\"source\":{},\"lock\":null," +
            tail);

  // A command that digests says so where the fingerprint cannot be had; so does a lockfile.
  report.command = Command::kVerify;
  report.has_lock = true;
  CHECK(ToJson(report) ==
        "{\"leafsum_report\":1,\"command\":\"verify\",\"verdict\":\"SOUND\",\"exit_code\":0,"
        "\"headline\":\"\",\"source\":{},\"lock\":{\"fingerprint\":null},\"fingerprint\":null," +
            tail);
}

TEST_CASE("dropped findings are counted in the report") {
  Report report;
  report.findings = FindingList(2);
  for (int i = 0; i < 5; ++i) {
    Finding f(Code::kUnknownFile);
    f.file = std::to_string(i);
    report.findings.Add(f);
  }
  const std::string json = ToJson(report);
  CHECK(json.find("\"file\":\"1\"") != std::string::npos);
  CHECK(json.find("\"file\":\"2\"") == std::string::npos);
  CHECK(json.find("\"findings_dropped\":3}\n") != std::string::npos);
}

TEST_CASE("bytes that are not UTF-8 are shown, so that the report stays JSON") {
  Finding f(Code::kInvalid);
  f.file = "a\xff/\xed\xa0\x80";
  f.key_path = std::vector<std::string>{"\xc0\x80"};
  const std::string json = ToJson(f);
  CHECK(json.find("\"file\":\"a\\\\xff/\\\\xed\\\\xa0\\\\x80\"") != std::string::npos);
  CHECK(json.find("\"key_path\":[\"\\\\xc0\\\\x80\"]") != std::string::npos);
  CHECK(Printable("\xe2\x80\xa8") == "\xe2\x80\xa8");
}

TEST_CASE("long text is cut between characters") {
  CHECK(Clipped("abc", 3) == "abc");
  CHECK(Clipped("abcd", 3) == "abc…");
  CHECK(Clipped("ab\xc3\xa9", 4) == "ab\xc3\xa9");
  CHECK(Clipped("ab\xc3\xa9z", 3) == "ab…");
  CHECK(Clipped("\xff\xff\xff", 2) == "\\xff\\xff…");
  CHECK(Clipped("\x80\x80\x80", 2) == "…");
}
