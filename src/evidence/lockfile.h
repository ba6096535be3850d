// The lockfile: our file of expected digests (contract §4, §10.16-10.19). Written to the byte,
// read strictly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "evidence/leaf_record.h"

namespace leafsum::evidence {

// A file that is no part of the checkpoint, as a whole (`lock --files`).
struct FileRecord {
  std::string path;  // relative to the source
  uint64_t nbytes = 0;
  std::optional<hash::Digest> blake3;  // nothing where it could not be read
};

struct Lockfile {
  std::optional<hash::Digest> fingerprint;  // of the checkpoint; null where it cannot be had
  std::vector<ItemRecord> items;            // by UTF-8 bytes of the name
  std::optional<std::vector<FileRecord>>
      files;                     // by UTF-8 bytes of the path; nothing where they were not locked
  std::optional<uint64_t> step;  // "source"
  std::optional<std::string> commit_timestamp_nsecs;
  // Not in the file: leaves of it that have no counterpart in the source that it was paired with.
  uint64_t leaves_left_over = 0;
};

// Computes every fingerprint itself. Every leaf with content has its BLAKE3 digest.
std::string WriteLockfile(const Lockfile& lockfile);

// Strict: unknown version or members, duplicates, wrong hex, nbytes that is not product(shape) *
// itemsize, a fingerprint or block merge that does not follow, no leaves: each refused with its own
// message, which names the member or leaf. Member order and white space are free.
Result<Lockfile> ParseLockfile(Bytes text);

}  // namespace leafsum::evidence
