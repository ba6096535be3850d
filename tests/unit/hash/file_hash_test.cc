#include "hash/file_hash.h"

#include "hash/blake2b.h"
#include "hash/blake3.h"
#include "support/catch.h"
#include "support/hex.h"

using namespace leafsum;
using namespace leafsum::hash;

namespace {

std::string HexOf(FileAlgorithm algorithm, Bytes content) {
  const auto hash = MakeFileHash(algorithm, {});
  hash->Update(content);
  return Hex(Bytes(hash->Finish()));
}

}  // namespace

TEST_CASE("BLAKE2b of RFC 7693's example, and what Python's hashlib gives") {
  CHECK(HexOf(FileAlgorithm::kBlake2b, AsBytes("abc")) ==
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
  CHECK(HexOf(FileAlgorithm::kBlake2b, {}) ==
        "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419"
        "d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce");
  CHECK(HexOf(FileAlgorithm::kBlake2b, ByteVector(1000000, 'a')) ==
        "98fb3efb7206fd19ebf69b6f312cf7b64e3b94dbe1a17107913975a793f177e1"
        "d077609d7fba363cbba00d05f7aa4e4fa8715d6428104c0a75643b0ff3fd3eaf");
  // Lengths around whole blocks: bytes 3, 10, 17, …
  const std::pair<size_t, const char*> cases[] = {
      {1, "4fe4da61bcc756071b226843361d7494"},    {127, "71546bbf9110ad184cc60f2eb120fcfd"},
      {128, "2d9e329f42afa3601d646692b81c13e8"},  {129, "47889df9eb4d717afc5019df5c6a83df"},
      {255, "1a5199ac66a00e8a87ad1c7fbad30b33"},  {256, "91019c558584980249ca43eceed27e19"},
      {257, "9f1975efca45e7b74b020975d4d2c228"},  {1000, "4bdd2c9cf31d797a81d245c989ffb751"},
      {4096, "31404c9c7ed64c59112579f300f2afef"},
  };
  for (const auto& [length, begin] : cases) {
    ByteVector content;
    for (size_t i = 0; i < length; ++i) content.push_back(static_cast<uint8_t>(i * 7 + 3));
    CAPTURE(length);
    CHECK(HexOf(FileAlgorithm::kBlake2b, content).substr(0, 32) == begin);
  }
}

TEST_CASE("How updates are cut makes no difference to BLAKE2b") {
  for (size_t length : {0, 1, 127, 128, 129, 255, 256, 257, 400}) {
    const ByteVector content = test::Pattern(length);
    Blake2b whole;
    whole.Update(content);
    const auto expected = whole.Finish();
    for (size_t cut = 0; cut <= length; ++cut) {
      CAPTURE(length, cut);
      Blake2b hash;
      hash.Update(test::Exact(Bytes(content).first(cut)));
      hash.Update({});
      hash.Update(test::Exact(Bytes(content).subspan(cut)));
      CHECK(hash.Finish() == expected);
    }
    Blake2b hash;
    for (uint8_t b : content) hash.Update(Bytes(&b, 1));
    CHECK(hash.Finish() == expected);
  }
}

TEST_CASE("Files are hashed by the algorithm that is named") {
  const ByteVector content = test::Pattern(3000);
  CHECK(HexOf(FileAlgorithm::kSha256, content) == ToHex(Sha256Of(content)));
  CHECK(HexOf(FileAlgorithm::kBlake3, content) == ToHex(Blake3Of(content)));
  for (const FileAlgorithm one :
       {FileAlgorithm::kSha256, FileAlgorithm::kBlake2b, FileAlgorithm::kBlake3}) {
    CHECK(ParseFileAlgorithm(FileAlgorithmName(one)) == one);
    CHECK(HexOf(one, content).size() == 2 * DigestSize(one));
  }
  for (const char* other : {"", "sha512", "SHA256", "blake2", "blake2b512", "md5"})
    CHECK(!ParseFileAlgorithm(other));
}
