// The lockfile: our file of expected digests (contract §4, §10.16-10.19). Every byte written is
// specified; reading is strict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "evidence/leaf_record.h"

namespace leafsum::evidence {

// A whole file that is not part of the checkpoint (`lock --files`).
struct FileRecord {
  std::string path;  // relative to the source
  uint64_t nbytes = 0;
  std::optional<hash::Digest> blake3;  // none if it could not be read
};

struct Lockfile {
  std::optional<hash::Digest> fingerprint;  // of the checkpoint; null in the file if none
  std::vector<ItemRecord> items;            // sorted by the UTF-8 bytes of the name
  std::optional<std::vector<FileRecord>>
      files;  // sorted by the UTF-8 bytes of the path; none if files were not locked
  std::optional<uint64_t> step;  // "source"
  std::optional<std::string> commit_timestamp_nsecs;
  // Not in the file: how many leaves have no counterpart in the source that the lockfile was paired
  // with.
  uint64_t leaves_left_over = 0;
};

void SortByPath(std::vector<FileRecord>& files);

// Computes every fingerprint itself. Every leaf with content must have a BLAKE3 digest.
std::string WriteLockfile(const Lockfile& lockfile);

// Refuses, each with its own message that names the member or leaf: an unknown version, unknown or
// duplicate members, wrong hex, nbytes other than product(shape) * itemsize, a fingerprint or block
// merge that does not follow, and no leaves. Member order and white space are free.
Result<Lockfile> ParseLockfile(Bytes text);

}  // namespace leafsum::evidence
