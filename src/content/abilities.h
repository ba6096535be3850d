// What a job may use beyond its own code: of the module that it runs in, and of that module's host.
// An argument of LeafJob, so that what is left out is left out of the module too.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "hash/sha256.h"

namespace leafsum::content {

// Where the content of tasks with a `part` goes: the task's number, where in the part the bytes
// begin, the bytes. A job that is run again with more memory begins anew at 0.
using ContentSink = std::function<void(uint32_t task, uint64_t offset, Bytes bytes)>;

class ChunkGroup;
class ChunkRuns;
class PartsReader;
struct Reading;
// `budget`: what no grant exceeds.
using MakeParts = std::unique_ptr<PartsReader>(Reading& reading, ChunkRuns& runs, ChunkGroup& group,
                                               uint64_t budget);

struct Abilities {
  // The module's: codecs.wasm has them, core.wasm does not.
  //
  // Reads what exceeds the budget in parts (MakePartsReader); null: the job says what it takes.
  MakeParts* parts = nullptr;
  // SHA-256 of many messages side by side (hash::Sha256OfAll); null: of one after the other.
  std::vector<hash::Digest> (*sha256_of_all)(std::span<const ByteVector> messages) = nullptr;

  // The host's.
  hash::Sha256Factory sha256;  // its own engine that streams, or none
  // Content of up to so many bytes gets its SHA-256 from the host (an Ask kDigest) instead of from
  // our own code, as Web Crypto gives it; 0: none does.
  uint64_t host_digest_cap = 0;
  ContentSink sink;
};

}  // namespace leafsum::content
