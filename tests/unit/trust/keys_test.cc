#include "support/catch.h"
#include "support/hex.h"
#include "trust/pem.h"
#include "trust/private_key.h"
#include "trust/public_key.h"
#include "vectors.h"

using namespace leafsum;
using namespace leafsum::trust;
using namespace leafsum::test;
using Catch::Matchers::ContainsSubstring;

namespace {

ByteVector DerOf(const Json& pem) { return ParsePem(BytesOf(pem), "key")->der; }

template <class T>
void CheckRefused(const OrRefusal<T>& got, Reason reason, const std::string& text) {
  REQUIRE_FALSE(got);
  CHECK(ReasonName(got.refusal().reason) == ReasonName(reason));
  CHECK_THAT(got.refusal().message, ContainsSubstring(text));
}

}  // namespace

TEST_CASE("PEM: one block, between whatever text") {
  const ByteVector der = Pattern(100);
  const std::string pem = WritePem("PUBLIC KEY", der);
  const auto parse = [](const std::string& text) { return ParsePem(Exact(AsBytes(text)), "key"); };
  CHECK((parse(pem)->der == der));
  CHECK(parse("Some text\n" + pem + "more\n")->label == "PUBLIC KEY");
  std::string crlf;
  for (const char c : pem) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  CHECK((parse(crlf)->der == der));

  struct Case {
    std::string text, why;
  };
  const std::string body = pem.substr(27);
  for (const auto& [text, why] :
       {Case{"", "no PEM block"}, Case{"-----BEGIN -----\n", "no PEM block"},
        Case{pem + pem, "more than one"}, Case{pem.substr(0, pem.size() - 10), "does not end"},
        Case{"-----BEGIN PRIVATE KEY-----\n" + body, "does not end as it begins"},
        Case{"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", "not base64"},
        Case{"-----BEGIN PUBLIC KEY-----\nAA A=\n-----END PUBLIC KEY-----\n", "not base64"},
        Case{std::string(70000, '\n') + pem, "too large"}}) {
    CAPTURE(text);
    CheckRefused(parse(text), Reason::kMalformedKey, why);
  }
  CheckRefused(parse("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"),
               Reason::kUnsupportedKey, "before PKCS#8");
}

TEST_CASE("Public keys: four kinds, an id for each") {
  for (const Json& key : Signed()["keys"]) {
    CAPTURE(key["name"]);
    const auto parsed = ParsePublicKeyPem(BytesOf(key["public"]), "pub.pem");
    REQUIRE(parsed);
    CHECK(InfoOf(parsed->algorithm).name == key["name"].get<std::string>());
    CHECK(hash::ToHex(parsed->id) == key["id"].get<std::string>());
    const ByteVector& der = parsed->spki;
    for (size_t n = 0; n < der.size(); ++n) CHECK_FALSE(ParseSpki(Exact(Bytes(der).first(n)), ""));
    CHECK_FALSE(ParseSpki(Exact(Concat({der, Pattern(1)})), ""));
    // What is before the point decides what the key is, so no byte of it may be another. A point
    // that is not on its curve is Web Crypto's to refuse.
    const size_t point = der.size() - 2 * InfoOf(parsed->algorithm).scalar_bytes;
    for (size_t i = 0; parsed->algorithm != Algorithm::kEd25519 && i < point; ++i)
      for (const int bit : {1, 2, 4, 8, 16, 32, 64, 128}) {
        ByteVector changed = der;
        changed[i] = static_cast<uint8_t>(changed[i] ^ bit);
        CAPTURE(i, bit);
        CHECK_FALSE(ParseSpki(Exact(changed), ""));
      }
  }
}

TEST_CASE("Public keys: other files say what they are") {
  const Json& key = Signed()["keys"][0];
  CheckRefused(ParsePublicKeyPem(BytesOf(key["private"]), "k"), Reason::kUnsupportedKey,
               "a private key");
  CheckRefused(ParsePublicKeyPem(AsBytes(WritePem("CERTIFICATE", Pattern(9))), "k"),
               Reason::kUnsupportedKey, "a certificate");
  CheckRefused(ParsePublicKeyPem(AsBytes(WritePem("X", Pattern(9))), "k"), Reason::kMalformedKey,
               "not a public key");
  ByteVector compressed = DerOf(key["public"]);
  compressed.resize(compressed.size() - 32);
  compressed[1] = static_cast<uint8_t>(compressed[1] - 32);
  compressed[24] = static_cast<uint8_t>(compressed[24] - 32);
  compressed[26] = 2;
  CheckRefused(ParseSpki(compressed, "k"), Reason::kUnsupportedKey, "compressed");
}

TEST_CASE("Private keys: PKCS#8, plain and encrypted") {
  for (const Json& key : Signed()["keys"]) {
    CAPTURE(key["name"]);
    const auto plain = ParsePrivateKeyPem(BytesOf(key["private"]), "key.pem");
    REQUIRE(plain);
    REQUIRE(plain->key);
    CHECK(InfoOf(plain->key->algorithm).name == key["name"].get<std::string>());
    const ByteVector der = DerOf(key["private"]);
    for (size_t n = 0; n < der.size(); ++n) CHECK_FALSE(ParsePkcs8(Exact(Bytes(der).first(n)), ""));
    CHECK_FALSE(ParsePkcs8(Exact(Concat({der, Pattern(1)})), ""));

    const auto encrypted = ParsePrivateKeyPem(BytesOf(key["encrypted"]), "key.pem");
    REQUIRE(encrypted);
    REQUIRE(encrypted->encrypted);
    CHECK(encrypted->encrypted->hash == "SHA-256");
    CHECK(encrypted->encrypted->iterations == 2048);
    CHECK(encrypted->encrypted->key_bits == 256);
    // OpenSSL writes the same bytes from the same parameters.
    const ByteVector enc = DerOf(key["encrypted"]);
    CHECK((WriteEncryptedKey(*encrypted->encrypted) == enc));
    for (size_t n = 0; n < enc.size(); ++n) {
      const std::string cut = n ? WritePem("ENCRYPTED PRIVATE KEY", Bytes(enc).first(n)) : "";
      CHECK_FALSE(ParsePrivateKeyPem(Exact(AsBytes(cut)), ""));
    }

    const auto old = ParsePrivateKeyPem(BytesOf(key["encrypted_aes128_sha1"]), "key.pem");
    REQUIRE(old);
    CHECK(old->encrypted->hash == "SHA-1");
    CHECK(old->encrypted->key_bits == 128);
    CHECK(old->encrypted->iterations == 1000);
    CheckRefused(ParsePrivateKeyPem(BytesOf(key["scrypt"]), "key.pem"), Reason::kUnsupportedKey,
                 "scrypt");
    CheckRefused(ParsePrivateKeyPem(BytesOf(key["public"]), "key.pem"), Reason::kMalformedKey,
                 "not a private key");
  }
  CheckRefused(ParsePrivateKeyPem(AsBytes(WritePem("EC PRIVATE KEY", Pattern(9))), "k"),
               Reason::kUnsupportedKey, "EC PRIVATE KEY");
}

TEST_CASE("Private keys: as many rounds as a person can wait for") {
  Encryption e;
  e.salt = e.iv = e.ciphertext = Pattern(16);
  for (const uint64_t rounds : {uint64_t{1}, uint64_t{10'000'000}, uint64_t{10'000'001}}) {
    e.iterations = rounds;
    const std::string pem = WritePem("ENCRYPTED PRIVATE KEY", WriteEncryptedKey(e));
    const auto parsed = ParsePrivateKeyPem(AsBytes(pem), "key");
    if (rounds <= 10'000'000) {
      REQUIRE(parsed);
      CHECK(parsed->encrypted->iterations == rounds);
    } else {
      CheckRefused(parsed, Reason::kTooLarge, "rounds");
    }
  }
  e.iterations = 0;
  CheckRefused(
      ParsePrivateKeyPem(AsBytes(WritePem("ENCRYPTED PRIVATE KEY", WriteEncryptedKey(e))), "k"),
      Reason::kMalformedKey, "");
}

TEST_CASE("ECDSA: r and s have one DER form") {
  for (const Json& key : Signed()["keys"]) {
    CAPTURE(key["name"]);
    const auto pub = ParsePublicKeyPem(BytesOf(key["public"]), "");
    const auto bundle = ParseBundle(AsBytes(key["dsse"].dump()));
    const ByteVector& der = bundle->envelope->signature;
    const auto raw = RawSignature(Exact(der), pub->algorithm);
    REQUIRE(raw);
    CHECK(raw->size() == 2 * InfoOf(pub->algorithm).scalar_bytes);
    CHECK((*StoredSignature(*raw, pub->algorithm) == der));
    for (size_t n = 0; n < der.size(); ++n)
      CHECK_FALSE(RawSignature(Exact(Bytes(der).first(n)), pub->algorithm));
    CHECK_FALSE(RawSignature(Exact(Concat({der, Pattern(1)})), pub->algorithm));
    CHECK_FALSE(StoredSignature(Bytes(*raw).first(raw->size() - 1), pub->algorithm));
  }
  for (const char* bad : {
           "30 06 02 01 00 02 01 01",           // r is 0
           "30 06 02 01 01 02 01 00",           // s is 0
           "30 06 02 01 81 02 01 01",           // negative
           "30 07 02 02 00 01 02 01 01",        // a zero too many
           "30 81 06 02 01 01 02 01 01",        // a length in the long form
           "30 80 02 01 01 02 01 01 00 00",     // BER's indefinite length
           "30 09 02 01 01 02 01 01 02 01 01",  // a third number
           "31 06 02 01 01 02 01 01",           // a set
       }) {
    CAPTURE(bad);
    CHECK_FALSE(RawSignature(Exact(FromHex(bad)), Algorithm::kP256));
  }
  CHECK(RawSignature(FromHex("30 06 02 01 01 02 01 01"), Algorithm::kP256));
  // 33 bytes of r fit P-384 and not P-256.
  const ByteVector wide = *StoredSignature(ByteVector(96, 1), Algorithm::kP384);
  CHECK(RawSignature(wide, Algorithm::kP384));
  CHECK_FALSE(RawSignature(wide, Algorithm::kP256));
}
