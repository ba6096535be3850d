// A piece of the plan as plain data: what one LeafJob needs to turn chunks into digests, and what
// it gives back. Jobs cross to other instances of the core (workers) as bytes. Both sides are the
// same build, but a job is decoded as carefully as any other input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"
#include "hash/digest.h"
#include "hash/file_hash.h"
#include "io/ask.h"
#include "report/finding.h"
#include "zarr/array_metadata.h"

namespace leafsum::content {

inline constexpr uint32_t kInlineChunk = 0xffffffff;

// One value of the array that is present in the store: a chunk, or a shard with its index.
struct ChunkRef {
  uint64_t index = 0;  // row-major in the outer grid
  uint32_t file =
      kInlineChunk;  // into Job::files; inline: `offset` counts into ArrayTask::inline_bytes
  uint64_t offset = 0;
  uint64_t length = 0;
};

// An array and where its chunks lie. Files and strings are arrays too: uint8[n] in one chunk
// without codecs.
struct ArrayTask {
  uint32_t source = 0;
  zarr::ArrayMetadata metadata;
  std::string key_prefix;     // of the chunks' keys, "" or ending in "/": for messages
  std::string document_name;  // ".zarray" or "zarr.json"; empty: not in zarr, so no stored digest
  ByteVector document;        // the exact bytes of that document
  std::vector<ChunkRef> chunks;  // ascending by index; absent chunks are the fill value
  ByteVector inline_bytes;
  // If this is a part of an array (KeepChunks): for each axis, the chunks' indices in the grid of
  // the whole array. For messages.
  std::vector<std::vector<uint64_t>> kept;
  uint64_t max_unbacked =
      kDefaultMaxFill;     // most content of chunks that share their bytes with others
  uint64_t first_row = 0;  // if these are some rows of an array (KeepRows): the grid index along
                           // axis 0 of the first row. For messages.
};

// The wanted part of a task's content: bytes [skip, skip + take). If the content is a stretch of a
// leaf, `whole` is the leaf's size and `begin` is where the stretch begins, at a block. Then block
// values are computed, and the digest too if the stretch is the whole leaf.
struct ContentPart {
  uint64_t skip = 0, take = 0;
  uint64_t whole = 0, begin = 0;
  bool hand_out = false;  // to the host's sink (Abilities)
  // Findings behind this many bytes of the content are another task's to report; 0: all are this
  // task's.
  uint64_t owned = 0;
};

// A task wants one of four things of its array.
//
// First: the array's content, as digests or as bytes.
struct ContentTask {
  bool sha256 = false;
  bool stored = false;  // the stored digest too
  bool chunk_digests = false;
  // The fast path: if the stored digest equals this one, nothing is decoded.
  std::optional<hash::Digest> expected_stored;
  std::optional<ContentPart> part;
};

// Second: the array's stored values, not decoded: the stored digest, and the digest of each value.
struct StoredTask {};

// Third: how the array's values differ from those of another array of the same shape and type.
struct CompareTask {
  ArrayTask other;
};

// The digest of a file's bytes, or with `shard` those of each so many bytes, one after another in
// LeafResult::chunks.
struct FileTask {
  hash::FileAlgorithm algorithm = hash::FileAlgorithm::kSha256;
  uint64_t shard = 0;  // 0: the whole file
};

struct LeafTask {
  uint32_t leaf = 0;  // comes back with the result
  ArrayTask array;
  std::variant<ContentTask, StoredTask, CompareTask, FileTask> what;

  ContentTask* content() { return std::get_if<ContentTask>(&what); }
  const ContentTask* content() const { return std::get_if<ContentTask>(&what); }
  const CompareTask* comparison() const { return std::get_if<CompareTask>(&what); }
  const FileTask* file() const { return std::get_if<FileTask>(&what); }
  bool WantsSha256() const { return content() && content()->sha256; }
};

struct Job {
  uint64_t memory = 0;  // the grant: the most that its streams and buffers may take together
  uint64_t budget = 0;  // of all jobs together, so no grant is larger; a group of chunks that needs
                        // more is read in parts, or refused
  std::vector<std::string> files;
  std::vector<LeafTask> tasks;
};

// What a comparison of values found (`diff --values`).
struct ValueDifference {
  uint64_t differing = 0;
  uint64_t first_index = 0;                // row-major element index
  std::string first_a, first_b;            // as text, exact
  std::optional<double> max_abs, max_rel;  // empty for types without a difference
};

struct LeafResult {
  uint32_t leaf = 0;
  bool complete = false;       // has everything that the task wants
  uint64_t memory_needed = 0;  // if not 0: the grant was too small, run again with this much
  bool stored_matched = false;
  std::optional<hash::Digest> blake3, sha256, stored;
  ByteVector blocks, chunks;
  std::optional<ValueDifference> difference;
  std::vector<report::Finding> findings;  // without item and key path
};

ByteVector Serialize(const Job& job);
Result<Job> ParseJob(Bytes bytes);
ByteVector Serialize(const std::vector<LeafResult>& results);
Result<std::vector<LeafResult>> ParseResults(Bytes bytes);

// Whether the SHA-256 of the job's leaves is made side by side if the host has no streaming engine:
// true if the job has several leaves.
bool HashesTogether(const Job& job);
// The ask for a LeafJob that runs `job`. Its cost is the grant and the job itself, or the whole
// budget. `host_hashes`: the host has a streaming engine for SHA-256.
Ask JobAsk(Job& job, uint64_t budget, bool host_hashes);
// The values that the job reads whole, in the form of Ask::values.
std::string ValuesOf(const Job& job);
// The grant for running a job again that says it needs more memory. Nothing if the job needs no
// more, or had the whole budget already: it reads in parts then. A job knows its need only as far
// as it got, so a grant grows generously: few rounds are better than tight grants.
std::optional<uint64_t> LargerGrant(uint64_t grant, uint64_t needed, uint64_t budget);

}  // namespace leafsum::content
