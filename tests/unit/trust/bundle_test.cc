#include "trust/bundle.h"

#include "support/catch.h"
#include "support/hex.h"
#include "trust/statement.h"
#include "vectors.h"

using namespace leafsum;
using namespace leafsum::trust;
using namespace leafsum::test;
using Catch::Matchers::ContainsSubstring;

namespace {

Json Dsse() { return Signed()["keys"][0]["dsse"]; }
Json Message() { return Signed()["keys"][0]["message"]; }

struct Edit {
  std::string what;
  std::function<void(Json&)> change;
  Reason reason;
};

void CheckEdits(const Json& good, const std::vector<Edit>& edits) {
  REQUIRE(ParseBundle(AsBytes(good.dump())));
  for (const auto& [what, change, reason] : edits) {
    CAPTURE(what);
    Json changed = good;
    change(changed);
    const std::string text = changed.dump();
    const auto got = ParseBundle(Exact(AsBytes(text)));
    REQUIRE_FALSE(got);
    CHECK(ReasonName(got.refusal().reason) == ReasonName(reason));
    CHECK(got.refusal().message.rfind("the bundle", 0) == 0);
  }
}

}  // namespace

TEST_CASE("Bundles: DSSE, a message, each media type") {
  const auto dsse = ParseBundle(AsBytes(Dsse().dump()));
  REQUIRE(dsse);
  CHECK(dsse->media_type == MediaType::kV03);
  CHECK(dsse->material.hint == Signed()["keys"][0]["id"].get<std::string>());
  CHECK_FALSE(dsse->material.has_log_entries);
  const auto message = ParseBundle(AsBytes(Message().dump()));
  REQUIRE(message);
  CHECK(message->message->digest_algorithm == "SHA2_256");
  for (const char* version : {"0.1", "0.2", "0.3"}) {
    Json other = Dsse();
    other["mediaType"] = std::string("application/vnd.dev.sigstore.bundle+json;version=") + version;
    CHECK(ParseBundle(AsBytes(other.dump())));
  }
  const auto written = ParseBundle(AsBytes(WriteBundle(*dsse->envelope, "a \"hint\"")));
  REQUIRE(written);
  CHECK((written->envelope->payload == dsse->envelope->payload));
  CHECK((written->envelope->signature == dsse->envelope->signature));
  CHECK(written->material.hint == "a \"hint\"");
}

TEST_CASE("Bundles: other material") {
  Json b = Dsse();
  b["verificationMaterial"] = {{"publicKey", {{"rawBytes", "AAAA"}}},
                               {"tlogEntries", Json::array({Json::object()})},
                               {"timestampVerificationData", Json::object()},
                               {"later", 1}};
  auto got = ParseBundle(AsBytes(b.dump()));
  REQUIRE(got);
  CHECK(got->material.raw_key.size() == 3);
  CHECK(got->material.has_log_entries);
  CHECK(got->material.has_timestamps);
  b["verificationMaterial"] = {{"certificate", {{"rawBytes", "AAAA"}}}};
  got = ParseBundle(AsBytes(b.dump()));
  REQUIRE(got);
  CHECK(got->material.kind == Material::Kind::kCertificate);
  b["verificationMaterial"] = {
      {"x509CertificateChain",
       {{"certificates", {{{"rawBytes", "AAAA"}}, {{"rawBytes", "AQAA"}}}}}}};
  got = ParseBundle(AsBytes(b.dump()));
  REQUIRE(got);
  CHECK(got->material.kind == Material::Kind::kCertificateChain);
  CHECK(got->material.certificates.size() == 2);
}

TEST_CASE("Bundles: each broken rule has its reason") {
  const auto env = [](Json& b) -> Json& { return b["dsseEnvelope"]; };
  const Json cert = {{"rawBytes", "AAAA"}};
  CheckEdits(
      Dsse(),
      {
          {"no media type", [](Json& b) { b.erase("mediaType"); }, Reason::kMalformedBundle},
          {"a later media type",
           [](Json& b) { b["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.4+json"; },
           Reason::kUnknownMediaType},
          {"not an object", [](Json& b) { b = Json::array(); }, Reason::kMalformedBundle},
          {"no material", [](Json& b) { b.erase("verificationMaterial"); },
           Reason::kMalformedBundle},
          {"empty material", [](Json& b) { b["verificationMaterial"] = Json::object(); },
           Reason::kMalformedBundle},
          {"a key and a certificate",
           [&](Json& b) { b["verificationMaterial"]["certificate"] = cert; },
           Reason::kMalformedBundle},
          {"an empty chain",
           [](Json& b) {
             b["verificationMaterial"] = {
                 {"x509CertificateChain", {{"certificates", Json::array()}}}};
           },
           Reason::kMalformedBundle},
          {"17 certificates",
           [&](Json& b) {
             b["verificationMaterial"] = {
                 {"x509CertificateChain", {{"certificates", Json::array()}}}};
             for (int i = 0; i < 17; ++i)
               b["verificationMaterial"]["x509CertificateChain"]["certificates"].push_back(cert);
           },
           Reason::kTooLarge},
          {"hint of a number", [](Json& b) { b["verificationMaterial"]["publicKey"]["hint"] = 1; },
           Reason::kMalformedBundle},
          {"no envelope", [](Json& b) { b.erase("dsseEnvelope"); }, Reason::kNoSignature},
          {"envelope null", [](Json& b) { b["dsseEnvelope"] = nullptr; }, Reason::kNoSignature},
          {"envelope of text", [](Json& b) { b["dsseEnvelope"] = "x"; }, Reason::kMalformedBundle},
          {"both contents", [](Json& b) { b["messageSignature"] = Message()["messageSignature"]; },
           Reason::kMalformedBundle},
          {"no signatures", [&](Json& b) { env(b).erase("signatures"); }, Reason::kNoSignature},
          {"signatures stripped", [&](Json& b) { env(b)["signatures"] = Json::array(); },
           Reason::kNoSignature},
          {"signatures an object", [&](Json& b) { env(b)["signatures"] = Json::object(); },
           Reason::kMalformedBundle},
          {"two signatures",
           [&](Json& b) { env(b)["signatures"].push_back(env(b)["signatures"][0]); },
           Reason::kSeveralSignatures},
          {"a signature without sig", [&](Json& b) { env(b)["signatures"][0].erase("sig"); },
           Reason::kMalformedBundle},
          {"a signature of text", [&](Json& b) { env(b)["signatures"][0] = "x"; },
           Reason::kMalformedBundle},
          {"sig without padding", [&](Json& b) { env(b)["signatures"][0]["sig"] = "AA"; },
           Reason::kMalformedBase64},
          {"payload of the URL alphabet", [&](Json& b) { env(b)["payload"] = "-_-_"; },
           Reason::kMalformedBase64},
          {"no payload", [&](Json& b) { env(b).erase("payload"); }, Reason::kMalformedBundle},
          {"payload type", [&](Json& b) { env(b)["payloadType"] = "application/json"; },
           Reason::kWrongPayloadType},
      });
  CheckEdits(
      Message(),
      {
          {"no signature", [](Json& b) { b["messageSignature"].erase("signature"); },
           Reason::kNoSignature},
          {"of text", [](Json& b) { b["messageSignature"] = "x"; }, Reason::kMalformedBundle},
          {"digest without algorithm",
           [](Json& b) { b["messageSignature"]["messageDigest"].erase("algorithm"); },
           Reason::kMalformedBundle},
      });
}

TEST_CASE("Bundles: text that two readers take differently") {
  const std::string good = Dsse().dump();
  const auto reason = [](const std::string& text) {
    const auto got = ParseBundle(Exact(AsBytes(text)));
    return got ? "accepted" : std::string(ReasonName(got.refusal().reason));
  };
  CHECK(reason("\xef\xbb\xbf" + good) == "not-json");
  CHECK(reason(good + std::string(1, '\0')) == "not-json");
  CHECK(reason(good + "x") == "not-json");
  CHECK(reason("") == "not-json");
  CHECK(reason("{\"mediaType\":\"\xff\"}") == "not-json");
  CHECK(reason("{\"later\":{\"a\":1,\"a\":1}," + good.substr(1)) == "duplicate-member");
  CHECK(reason("{\"mediaType\":\"x\"," + good.substr(1)) == "duplicate-member");
  CHECK(reason("{\"later\":" + std::string(100, '[') + std::string(100, ']') + "," +
               good.substr(1)) == "too-large");
  CHECK(reason("{\"later\":{\"a\":1}," + good.substr(1)) == "accepted");
  for (size_t n = 0; n < good.size(); ++n) CHECK_FALSE(ParseBundle(Exact(AsBytes(good).first(n))));
}

TEST_CASE("Statements: in-toto v1") {
  const Json good = Signed()["statement"];
  const auto parse = [](const Json& s) { return ParseStatement(Exact(AsBytes(s.dump()))); };
  const auto got = parse(good);
  REQUIRE(got);
  REQUIRE(got->subjects.size() == 1);
  CHECK(got->subjects[0].name == "run.leafsum.json");
  CHECK(got->subjects[0].Find("sha256")->size() == 32);
  CHECK(got->subjects[0].Find("sha512") == nullptr);
  CHECK(got->predicate_type == "urn:leafsum:lockfile:v1");
  CHECK(got->predicate.Find("leaves")->AsUint() == 3u);
  Json more = good;
  more["later"] = 1;
  more["subject"][0]["annotations"] = Json::object();
  more["subject"][0].erase("name");
  CHECK(parse(more));

  const std::vector<Edit> edits = {
      {"not an object", [](Json& s) { s = 1; }, Reason::kMalformedStatement},
      {"v0.1", [](Json& s) { s["_type"] = "https://in-toto.io/Statement/v0.1"; },
       Reason::kUnknownStatement},
      {"no type", [](Json& s) { s.erase("_type"); }, Reason::kMalformedStatement},
      {"no subject", [](Json& s) { s.erase("subject"); }, Reason::kMalformedStatement},
      {"empty subject", [](Json& s) { s["subject"] = Json::array(); }, Reason::kMalformedStatement},
      {"subject of text", [](Json& s) { s["subject"][0] = "x"; }, Reason::kMalformedStatement},
      {"two of one name", [](Json& s) { s["subject"].push_back(s["subject"][0]); },
       Reason::kMalformedStatement},
      {"no digest", [](Json& s) { s["subject"][0].erase("digest"); }, Reason::kMalformedStatement},
      {"empty digest", [](Json& s) { s["subject"][0]["digest"] = Json::object(); },
       Reason::kMalformedStatement},
      {"upper case", [](Json& s) { s["subject"][0]["digest"]["sha256"] = "AB"; },
       Reason::kMalformedStatement},
      {"digest of nothing", [](Json& s) { s["subject"][0]["digest"]["sha256"] = ""; },
       Reason::kMalformedStatement},
      {"predicate of text", [](Json& s) { s["predicate"] = "x"; }, Reason::kMalformedStatement},
      {"no predicate type", [](Json& s) { s.erase("predicateType"); }, Reason::kMalformedStatement},
  };
  for (const auto& [what, change, reason] : edits) {
    CAPTURE(what);
    Json changed = good;
    change(changed);
    const auto refused = parse(changed);
    REQUIRE_FALSE(refused);
    CHECK(ReasonName(refused.refusal().reason) == ReasonName(reason));
  }
  const std::string text = good.dump();
  for (size_t n = 0; n < text.size(); ++n)
    CHECK_FALSE(ParseStatement(Exact(AsBytes(text).first(n))));
}
