#include "evidence/file_sums.h"

#include <string>

#include "support/catch.h"

using namespace leafsum;
using namespace leafsum::evidence;

namespace {

Result<FileSums> Parse(std::string_view text) {
  auto document = ParseJson(AsBytes(text));
  REQUIRE(document);
  return ParseFileSums(document->root);
}

}  // namespace

TEST_CASE("what the host found in files becomes findings") {
  auto sums = Parse(
      R"({"equal":3,"with_source":true,"findings":[
        {"code":"unknown-file","severity":"error","file":"x","message":"m"},
        {"code":"missing-file","severity":"warning","file":"y","expected":"e","message":"n"},
        {"code":"unreadable","file":"z","message":"o"}]})");
  REQUIRE(sums);
  CHECK(sums->equal == 3);
  CHECK(sums->with_source);
  REQUIRE(sums->findings.size() == 3);
  CHECK(sums->findings[0].severity == report::Severity::kError);
  CHECK(sums->findings[0].file == "x");
  CHECK(sums->findings[1].severity == report::Severity::kWarning);
  CHECK(sums->findings[1].expected == "e");
  CHECK_FALSE(sums->findings[1].actual);
  CHECK(sums->findings[2].severity == report::Severity::kGap);
  CHECK(sums->findings[2].message == "o");
}

TEST_CASE("sums of another form are the host's mistake") {
  for (const char* text :
       {"[]", "{}", "null", R"({"equal":-1,"with_source":true,"findings":[]})",
        R"({"equal":1,"with_source":1,"findings":[]})", R"({"equal":1,"with_source":true})",
        R"({"equal":1,"with_source":true,"findings":{}})",
        R"({"equal":1,"with_source":true,"findings":[{"code":"none","message":""}]})",
        R"({"equal":1,"with_source":true,"findings":[{"code":"checksum"}]})",
        R"({"equal":1,"with_source":true,"findings":[1]})"}) {
    INFO(text);
    CHECK_FALSE(Parse(text));
  }
}
