// What a job may use beyond its own code, from the module that it runs in and from that module's
// host. Passed to LeafJob, so that a module that does not pass an ability does not contain its
// code.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "hash/sha256.h"

namespace leafsum::content {

// Takes the content of tasks with a `part`: the task's number, where in the part the bytes begin,
// the bytes. A job that is run again with more memory starts again at 0.
using ContentSink = std::function<void(uint32_t task, uint64_t offset, Bytes bytes)>;

class ChunkGroup;
class ChunkRuns;
class PartsReader;
struct Reading;
// `budget`: the upper bound of every grant.
using MakeParts = std::unique_ptr<PartsReader>(Reading& reading, ChunkRuns& runs, ChunkGroup& group,
                                               uint64_t budget);

struct Abilities {
  // From the module: codecs.wasm has these, core.wasm does not.
  //
  // Reads groups that exceed the budget in parts (MakePartsReader). If null, the job says how much
  // memory it needs.
  MakeParts* parts = nullptr;
  // SHA-256 of many messages side by side (hash::Sha256OfAll). If null, they are hashed one after
  // another.
  std::vector<hash::Digest> (*sha256_of_all)(std::span<const ByteVector> messages) = nullptr;

  // From the host.
  hash::Sha256Factory sha256;  // the host's streaming engine, or none
  // Content of up to this many bytes gets its SHA-256 from the host (an Ask kDigest, answered by
  // Web Crypto) rather than from our own code; 0: never.
  uint64_t host_digest_cap = 0;
  ContentSink sink;
};

}  // namespace leafsum::content
