#include "trust/lockfile_check.h"

#include "support/catch.h"
#include "trust/signing.h"
#include "vectors.h"

using namespace leafsum;
using namespace leafsum::trust;
using namespace leafsum::test;

namespace {

const Json& Key(size_t i) { return Signed()["keys"][i]; }
NamedBytes Public(size_t i) { return {"key " + std::to_string(i), BytesOf(Key(i)["public"])}; }

LockfileCheck::Given Good() {
  LockfileCheck::Given given;
  given.lockfile = {"run.leafsum.json", BytesOf(Signed()["artifact"])};
  given.bundle = ToVector(AsBytes(Key(0)["dsse"].dump()));
  given.keys = {Public(0)};
  given.now = "2026-12-01T00:00:00Z";
  return given;
}

Json Run(LockfileCheck::Given given) {
  LockfileCheck check(std::move(given));
  REQUIRE(check.error() == "");
  RecordedHost host;
  host.Drive(check);
  const Json result = Json::parse(check.Result(), nullptr, false);
  REQUIRE_FALSE(result.is_discarded());
  return result;
}
std::string Reasons(const Json& result) {
  std::string out;
  for (const Json& f : result["findings"]) out += f["reason"].get<std::string>() + " ";
  return out;
}

Json PolicyOf(size_t key) {
  return {
      {"leafsum_policy", 1},
      {"signers",
       {{{"name", "release"},
         {"key", Key(key)["public"]},
         {"may_sign", {"run*.leafsum.json"}},
         {"not_before", "2026-01-01T00:00:00Z"},
         {"not_after", "2027-01-01T00:00:00Z"}}}},
      {"revoked",
       {{"keys", Json::array()}, {"lockfiles", Json::array()}, {"fingerprints", Json::array()}}}};
}
ByteVector Dumped(const Json& json) { return ToVector(AsBytes(json.dump())); }

}  // namespace

TEST_CASE("A lockfile signed as it was demanded") {
  const Json good = Run(Good());
  CHECK(Reasons(good) == "");
  CHECK(good["signed_by"] == "key sha256:" + Key(0)["id"].get<std::string>());
  CHECK(good["claims"]["signed_at"] == "2026-11-30T12:00:00Z");
  CHECK(good["claims"]["leaves"] == 3);
  auto given = Good();
  given.bundle = Dumped(Key(0)["message"]);
  const Json message = Run(given);
  CHECK(Reasons(message) == "");
  CHECK_FALSE(message.contains("claims"));
  given = Good();
  given.lockfile.name = "";  // stdin
  CHECK(Reasons(Run(given)) == "");
  given = Good();
  given.require_signers = {Key(1)["id"], Key(0)["id"]};
  CHECK(Reasons(Run(given)) == "");
}

TEST_CASE("What is wrong with a lockfile's signature has its reason") {
  struct Case {
    std::string what;
    std::function<void(LockfileCheck::Given&)> change;
    std::string reasons;
    bool is_signed;  // by whom is said even so
  };
  using Given = LockfileCheck::Given;
  for (const auto& [what, change, reasons, is_signed] :
       {Case{"no bundle", [](Given& g) { g.bundle.reset(); }, "missing-signature ", false},
        Case{"another key", [](Given& g) { g.keys = {Public(1)}; }, "bad-signature ", false},
        Case{"another lockfile", [](Given& g) { g.lockfile.bytes[0] ^= 1; }, "wrong-subject ",
             true},
        Case{"another name", [](Given& g) { g.lockfile.name = "other.leafsum.json"; },
             "wrong-subject ", true},
        Case{"another signer",
             [](Given& g) { g.require_signers = {Key(1)["id"].get<std::string>()}; },
             "unknown-signer ", true},
        Case{"a message over other bytes",
             [](Given& g) {
               g.bundle = Dumped(Key(0)["message"]);
               g.lockfile.bytes[0] ^= 1;
             },
             "bad-signature ", false},
        Case{"no JSON", [](Given& g) { g.bundle = ByteVector{1, 2}; }, "not-json ", false}}) {
    CAPTURE(what);
    auto given = Good();
    change(given);
    const Json got = Run(given);
    CHECK(Reasons(got) == reasons);
    CHECK(got.contains("signed_by") == is_signed);
  }
}

TEST_CASE("Whom another verifier found counts for what it saw signed alone") {
  const ByteVector payload = ParseBundle(*Good().bundle)->envelope->payload;
  ByteVector other = payload;
  other.back() ^= 1;
  const auto message = Dumped(Key(0)["message"]);
  const Signer identity{"identity", "a@example.com", "https://issuer.example"};
  const std::string name = "identity a@example.com by https://issuer.example", id = Key(0)["id"];
  struct Case {
    std::string what;
    std::function<void(LockfileCheck::Given&)> change;
    std::string reasons;
  };
  using Given = LockfileCheck::Given;
  for (const auto& [what, change, reasons] :
       {Case{"as it is", [](Given&) {}, ""},
        Case{"another payload", [&](Given& g) { g.payload = other; }, "malformed-bundle "},
        Case{"no payload", [](Given& g) { g.payload.reset(); }, "malformed-bundle "},
        Case{"a payload, and here a message", [&](Given& g) { g.bundle = message; },
             "malformed-bundle "},
        Case{"a message", [&](Given& g) { g.bundle = message, g.payload.reset(); }, ""},
        Case{"no bundle", [](Given& g) { g.bundle.reset(); }, "missing-signature "},
        Case{"no JSON", [](Given& g) { g.bundle = ByteVector{1}; }, "not-json "},
        Case{"nobody", [](Given& g) { g.refusal = {Reason::kBadSignature, "no", "", ""}; },
             "bad-signature "},
        Case{"another lockfile", [](Given& g) { g.lockfile.bytes[0] ^= 1; }, "wrong-subject "},
        Case{"required", [&](Given& g) { g.require_signers = {id, name}; }, ""},
        Case{"another issuer", [&](Given& g) { g.require_signers = {name + "/"}; },
             "unknown-signer "},
        Case{"another kind",
             [&](Given& g) { g.signer->kind = "certificate", g.require_signers = {name}; },
             "unknown-signer "}}) {
    CAPTURE(what);
    auto given = Good();
    given.keys.clear();
    given.signer = identity;
    given.payload = payload;
    change(given);
    const Json got = Run(given);
    CHECK(Reasons(got) == reasons);
    if (what == "as it is") CHECK(got["signed_by"] == name);
  }
}

TEST_CASE("What cannot be used of what the user gave is misuse") {
  for (const auto& change : std::vector<std::function<void(LockfileCheck::Given&)>>{
           [](auto& g) { g.keys = {{"k", ByteVector{1}}}; },
           [](auto& g) { g.require_signers = {"ab"}; },
           [](auto& g) { g.require_signers = {"identity a"}; },
           [](auto& g) { g.require_signers = {"identity  by u"}; },
           [](auto& g) { g.require_signers = {"identity a by "}; },
           [](auto& g) { g.require_signers = {"identity a by u v"}; },
           [](auto& g) { g.policy = ByteVector{1}; }}) {
    auto given = Good();
    change(given);
    LockfileCheck check(given);
    CHECK(check.error() != "");
  }
}

TEST_CASE("A policy: who, which names, when, and what is revoked") {
  struct Case {
    std::string what;
    std::function<void(Json&)> change;
    std::string reasons;
  };
  const std::string id = Key(0)["id"],
                    sha256 = Signed()["statement"]["subject"][0]["digest"]["sha256"];
  for (const auto& [what, change, reasons] :
       {Case{"as it is", [](Json&) {}, ""},
        Case{"no window",
             [](Json& p) {
               p["signers"][0].erase("not_before");
               p["signers"][0].erase("not_after");
             },
             ""},
        Case{"another name", [](Json& p) { p["signers"][0]["may_sign"] = {"a?.json", "*.txt"}; },
             "not-allowed "},
        Case{"not yet", [](Json& p) { p["signers"][0]["not_before"] = "2026-12-01T00:00:01Z"; },
             "outside-validity "},
        Case{"no longer", [](Json& p) { p["signers"][0]["not_after"] = "2026-11-30T23:59:59Z"; },
             "outside-validity "},
        Case{"signed before the window",
             [](Json& p) { p["signers"][0]["not_before"] = "2026-11-30T12:00:01Z"; },
             "outside-validity "},
        Case{"the edge", [](Json& p) { p["signers"][0]["not_before"] = "2026-11-30T12:00:00Z"; },
             ""},
        Case{"another key", [](Json& p) { p["signers"][0]["key"] = Key(1)["public"]; },
             "bad-signature "},
        Case{"nobody", [](Json& p) { p["signers"] = Json::array(); }, "no-key "},
        Case{"key revoked", [&](Json& p) { p["revoked"]["keys"] = {id}; }, "revoked "},
        Case{"lockfile revoked", [&](Json& p) { p["revoked"]["lockfiles"] = {sha256}; },
             "revoked "}}) {
    CAPTURE(what);
    auto given = Good();
    given.keys.clear();
    Json policy = PolicyOf(0);
    change(policy);
    given.policy = Dumped(policy);
    CHECK(Reasons(Run(given)) == reasons);
  }
  // A key of the command line must be the policy's too.
  auto given = Good();
  given.policy = Dumped(PolicyOf(1));
  CHECK(Reasons(Run(given)) == "unknown-signer ");
  // Fingerprints are the core's to compare.
  Json policy = PolicyOf(0);
  policy["revoked"]["fingerprints"] = {"leafsum1:" + std::string(64, 'a')};
  given.policy = Dumped(policy);
  CHECK(Run(given)["revoked"] == policy["revoked"]["fingerprints"]);
}

TEST_CASE("A policy is read strictly") {
  REQUIRE(ParsePolicy(AsBytes(PolicyOf(0).dump())));
  Json identity = PolicyOf(0);
  identity["signers"][0].erase("key");
  identity["signers"][0]["identity"] = "a@example.com";
  identity["signers"][0]["issuer"] = "https://issuer.example";
  const auto parsed = ParsePolicy(AsBytes(identity.dump()));
  REQUIRE(parsed);
  const Signer signer{"identity", "a@example.com", "https://issuer.example"};
  CHECK_FALSE(JudgeSigner(*parsed, signer, "run.leafsum.json", "", ""));
  const Signer other{"identity", "a@example.com", "https://other.example"};
  CHECK(JudgeSigner(*parsed, other, "run.leafsum.json", "", "")->reason == Reason::kUnknownSigner);
  for (const auto& change : std::vector<std::function<void(Json&)>>{
           [](Json& p) { p = 1; }, [](Json& p) { p["leafsum_policy"] = 2; },
           [](Json& p) { p.erase("leafsum_policy"); }, [](Json& p) { p.erase("signers"); },
           [](Json& p) { p["later"] = 1; }, [](Json& p) { p["signers"][0]["later"] = 1; },
           [](Json& p) { p["signers"][0]["may_sign"] = Json::array(); },
           [](Json& p) { p["signers"][0].erase("may_sign"); },
           [](Json& p) { p["signers"][0]["key"] = "x"; },
           [](Json& p) { p["signers"][0].erase("key"); },
           [](Json& p) { p["signers"][0]["identity"] = "a"; },
           [](Json& p) { p["signers"][0]["not_before"] = "2026-13-01T00:00:00Z"; },
           [](Json& p) { p["signers"][0]["not_after"] = "2025-01-01T00:00:00Z"; },
           [](Json& p) { p["revoked"]["keys"] = {"ab"}; },
           [](Json& p) { p["revoked"]["fingerprints"] = {std::string(64, 'a')}; },
           [](Json& p) { p["revoked"]["later"] = 1; }}) {
    Json policy = PolicyOf(0);
    change(policy);
    CAPTURE(policy.dump());
    CHECK_FALSE(ParsePolicy(AsBytes(policy.dump())));
  }
}

TEST_CASE("Patterns of names") {
  struct Case {
    const char *pattern, *name;
    bool fits;
  };
  for (const auto& [pattern, name, fits] :
       {Case{"a", "a", true}, Case{"a", "ab", false}, Case{"*", "", true}, Case{"*", "x", true},
        Case{"?", "", false}, Case{"a*c", "abbc", true}, Case{"a*c", "abbcd", false},
        Case{"*a*b*", "xxaxxbxx", true}, Case{"**", "a", true}, Case{"a*b*c", "abbc", true},
        Case{"", "", true}, Case{"", "a", false}}) {
    CAPTURE(pattern, name);
    CHECK(MatchesPattern(pattern, name) == fits);
  }
  // Quadratic at worst, not exponential.
  CHECK_FALSE(MatchesPattern("*a*a*a*a*a*a*a*a*a*a*b", std::string(2000, 'a')));
}

TEST_CASE("Times are those of a calendar") {
  for (const char* good : {"2026-11-30T12:00:00Z", "2024-02-29T23:59:59Z", "2000-02-29T00:00:00Z"})
    CHECK(IsTime(good));
  for (const char* bad :
       {"", "2026-11-30T12:00:00", "2026-11-30T12:00:00+00:00", "2026-11-31T12:00:00Z",
        "2026-02-29T12:00:00Z", "1900-02-29T12:00:00Z", "2026-00-10T12:00:00Z",
        "2026-11-30T24:00:00Z", "2026-11-30T12:60:00Z", "2026-11-30 12:00:00Z"})
    CHECK_FALSE(IsTime(bad));
}

TEST_CASE("Signing: what is written is what the check takes") {
  for (size_t k = 0; k < 4; ++k) {
    CAPTURE(k);
    Signing::Given given;
    given.pkcs8 = *[&] {
      auto file = ParsePrivateKeyPem(BytesOf(Key(k)["private"]), "");
      return std::optional(file->key->pkcs8);
    }();
    given.key_name = "key.pem";
    given.lockfile = {"a \"b\".json", ByteVector{1, 2, 3}};
    given.claims = {"leafsum1:" + std::string(64, 'a'), 1, 2, "2026-11-30T12:00:00Z"};
    Signing signing(given);
    const auto pub = ParsePublicKeyPem(BytesOf(Key(k)["public"]), "");
    const size_t n = InfoOf(pub->algorithm).scalar_bytes;
    while (!signing.done())
      for (const CryptoAsk& ask : signing.Poll()) {
        if (ask.kind == CryptoKind::kDigest) signing.Feed(ask.id, hash::Sha256Of(ask.data));
        if (ask.kind == CryptoKind::kImportKey) signing.Feed(ask.id, pub->spki);
        if (ask.kind == CryptoKind::kSign) signing.Feed(ask.id, ByteVector(2 * n, 0x81));
      }
    REQUIRE_FALSE(signing.refusal());
    CHECK(signing.key_id() == hash::ToHex(pub->id));
    const auto bundle = ParseBundle(AsBytes(signing.bundle()));
    REQUIRE(bundle);
    CHECK((*RawSignature(bundle->envelope->signature, pub->algorithm) == ByteVector(2 * n, 0x81)));
    const auto statement = ParseStatement(bundle->envelope->payload);
    REQUIRE(statement);
    CHECK(statement->subjects[0].name == "a \"b\".json");
    CHECK(ReadLockfileClaims(*statement)->signed_at == "2026-11-30T12:00:00Z");
  }
}

TEST_CASE("Signing: a host that fails gives no bundle") {
  const auto file = ParsePrivateKeyPem(BytesOf(Key(0)["private"]), "");
  for (const CryptoKind fails : {CryptoKind::kDigest, CryptoKind::kImportKey, CryptoKind::kSign}) {
    for (const bool nonsense : {false, true}) {
      Signing::Given given;
      given.pkcs8 = file->key->pkcs8;
      Signing signing(given);
      const auto pub = ParsePublicKeyPem(BytesOf(Key(0)["public"]), "");
      while (!signing.done())
        for (const CryptoAsk& ask : signing.Poll()) {
          if (ask.kind == fails && nonsense)
            signing.Feed(ask.id, ByteVector{7});
          else if (ask.kind == fails)
            signing.Fail(ask.id, CryptoFailure::kUnsupported, "no");
          else if (ask.kind == CryptoKind::kDigest)
            signing.Feed(ask.id, hash::Sha256Of(ask.data));
          else
            signing.Feed(ask.id, pub->spki);
        }
      CHECK(signing.refusal());
      CHECK(signing.bundle() == "");
    }
  }
}
