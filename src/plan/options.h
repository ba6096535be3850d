// The options of a command: the JSON of src/bindings/README.md as a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"
#include "evidence/file_manifest.h"
#include "evidence/file_sums.h"
#include "evidence/lock_signature.h"
#include "hash/digest.h"
#include "orbax/flax_name.h"
#include "plan/lockfile_update.h"
#include "report/report.h"

namespace leafsum::plan {

// A leaf to compare under another key path (`diff --rename`, `--strip-prefix`).
struct Rename {
  uint32_t source = 0;
  std::string item;
  std::vector<std::string> from, to;
};

// A part of a leaf's content: the chunks with these grid indices along each axis (all chunks if
// there is no list), and of their content `take` bytes from `skip` on. With `begin` these are the
// leaf's own bytes from that block boundary on, and can be checked (`cat --lock`).
struct ReadPart {
  std::vector<std::vector<uint64_t>> chunks;
  uint64_t skip = 0, take = 0;
  std::optional<uint64_t> begin;
};
struct ReadRequest {
  std::string item;
  std::vector<std::string> key_path;
  std::vector<ReadPart> parts;
  // What `ls` said about the leaf when the parts were computed. A leaf that has changed since is
  // not read.
  std::string dtype;
  std::optional<std::vector<uint64_t>> shape, chunk_shape;
  uint64_t nbytes = 0;
};

// `verify --sample`: a share of the chunks in millionths, or a number of bytes.
struct Sample {
  uint64_t seed = 0;
  std::optional<uint64_t> millionths, bytes;
};

struct Options {
  report::Command command = report::Command::kCheck;
  std::vector<std::string> source_names;  // last path component of each source
  std::vector<std::string> source_files;  // the name of a source that is one file, else ""
  std::string lock_name;                  // as the user calls the lockfile, "" if unknown
  bool sha256 = false;                    // in addition to BLAKE3, which is always computed
  std::optional<std::string> item;
  std::optional<std::string> step;  // a number in digits, or the name of a directory of a root
  bool all_steps = false;
  std::string prefix{orbax::kFlaxPrefix};  // of Flax's step files
  bool prefix_named = false;               // the user gave it
  std::vector<std::string> include, exclude;
  bool deep = false;
  bool strict = false;
  bool allow_missing = false, allow_extra = false;
  bool allow_structure = false;             // structure that differs from the evidence is a warning
  std::optional<hash::Digest> fingerprint;  // as evidence
  bool fingerprint_with_source =
      false;  // verify: whoever named the source gave the fingerprint too, so it is not trusted
  bool stored = true, blocks = true, chunks = false, write_source = true,
       files = false;           // what `lock` writes
  Update update = Update::kNo;  // lock: the evidence is the lockfile to add to
  bool against_with_source =
      false;  // verify: the second source came with the first, so it is not trusted
  std::vector<std::string>
      nested;  // verify: for each source, the directory in it that is the other source, or ""
  bool values = false;             // diff: compare the values of leaves that differ
  std::vector<Rename> renames;     // diff
  std::vector<ReadRequest> reads;  // cat, match
  std::optional<Sample> sample;    // verify
  bool resumed_by_tags = false;    // only a server says that the files are unchanged
  // verify: leaves that an earlier run found equal to this lockfile's and whose files are
  // unchanged: [item, key path].
  std::vector<std::pair<std::string, std::vector<std::string>>> resumed;
  bool keys = false;         // ls: list the keys
  bool key_digests = false;  // ls: and hash the values
  bool readers = false;      // check: what each reader would take; ls: what AUTO takes
  bool in_order = false;     // hash the leaves in their order, not the largest first
  bool versions = false;     // ls: list the generations of OCDBT stores
  bool read_ahead = false;   // the host reads ahead, in at most 3/8 of max_memory: say for each job
                             // which values it reads; no result depends on it
  std::optional<uint64_t> generation;      // of OCDBT stores; none: the newest
  std::optional<evidence::FileSums> sums;  // verify: evidence about files
  std::vector<report::Finding> findings;   // of the host, about the sources themselves
  // verify: a signature of the lockfile was demanded, and this was found.
  std::optional<evidence::LockSignature> signature;
  std::optional<evidence::BundleOptions> bundle;  // verify: a signature over files
  uint64_t max_memory = kDefaultMaxMemory;
  uint64_t max_fill = kDefaultMaxFill;
  uint64_t segment =
      kDefaultSegment;  // bytes of a large leaf in one job (leaf_split.h); no result depends on it
};

// Whether a command checks everything, not only what it has to read.
inline bool ChecksAll(const Options& o) {
  using report::Command;
  return o.command == Command::kLock || o.command == Command::kVerify ||
         o.command == Command::kCheck || o.command == Command::kDiff;
}

// Whether a command reads parts of leaves and compares no leaf as a whole.
inline bool ReadsParts(const Options& o) {
  return o.command == report::Command::kCat || o.command == report::Command::kMatch;
}

// Whether --include and --exclude keep a leaf.
bool IsIncluded(const Options& o, std::string_view item, const std::vector<std::string>& key_path);

// Strict: an unknown member or a wrong type is an error.
Result<Options> ParseOptions(Bytes json);

}  // namespace leafsum::plan
