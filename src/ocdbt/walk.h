// Walks one generation's b-tree from its root reference and lists every key into a KvStore.
//
// No I/O: it says which nodes it wants, is fed them in any order, and ends with the store filled.
// What is wrong with a node is a Problem; the rest of the tree is walked all the same.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "kvstore/kv_store.h"
#include "ocdbt/manifest.h"

namespace leafsum::ocdbt {

// A node that the walk wants: `path` is relative to the database directory and was checked
// (IsSafePath).
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
  bool hostile_path = false;  // the reference itself names something outside the database
  bool statistics = false;    // num_keys etc. are not those of the tree: a warning, no more
};

struct NodeRange {
  std::string path;
  uint64_t offset = 0;
  uint64_t length = 0;
};

class Walk {
 public:
  // Keys and values go to `store`; a value's file is interned in `files` as `prefix` ++ its path.
  // With `wanted`, which is taken, only nodes are asked for that can have keys which are wanted:
  // "w/b" wants what begins with "w/" from "w/b" on. The store gets these keys and those that lie
  // beside them in a node. Statistics of references to what is left out in part are not looked at
  // then.
  Walk(const BtreeGenerationReference& root, std::string prefix, kvstore::FileTable& files,
       kvstore::KvStore& store, std::vector<std::string>* wanted = nullptr);
  ~Walk();
  Walk(Walk&&) noexcept;

  // Nodes wanted now and not yet handed out. One of over kMaxEncodedNode bytes is not to be read
  // but failed.
  std::vector<NodeRead> TakeReads();
  void Feed(uint32_t token, Bytes node);
  // The node could not be read: `error` says why (missing, truncated, unreadable).
  void Fail(uint32_t token, const Error& error);
  // No node is wanted or under way. The store is filled, not yet sealed.
  bool Done() const;

  // Valid when done. `complete` is false where any node could not be read: then keys are missing.
  bool complete() const;
  std::vector<Problem> TakeProblems();          // sorted by path, offset
  const std::vector<NodeRange>& nodes() const;  // that were read, for coverage

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leafsum::ocdbt
