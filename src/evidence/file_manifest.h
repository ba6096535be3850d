// What a model signature says about the files of a source (`verify --bundle`), as the trust module
// has read it out of the bundle. Which bundles count is decided there, in src/trust; here are only
// the files, their digests and the rules by which other files are left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"
#include "hash/file_hash.h"

namespace leafsum::evidence {

struct SignedFile {
  std::string path;  // relative to the source
  // Known where the manifest has shards: where the last one ends.
  std::optional<uint64_t> nbytes;
  ByteVector digests;  // one, or that of each shard
};

struct FileManifest {
  hash::FileAlgorithm algorithm = hash::FileAlgorithm::kSha256;
  uint64_t shard = 0;  // bytes; 0: each file as a whole
  bool allow_symlinks = false;
  std::vector<std::string> ignore;  // sorted: paths left out, with all that lies below them
  std::vector<SignedFile> files;    // sorted by the bytes of the path

  const SignedFile* Find(std::string_view path) const;
  // Whether the manifest names the file, with these bytes.
  bool Signs(std::string_view path, Bytes content) const;
  // The rule that leaves a file out which the manifest does not name, or "": one of `ignore`, or of
  // those that every signer leaves out unasked (OMS §6.2).
  std::string_view IgnoredBy(std::string_view path) const;
};

// The form of README.md, "A file manifest".
Result<FileManifest> ParseFileManifest(Bytes bytes);

// The signature over the manifest, and the bundle that both came in.
struct BundleOptions {
  std::string name;                      // as the user calls the bundle
  std::optional<std::string> path;       // its own path in the source, which it cannot sign
  std::optional<std::string> lock_path;  // that of the lockfile, if it lies in the source
  std::optional<std::string> signed_by;
  // Why the signature is not acceptable, if it is not.
  struct Problem {
    std::string message;
    std::optional<std::string> expected, actual;
  };
  std::optional<Problem> problem;
};

Result<BundleOptions> ParseBundleOptions(const JsonValue& value);

}  // namespace leafsum::evidence
