#include "hash/sha256.h"

#include "support/catch.h"
#include "support/hex.h"
#include "support/vectors.h"

using namespace leafsum;
using namespace leafsum::hash;

TEST_CASE("SHA-256 of FIPS 180-4's examples") {
  CHECK(ToHex(Sha256Of({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(ToHex(Sha256Of(AsBytes("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(ToHex(Sha256Of(AsBytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  const ByteVector million(1000000, 'a');
  CHECK(ToHex(Sha256Of(million)) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 of leaves is that of the vectors") {
  const auto vectors = test::LoadVectors("digest.json");
  size_t seen = 0;
  for (const auto& leaf : vectors["leaves"]) {
    if (leaf["content"].is_null()) continue;
    CAPTURE(leaf["name"].get<std::string>());
    const ByteVector content = leaf["content"].is_string()
                                   ? test::FromHex(leaf["content"].get<std::string>())
                                   : test::Pattern(leaf["content"]["pattern"].get<size_t>());
    CHECK(ToHex(Sha256Of(content)) == leaf["digest"]["sha256"].get<std::string>());
    ++seen;
  }
  CHECK(seen >= 20);
}

TEST_CASE("How updates are cut makes no difference to SHA-256") {
  // 55, 56 and 64: where the padding begins another block.
  for (size_t length : {0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000}) {
    const ByteVector content = test::Pattern(length);
    const std::string expected = ToHex(Sha256Of(content));
    for (size_t cut = 0; cut <= length; ++cut) {
      CAPTURE(length, cut);
      auto hash = MakePortableSha256();
      hash->Update(test::Exact(Bytes(content).first(cut)));
      hash->Update({});
      hash->Update(test::Exact(Bytes(content).subspan(cut)));
      CHECK(ToHex(hash->Finish()) == expected);
    }
    auto hash = MakePortableSha256();
    for (uint8_t b : content) hash->Update(Bytes(&b, 1));
    CHECK(ToHex(hash->Finish()) == expected);
  }
}

TEST_CASE("SHA-256 of many messages side by side is that of each") {
  // Every length around a block's and the padding's ends; lanes end at different times, and some
  // never begin.
  for (size_t count = 0; count <= 9; ++count)
    for (size_t longest : {0, 1, 55, 56, 64, 119, 120, 128, 1000, 100000}) {
      CAPTURE(count, longest);
      std::vector<ByteVector> messages;
      for (size_t i = 0; i < count; ++i)
        messages.push_back(test::Pattern(longest * (i * 7 % 10) / 10 + i % 3));
      const std::vector<Digest> digests = Sha256OfAll(messages);
      REQUIRE(digests.size() == count);
      for (size_t i = 0; i < count; ++i) CHECK(ToHex(digests[i]) == ToHex(Sha256Of(messages[i])));
    }
  std::vector<ByteVector> all;
  for (size_t length = 0; length < 300; ++length) all.push_back(test::Pattern(length));
  const std::vector<Digest> digests = Sha256OfAll(all);
  for (size_t i = 0; i < all.size(); ++i) CHECK(digests[i] == Sha256Of(all[i]));
}

TEST_CASE("A host's SHA-256 is used where there is one") {
  struct Fake final : StreamingHash {
    void Update(Bytes) override {}
    Digest Finish() override { return Digest{0xab}; }
  };
  const std::string portable = ToHex(MakeSha256({})->Finish());
  CHECK(portable == ToHex(Sha256Of({})));
  const Sha256Factory host = [] { return std::unique_ptr<StreamingHash>(new Fake); };
  CHECK(MakeSha256(host)->Finish()[0] == 0xab);
  CHECK(ToHex(Sha256Of({})) == portable);
}
