// Walks a database in memory, its nodes answered in an order that a seed chooses.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "kvstore/kv_store.h"
#include "ocdbt/walk.h"
#include "support/catch.h"
#include "support/hex.h"
#include "support/random.h"

namespace leafsum::test {

using FileMap = std::map<std::string, ByteVector>;

// All that a walk ends in, as plain text, so that two walks can be compared whole.
struct Walked {
  std::vector<std::string>
      entries;  // "key = inline value" or "key @ file#number [offset, +length)"
  std::vector<std::string> problems;  // "path@offset code message (expected/actual)" and marks
  std::vector<std::string> nodes;     // "path [offset, +length)"
  bool complete = false;
  size_t reads = 0;
  bool operator==(const Walked&) const = default;

  bool Has(std::string_view entry) const {
    for (const auto& e : entries)
      if (e == entry) return true;
    return false;
  }
};

inline std::string RangeText(uint64_t offset, uint64_t length) {
  return "[" + std::to_string(offset) + ", +" + std::to_string(length) + ")";
}

inline std::string ProblemText(const ocdbt::Problem& p) {
  std::string out = p.path + "@" + (p.offset ? std::to_string(*p.offset) : "-") + " ";
  out += std::string(ErrorCodeName(p.error.code)) + " " + p.error.message + " (" +
         p.error.expected + "/" + p.error.actual + ")";
  if (p.hostile_path) out += " hostile";
  if (p.statistics) out += " statistics";
  return out;
}

inline Walked WalkFiles(const ocdbt::BtreeGenerationReference& root, const FileMap& files,
                        uint64_t seed = 0, const std::string& prefix = "",
                        const std::vector<std::string>* wanted = nullptr) {
  kvstore::FileTable table;
  kvstore::KvStore store;
  std::vector<std::string> taken;
  if (wanted) taken = *wanted;
  ocdbt::Walk walk(root, prefix, table, store, wanted ? &taken : nullptr);
  Random random(seed);
  Walked out;
  std::vector<ocdbt::NodeRead> open;
  for (;;) {
    for (auto& read : walk.TakeReads()) open.push_back(std::move(read));
    if (walk.Done()) break;
    REQUIRE_FALSE(open.empty());  // else it waits for ever
    ++out.reads;
    const size_t at = seed == 0 ? 0 : static_cast<size_t>(random.Below(open.size()));
    const ocdbt::NodeRead read = open[at];
    open.erase(open.begin() + static_cast<ptrdiff_t>(at));
    const auto file = files.find(read.path);
    if (file == files.end()) {
      walk.Fail(read.token, {ErrorCode::kMissing, "no such file", std::nullopt, "", ""});
      continue;
    }
    Bytes bytes = file->second;
    bytes = bytes.subspan(std::min<uint64_t>(read.offset, bytes.size()));
    walk.Feed(read.token, Exact(bytes.first(std::min<uint64_t>(read.length, bytes.size()))));
  }
  REQUIRE_FALSE(store.Seal());
  for (const auto& e : store.entries()) {
    const kvstore::ValueRef& v = e.value;
    std::string text(e.key);
    if (v.is_inline())
      text += " = " + std::string(AsText(store.InlineValue(v)));
    else
      text += " @ " + std::string(table.path(v.file)) + "#" + std::to_string(v.file) + " " +
              RangeText(v.offset, v.length);
    out.entries.push_back(std::move(text));
  }
  for (const auto& p : walk.TakeProblems()) out.problems.push_back(ProblemText(p));
  for (const auto& n : walk.nodes())
    out.nodes.push_back(n.path + " " + RangeText(n.offset, n.length));
  out.complete = walk.complete();
  return out;
}

// The same in many orders.
inline Walked WalkAnyOrder(const ocdbt::BtreeGenerationReference& root, const FileMap& files,
                           const std::string& prefix = "",
                           const std::vector<std::string>* wanted = nullptr) {
  const Walked first = WalkFiles(root, files, 0, prefix, wanted);
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    const Walked other = WalkFiles(root, files, seed, prefix, wanted);
    CHECK(other.entries == first.entries);
    CHECK(other.problems == first.problems);
    CHECK(other.nodes == first.nodes);
    CHECK(other.complete == first.complete);
  }
  return first;
}

}  // namespace leafsum::test
