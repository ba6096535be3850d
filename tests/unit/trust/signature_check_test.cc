#include "trust/signature_check.h"

#include "support/catch.h"
#include "support/hex.h"
#include "trust/pem.h"
#include "vectors.h"

using namespace leafsum;
using namespace leafsum::trust;
using namespace leafsum::test;
using Catch::Matchers::ContainsSubstring;

namespace {

const Json& Key(size_t i) { return Signed()["keys"][i]; }
NamedBytes Public(size_t i) { return {"key " + std::to_string(i), BytesOf(Key(i)["public"])}; }
ByteVector Text(const Json& bundle) { return ToVector(AsBytes(bundle.dump())); }

SignatureOutcome Run(SignatureCheck::Given given, RecordedHost host = {}) {
  SignatureCheck check(std::move(given));
  host.Drive(check);
  return check.outcome();
}
std::string ReasonOf(const SignatureOutcome& outcome) {
  return outcome.refusal ? std::string(ReasonName(outcome.refusal->reason)) : "good";
}

}  // namespace

TEST_CASE("A signature is good by the key that made it, and by no other") {
  const ByteVector artifact = BytesOf(Signed()["artifact"]);
  for (size_t k = 0; k < 4; ++k) {
    for (const char* form : {"dsse", "message"}) {
      for (size_t other = 0; other < 4; ++other) {
        CAPTURE(k, form, other);
        const auto got = Run({Text(Key(k)[form]), {Public(other)}, artifact});
        CHECK(ReasonOf(got) == (k == other ? "good" : "bad-signature"));
        CHECK(got.signer.has_value() == (k == other));
        if (k != other) continue;
        CHECK(got.signer->id == Key(k)["id"].get<std::string>());
        CHECK(got.statement.has_value() == (std::string(form) == "dsse"));
        CHECK((got.artifact_sha256 == hash::Sha256Of(artifact)));
      }
      for (uint32_t seed = 0; seed < 8; ++seed) {
        RecordedHost host;
        host.seed = seed;
        const auto all =
            Run({Text(Key(k)[form]), {Public(0), Public(1), Public(2), Public(3)}, artifact}, host);
        CHECK(ReasonOf(all) == "good");
        CHECK(all.signer->id == Key(k)["id"].get<std::string>());
      }
    }
  }
}

TEST_CASE("A signature over other bytes is bad") {
  Json b = Key(0)["dsse"];
  Json s = Signed()["statement"];
  s["predicate"]["leaves"] = 4;
  b["dsseEnvelope"]["payload"] = Base64(AsBytes(s.dump()));
  CHECK(ReasonOf(Run({Text(b), {Public(0)}, std::nullopt})) == "bad-signature");
  ByteVector artifact = BytesOf(Signed()["artifact"]);
  artifact[0] ^= 1;
  CHECK(ReasonOf(Run({Text(Key(0)["message"]), {Public(0)}, artifact})) == "bad-signature");
}

TEST_CASE("What is missing or wrong is said before anything is asked") {
  struct Case {
    std::string what;
    SignatureCheck::Given given;
    std::string reason;
  };
  Json bad_der = Key(0)["dsse"];
  bad_der["dsseEnvelope"]["signatures"][0]["sig"] = Base64(Pattern(70));
  const ByteVector dsse = Text(Key(0)["dsse"]);
  for (const auto& [what, given, reason] :
       {Case{"no key", {dsse, {}, std::nullopt}, "no-key"},
        Case{"a key that is none", {dsse, {{"k", Pattern(9)}}, std::nullopt}, "malformed-key"},
        Case{"a private key", {dsse, {{"k", BytesOf(Key(0)["private"])}}, {}}, "unsupported-key"},
        Case{"1025 keys", {dsse, std::vector<NamedBytes>(1025, Public(0)), {}}, "too-large"},
        Case{"no bundle", {{}, {Public(0)}, std::nullopt}, "not-json"},
        Case{"a message without its file",
             {Text(Key(0)["message"]), {Public(0)}, {}},
             "wrong-subject"},
        Case{"no DER", {Text(bad_der), {Public(0)}, std::nullopt}, "malformed-signature"}}) {
    CAPTURE(what);
    SignatureCheck check(given);
    CHECK(check.done());
    CHECK(check.Poll().empty());
    CHECK(ReasonOf(check.outcome()) == reason);
  }
}

TEST_CASE("A host that lacks an algorithm never passes") {
  RecordedHost host;
  host.lacks = Algorithm::kEd25519;
  const auto got = Run({Text(Key(3)["dsse"]), {Public(3)}, std::nullopt}, host);
  CHECK(ReasonOf(got) == "unsupported-algorithm");
  CHECK_THAT(got.refusal->message, ContainsSubstring("Ed25519"));
  CHECK_FALSE(got.signer);
  // Another key's signature is not touched by it.
  CHECK(ReasonOf(Run({Text(Key(0)["dsse"]), {Public(3), Public(0)}, std::nullopt}, host)) ==
        "good");
}

TEST_CASE("A host that fails, or answers nonsense, never passes") {
  const auto drive = [](auto answer) {
    SignatureCheck check({Text(Key(0)["dsse"]), {Public(0)}, BytesOf(Signed()["artifact"])});
    while (!check.done())
      for (const CryptoAsk& ask : check.Poll()) answer(check, ask);
    CHECK_FALSE(check.outcome().signer);
    return ReasonOf(check.outcome());
  };
  const uint8_t zero = 0, two = 2;
  for (const uint8_t* byte : {&zero, &two}) {
    CHECK(drive([&](SignatureCheck& c, const CryptoAsk& ask) {
            if (ask.kind == CryptoKind::kDigest) return c.Feed(ask.id, hash::Sha256Of(ask.data));
            c.Feed(ask.id, Bytes(byte, 1));
          }) == "bad-signature");
  }
  CHECK(drive([](SignatureCheck& c, const CryptoAsk& ask) {
          c.Fail(ask.id, CryptoFailure::kBroken, "no memory");
        }) == "host-failed");
  CHECK(drive([](SignatureCheck& c, const CryptoAsk& ask) {
          if (ask.kind == CryptoKind::kDigest) return c.Feed(ask.id, hash::Sha256Of(ask.data));
          c.Fail(ask.id, CryptoFailure::kRefused, "DataError");
        }) == "malformed-key");
  CHECK(drive([](SignatureCheck& c, const CryptoAsk& ask) {
          if (ask.kind == CryptoKind::kDigest) return c.Feed(ask.id, {});
          const uint8_t one = 1;
          c.Feed(99, Bytes(&one, 1));  // an id that nobody asked
          c.Feed(ask.id, {});
        }) != "good");
}

TEST_CASE("The digest beside a message's signature must be the file's") {
  Json b = Key(0)["message"];
  b["messageSignature"]["messageDigest"]["digest"] = Base64(ByteVector(32, 1));
  const auto got = Run({Text(b), {Public(0)}, BytesOf(Signed()["artifact"])});
  CHECK(ReasonOf(got) == "malformed-bundle");
}

TEST_CASE("PAE: as DSSE v1 has it") {
  CHECK(AsText(PreAuthEncoding("http://example.com/HelloWorld", AsBytes("hello world"))) ==
        "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  CHECK(AsText(PreAuthEncoding("", {})) == "DSSEv1 0  0 ");
}
