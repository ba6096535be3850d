// What a model signature (OpenSSF Model Signing v1.0) is over: the predicate of its statement as
// files with their digests. Whatever two verifiers could take differently is refused.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "hash/file_hash.h"
#include "trust/refusal.h"
#include "trust/statement.h"

namespace leafsum::trust {

inline constexpr std::string_view kOmsPredicateType = "https://model_signing/signature/v1.0";

struct OmsFile {
  std::string path;                // "." if the model is one file, as model_signing names it
  std::optional<uint64_t> nbytes;  // if there are shards: where the last one ends
  ByteVector digests;              // one, or that of each shard
};

struct OmsManifest {
  std::string model;  // the signer's name for the directory: only a word
  hash::FileAlgorithm algorithm = hash::FileAlgorithm::kSha256;
  uint64_t shard = 0;  // bytes; 0: method "files"
  bool allow_symlinks = false;
  std::vector<std::string> ignore;  // sorted, each once
  std::vector<OmsFile> files;       // sorted by the bytes of the path; at least one
};

OrRefusal<OmsManifest> ReadOmsManifest(const Statement& statement);

// As the core takes it (src/evidence/README.md, "A file manifest").
ByteVector WriteFileManifest(const OmsManifest& manifest);

}  // namespace leafsum::trust
