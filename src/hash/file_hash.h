// The hashes that model signatures know files by (OMS algorithm registry).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "hash/sha256.h"

namespace leafsum::hash {

enum class FileAlgorithm : uint8_t { kSha256, kBlake2b, kBlake3 };

std::string_view FileAlgorithmName(FileAlgorithm algorithm);  // "sha256"
std::optional<FileAlgorithm> ParseFileAlgorithm(std::string_view name);
size_t DigestSize(FileAlgorithm algorithm);  // in bytes

class FileHash {
 public:
  virtual ~FileHash() = default;
  virtual void Update(Bytes bytes) = 0;
  virtual ByteVector Finish() = 0;
};

// `host` is the host's engine for SHA-256, or empty.
std::unique_ptr<FileHash> MakeFileHash(FileAlgorithm algorithm, const Sha256Factory& host);

}  // namespace leafsum::hash
