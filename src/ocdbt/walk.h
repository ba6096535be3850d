// Walks one generation's b-tree from its root reference and lists every key into a KvStore.
//
// A walk does no I/O: it says which nodes it wants, is fed them in any order, and ends with the
// store filled. A bad node becomes a Problem; the rest of the tree is walked all the same.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "kvstore/kv_store.h"
#include "ocdbt/manifest.h"

namespace leafsum::ocdbt {

// A node that the walk wants. `path` is relative to the database directory and has passed
// IsSafePath.
struct NodeRead {
  uint32_t token = 0;
  std::string path;
  uint64_t offset = 0;
  uint64_t length = 0;
};

// What is wrong with a node or a reference. `path` is relative to the database directory.
struct Problem {
  std::string path;
  std::optional<uint64_t> offset;  // in that file
  Error error;
  bool hostile_path = false;  // the reference names a path outside the database
  bool statistics = false;    // num_keys etc. differ from the tree's: only a warning
};

struct NodeRange {
  std::string path;
  uint64_t offset = 0;
  uint64_t length = 0;
};

class Walk {
 public:
  // Keys and values go to `store`; a value's file is interned in `files` as `prefix` ++ its path.
  // With `wanted`, which is moved from, the walk asks only for nodes that can have wanted keys:
  // "w/b" wants the keys that begin with "w/", from "w/b" on. The store then gets these keys and
  // the others of the same nodes. Statistics are not checked where a part below the reference is
  // left out.
  Walk(const BtreeGenerationReference& root, std::string prefix, kvstore::FileTable& files,
       kvstore::KvStore& store, std::vector<std::string>* wanted = nullptr);
  ~Walk();
  Walk(Walk&&) noexcept;

  // The nodes wanted now and not yet handed out. Call Fail, and do not read, for a node of over
  // kMaxEncodedNode bytes.
  std::vector<NodeRead> TakeReads();
  void Feed(uint32_t token, Bytes node);
  // The node could not be read; `error` says why (missing, truncated, unreadable).
  void Fail(uint32_t token, const Error& error);
  // Whether no node is wanted or under way. The store is then filled, but not yet sealed.
  bool Done() const;

  // Valid when done. `complete` is false if any node could not be read: keys are then missing.
  bool complete() const;
  std::vector<Problem> TakeProblems();          // sorted by path, offset
  const std::vector<NodeRange>& nodes() const;  // the nodes read, for coverage

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leafsum::ocdbt
