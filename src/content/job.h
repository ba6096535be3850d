// A piece of the plan as plain data: what one LeafJob needs to turn chunks into digests, and what
// it gives back. Jobs cross to other instances of the core (workers) as bytes; both sides are the
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

// An array's content and where it lies. Files and strings are arrays too: uint8[n] in one chunk
// without codecs.
struct ArrayTask {
  uint32_t source = 0;
  zarr::ArrayMetadata metadata;
  std::string key_prefix;     // of its chunks, "" or ending in "/": for messages
  std::string document_name;  // ".zarray" or "zarr.json"; empty: not kept in zarr, no stored digest
  ByteVector document;        // its exact bytes
  std::vector<ChunkRef> chunks;  // ascending by index; absent ones are the fill value
  ByteVector inline_bytes;
  // Where this is a part of an array (KeepChunks): along each axis the grid indices that its chunks
  // have there. For messages.
  std::vector<std::vector<uint64_t>> kept;
  uint64_t max_unbacked = kDefaultMaxFill;  // content of chunks that share their bytes with others
  uint64_t first_row = 0;  // where it is rows of an array (KeepRows): their first grid index along
                           // axis 0. For messages.
};

// The part of a task's content that is wanted: bytes [skip, skip + take). Where it is a stretch of
// a leaf's content, `whole` is the leaf's size and `begin` where the stretch begins, at a block:
// then its block values are computed, and the digest where it is all of the leaf.
struct ContentPart {
  uint64_t skip = 0, take = 0;
  uint64_t whole = 0, begin = 0;
  bool hand_out = false;  // to the host's sink (Abilities)
  // What is found behind so many bytes of the content is another task's to tell; 0: all is this
  // one's.
  uint64_t owned = 0;
};

// What is wanted of an array is one of three.
//
// Its content: its digests, or the bytes themselves.
struct ContentTask {
  bool sha256 = false;
  bool stored = false;  // its stored digest too
  bool chunk_digests = false;
  // The fast path: where the stored digest is this one nothing is decoded.
  std::optional<hash::Digest> expected_stored;
  std::optional<ContentPart> part;
};

// Its values as they are stored, which are not decoded: the stored digest and that of each.
struct StoredTask {};

// How its values differ from those of another array of the same shape and type.
struct CompareTask {
  ArrayTask other;
};

struct LeafTask {
  uint32_t leaf = 0;  // comes back with the result
  ArrayTask array;
  std::variant<ContentTask, StoredTask, CompareTask> what;

  ContentTask* content() { return std::get_if<ContentTask>(&what); }
  const ContentTask* content() const { return std::get_if<ContentTask>(&what); }
  const CompareTask* comparison() const { return std::get_if<CompareTask>(&what); }
  bool WantsSha256() const { return content() && content()->sha256; }
};

struct Job {
  uint64_t memory = 0;  // grant: what its streams and buffers may take together
  uint64_t budget =
      0;  // of all jobs together: no grant is more. What needs more is read in parts, or refused
  std::vector<std::string> files;
  std::vector<LeafTask> tasks;
};

// What a comparison of values found (`diff --values`).
struct ValueDifference {
  uint64_t differing = 0;
  uint64_t first_index = 0;                // row-major element index
  std::string first_a, first_b;            // as text, exact
  std::optional<double> max_abs, max_rel;  // nothing for types without a difference
};

struct LeafResult {
  uint32_t leaf = 0;
  bool complete = false;       // everything asked for is here
  uint64_t memory_needed = 0;  // not 0: the grant was too small, ask again with this one
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

// Whether its leaves' SHA-256 are made side by side where the host has no engine that streams:
// there are several.
bool HashesTogether(const Job& job);
// The ask for a LeafJob that runs it. Its cost is the grant and the job itself, or all of the
// budget. `host_hashes`: the host has an engine for SHA-256 that streams.
Ask JobAsk(Job& job, uint64_t budget, bool host_hashes);
// The values that the job reads whole, as Ask::values names them.
std::string ValuesOf(const Job& job);
// The grant of a job that is run again because it says that it needs more; nothing where it does
// not, or has all of the budget: what needs more than that is read in parts. What it says is for as
// far as it got: few rounds are better than tight ones.
std::optional<uint64_t> LargerGrant(uint64_t grant, uint64_t needed, uint64_t budget);

}  // namespace leafsum::content
