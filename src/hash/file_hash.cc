#include "hash/file_hash.h"

#include <iterator>

#include "hash/blake2b.h"
#include "hash/blake3.h"

namespace leafsum::hash {
namespace {

struct Row {
  std::string_view name;
  size_t digest_size;
};
constexpr Row kRows[] = {{"sha256", 32}, {"blake2b", 64}, {"blake3", 32}};

template <class Hash>
class Of final : public FileHash {
 public:
  void Update(Bytes bytes) override { hash_.Update(bytes); }
  ByteVector Finish() override {
    const auto digest = hash_.Finish();
    return {digest.begin(), digest.end()};
  }

 private:
  Hash hash_;
};

class Sha256 final : public FileHash {
 public:
  explicit Sha256(const Sha256Factory& host) : hash_(MakeSha256(host)) {}
  void Update(Bytes bytes) override { hash_->Update(bytes); }
  ByteVector Finish() override {
    const Digest digest = hash_->Finish();
    return {digest.begin(), digest.end()};
  }

 private:
  std::unique_ptr<StreamingHash> hash_;
};

}  // namespace

std::string_view FileAlgorithmName(FileAlgorithm algorithm) {
  return kRows[static_cast<size_t>(algorithm)].name;
}

std::optional<FileAlgorithm> ParseFileAlgorithm(std::string_view name) {
  for (size_t i = 0; i < std::size(kRows); ++i)
    if (kRows[i].name == name) return static_cast<FileAlgorithm>(i);
  return std::nullopt;
}

size_t DigestSize(FileAlgorithm algorithm) {
  return kRows[static_cast<size_t>(algorithm)].digest_size;
}

std::unique_ptr<FileHash> MakeFileHash(FileAlgorithm algorithm, const Sha256Factory& host) {
  switch (algorithm) {
    case FileAlgorithm::kBlake2b:
      return std::make_unique<Of<Blake2b>>();
    case FileAlgorithm::kBlake3:
      return std::make_unique<Of<Blake3>>();
    case FileAlgorithm::kSha256:
      break;
  }
  return std::make_unique<Sha256>(host);
}

}  // namespace leafsum::hash
