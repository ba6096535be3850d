#include "ocdbt/walk.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/checked.h"
#include "base/limits.h"
#include "base/phrase.h"
#include "base/sort.h"
#include "kvstore/key_text.h"
#include "kvstore/safe_path.h"
#include "ocdbt/btree.h"
#include "ocdbt/envelope.h"
#include "ocdbt/problem_list.h"
#include "ocdbt/walk_budget.h"

namespace leafsum::ocdbt {
namespace {

using kvstore::KeyText;

constexpr char kManifestName[] = "manifest.ocdbt";

// A reference to a child as its parent holds it. Its full key is the parent's prefix and this key.
struct Child {
  uint64_t key_offset = 0;  // in Branch::keys
  uint32_t key_length = 0;
  uint32_t common_prefix_length = 0;
  DataLocation location;
  BtreeNodeStatistics statistics;
};

// An interior node of which not all children are done, or, above the root, the version that names
// it.
struct Branch {
  std::shared_ptr<Branch> parent;
  uint32_t index_in_parent = 0;
  int height = 0;
  std::string prefix;                      // the implicit prefix of the keys here
  std::string upper_bound;                 // every full key below is less than this; "": no bound
  std::string keys;                        // of the children, without the prefix
  std::vector<Child> children;
  std::vector<DataFileId> files;  // base paths with the transitive path
  size_t pending = 0;             // children not done
  BtreeNodeStatistics found;      // of this node and the children that are done
  bool broken = false;            // something below could not be read: `found` says nothing

  std::string_view key(uint32_t i) const {
    return std::string_view(keys).substr(static_cast<size_t>(children[i].key_offset),
                                         children[i].key_length);
  }
  // No full key below child `i` is less than bound i, every one is less than bound i + 1 if that is not "".
  std::string Bound(uint32_t i) const;
  const DataFileId& file(uint32_t i) const {
    return files[static_cast<size_t>(children[i].location.file)];
  }
};

std::string Branch::Bound(uint32_t i) const {
  return i < children.size() ? prefix + std::string(key(i)) : upper_bound;
}

// A leaf node that is as it must be, kept as it was stored until the end.
struct Leaf {
  std::string prefix;
  std::string first_key;
  BtreeNode node;
  std::vector<std::optional<uint32_t>>
      files;  // of the node's table, in State::paths; nothing where hostile
};

uint64_t SaturatingAdd(uint64_t a, uint64_t b) { return CheckedAdd(a, b).value_or(~uint64_t{0}); }

void Accumulate(BtreeNodeStatistics& sum, const BtreeNodeStatistics& more) {
  sum.num_keys = SaturatingAdd(sum.num_keys, more.num_keys);
  sum.num_tree_bytes = SaturatingAdd(sum.num_tree_bytes, more.num_tree_bytes);
  sum.num_indirect_value_bytes =
      SaturatingAdd(sum.num_indirect_value_bytes, more.num_indirect_value_bytes);
}

std::string Describe(const BtreeNodeStatistics& s) {
  return Phrase(s.num_keys) + " keys, " + Phrase(s.num_tree_bytes) +
         " tree bytes, " + Phrase(s.num_indirect_value_bytes) + " indirect value bytes";
}

// Whether a key that is not before `wanted` is wanted by it (see Walk).
bool IsWithin(const std::string& key, const std::string& wanted) {
  const size_t n = wanted.rfind('/') + 1;
  return key.compare(0, n, wanted, 0, n) == 0;
}

}  // namespace

struct Walk::State {
  State(std::string prefix, kvstore::FileTable& file_table, kvstore::KvStore& key_value_store,
        std::vector<std::string>* wanted_keys)
      : file_prefix(std::move(prefix)),
        files(file_table),
        store(key_value_store),
        wants_all(!wanted_keys) {
    if (wants_all) return;
    wanted.swap(*wanted_keys);
    StableSort(wanted, std::less<std::string>());
    size_t kept = 0;
    for (std::string& one : wanted)
      if (kept == 0 || !IsWithin(one, wanted[kept - 1])) wanted[kept++].swap(one);
    while (wanted.size() > kept) wanted.pop_back();
  }

  const std::string file_prefix;
  kvstore::FileTable& files;
  kvstore::KvStore& store;
  const bool wants_all;
  std::vector<std::string> wanted;  // sorted, none within another one

  struct Open {
    std::shared_ptr<Branch> parent;
    uint32_t index;
  };
  std::unordered_map<uint32_t, Open> open;  // wanted and not yet answered, by token
  std::vector<uint32_t> queue;              // of these, not yet handed out
  uint32_t next_token = 1;

  kvstore::FileTable
      paths;  // of this walk: numbers that depend on the order of arrival stay inside
  std::set<std::pair<uint32_t, uint64_t>>
      seen;  // path and offset; ordered: hashes can be made to collide
  struct Read {
    uint32_t path;
    uint64_t offset;
    uint64_t length;
  };
  std::vector<Read> reads;
  std::vector<Leaf> leaves;
  ProblemList problems;
  WalkBudget budget;
  bool complete = true;
  bool finished = false;
  std::vector<NodeRange> nodes;
  NodeRange root;

  void Start(const BtreeGenerationReference& version);
  void WantChildren(const std::shared_ptr<Branch>& branch);
  bool IsWanted(const Branch& branch, uint32_t index) const;
  bool Want(const std::shared_ptr<Branch>& branch, uint32_t index);
  void Visit(const Open& at, Bytes bytes);
  Status Check(const Open& at, const BtreeNode& node, std::string_view node_prefix) const;
  void VisitLeaf(const Open& at, std::string node_prefix, BtreeNode node);
  void VisitInterior(const Open& at, std::string node_prefix, BtreeNode node);
  void Break(const Open& at, Error error);
  void Compare(const Branch& parent, uint32_t index, const BtreeNodeStatistics& found);
  void Settle(std::shared_ptr<Branch> branch, BtreeNodeStatistics found, bool broken);
  uint32_t InternPath(const std::string& path);
  bool OverBudget();
  void Finish();
  void FillStore();
};

// -- What is wanted

void Walk::State::Start(const BtreeGenerationReference& version) {
  root = {version.root.file_id.Path(), version.root.offset, version.root.length};
  if (version.root.IsMissing()) return Finish();
  auto top = std::make_shared<Branch>();
  top->height = version.root_height + 1;
  top->files.push_back(version.root.file_id);
  top->children.push_back(
      {0, 0, 0, {0, version.root.offset, version.root.length}, version.statistics});
  WantChildren(top);
  if (open.empty()) Finish();
}

void Walk::State::WantChildren(const std::shared_ptr<Branch>& branch) {
  // One more than there are, so that the branch is not done before all are looked at.
  branch->pending = branch->children.size() + 1;
  for (uint32_t i = 0; i < branch->children.size() && !finished; ++i) {
    if (!IsWanted(*branch, i)) {
      branch->broken = true;  // `found` will lack it; nothing is wrong with it
      --branch->pending;
    } else if (!Want(branch, i)) {
      Settle(branch, {}, true);
    }
  }
  if (!finished) Settle(branch, {}, false);
}

// Whether a key that is wanted can lie below a child.
bool Walk::State::IsWanted(const Branch& branch, uint32_t index) const {
  if (wants_all) return true;
  const std::string lower = branch.Bound(index), upper = branch.Bound(index + 1);
  const auto next = std::upper_bound(wanted.begin(), wanted.end(), lower);
  if (next != wanted.begin() && IsWithin(lower, *(next - 1))) return true;
  return next != wanted.end() && (upper.empty() || *next < upper);
}

// False where the reference is so wrong that nothing is asked for.
bool Walk::State::Want(const std::shared_ptr<Branch>& branch, uint32_t index) {
  const DataLocation& location = branch->children[index].location;
  const std::string path = branch->file(index).Path();
  ++budget.nodes;
  if (!kvstore::IsSafePath(path)) {
    // Named by where the reference is: in the parent, or in the manifest.
    Problem p;
    p.path = kManifestName;
    if (branch->parent) {
      p.path = branch->parent->file(branch->index_in_parent).Path();
      p.offset = branch->parent->children[branch->index_in_parent].location.offset;
    }
    p.error = {ErrorCode::kInvalid, "reference to a node outside the database", std::nullopt,
               "a path below it", KeyText(path)};
    p.hostile_path = true;
    problems.Add(std::move(p));
    return false;
  }
  if (location.length < kMinEnvelope || location.length > kMaxEncodedNode) {
    const bool small = location.length < kMinEnvelope;
    problems.Add({path,
                  location.offset,
                  {small ? ErrorCode::kInvalid : ErrorCode::kLimit,
                   "b-tree node: length in the reference", std::nullopt,
                   small ? "at least " + Phrase(kMinEnvelope)
                         : "at most " + Phrase(kMaxEncodedNode),
                   Phrase(location.length)}});
    return false;
  }
  budget.encoded_bytes += location.length;
  if (!seen.insert({InternPath(path), location.offset}).second) ++budget.repeated;
  if (OverBudget()) return true;
  queue.push_back(next_token);
  open.emplace(next_token++, Open{branch, index});
  return true;
}

uint32_t Walk::State::InternPath(const std::string& path) {
  const uint32_t before = paths.count();
  const uint32_t id = paths.Intern(path);
  if (paths.count() != before) budget.name_bytes += path.size();
  return id;
}

// -- What is answered

void Walk::State::Visit(const Open& at, Bytes bytes) {
  const Child& child = at.parent->children[at.index];
  const DataFileId& file_id = at.parent->file(at.index);
  if (bytes.size() != child.location.length)
    return Break(at, {ErrorCode::kTruncated, "b-tree node: file ends inside it", std::nullopt,
                      Phrase(child.location.length) + " bytes",
                      Phrase(bytes.size()) + " bytes"});
  reads.push_back({InternPath(file_id.Path()), child.location.offset, child.location.length});

  uint64_t work = 0;
  auto body = DecodeBtreeNodeEnvelope(bytes, &work);
  budget.decoded_bytes += work;
  if (OverBudget()) return;
  if (!body) return Break(at, body.error());
  auto node = DecodeBtreeNodeBody(std::move(*body), file_id.base_path.size());
  if (!node) return Break(at, node.error());

  // Before anything is written out.
  std::string node_prefix = at.parent->prefix;
  node_prefix += at.parent->key(at.index).substr(0, child.common_prefix_length);
  for (const auto& e : node->leaf_entries) budget.name_bytes += node_prefix.size() + e.key.size();
  for (const auto& e : node->interior_entries)
    budget.name_bytes += node_prefix.size() + e.key.size();
  budget.keys += node->leaf_entries.size();
  budget.decoded_bytes += node->files.path_bytes();
  if (OverBudget()) return;

  if (Status error = Check(at, *node, node_prefix)) return Break(at, std::move(*error));
  if (node->height == 0)
    VisitLeaf(at, std::move(node_prefix), std::move(*node));
  else
    VisitInterior(at, std::move(node_prefix), std::move(*node));
}

// The node against the reference that led to it. With the bounds from both sides on every level,
// the keys of the whole listing are strictly increasing.
Status Walk::State::Check(const Open& at, const BtreeNode& node,
                          std::string_view node_prefix) const {
  const Branch& parent = *at.parent;
  if (node.height != parent.height - 1)
    return Error{ErrorCode::kInvalid, "b-tree node: height is not that of the reference",
                 std::nullopt, Phrase(parent.height - 1), Phrase(node.height)};
  const std::string_view lower =
      parent.key(at.index).substr(parent.children[at.index].common_prefix_length);
  if (node.first_key < lower)
    return Error{ErrorCode::kInvalid, "b-tree node: first key is before the key of the reference",
                 std::nullopt, "at least " + KeyText(lower), KeyText(node.first_key)};
  size_t longest = 0;
  for (const auto& e : node.leaf_entries) longest = std::max(longest, e.key.size());
  for (const auto& e : node.interior_entries) longest = std::max(longest, e.key.size());
  if (node_prefix.size() + longest > kMaxKeyLength)
    return Error{ErrorCode::kInvalid, "b-tree node: key with its implicit prefix is too long",
                 std::nullopt, "at most " + Phrase(kMaxKeyLength) + " bytes",
                 Phrase(node_prefix.size() + longest) + " bytes"};
  const std::string upper = parent.Bound(at.index + 1);
  if (const std::string last = Phrase(node_prefix) + node.last_key; !upper.empty() && last >= upper)
    return Error{ErrorCode::kInvalid, "b-tree node: last key is not before the next node's",
                 std::nullopt, "before " + KeyText(upper), KeyText(last)};
  return std::nullopt;
}

void Walk::State::VisitLeaf(const Open& at, std::string node_prefix, BtreeNode node) {
  const DataLocation& location = at.parent->children[at.index].location;
  const DataFileId& file_id = at.parent->file(at.index);
  BtreeNodeStatistics found{node.leaf_entries.size(), location.length, 0};
  std::vector<uint8_t> used(node.files.count());
  for (const auto& e : node.leaf_entries) {
    if (!e.indirect) continue;
    found.num_indirect_value_bytes = SaturatingAdd(found.num_indirect_value_bytes, e.length);
    used[e.file] = true;
  }
  Leaf leaf;
  leaf.files.resize(used.size());
  const auto ids = node.files.Expand(file_id.base_path);
  for (size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    const std::string path = ids[i].Path();
    if (kvstore::IsSafePath(path)) {
      leaf.files[i] = InternPath(path);
      continue;
    }
    complete = false;  // values are left out
    Problem p;
    p.path = file_id.Path();
    p.offset = location.offset;
    p.error = {ErrorCode::kInvalid, "b-tree node: value in a file outside the database",
               std::nullopt, "a path below it", KeyText(path)};
    p.hostile_path = true;
    problems.Add(std::move(p));
  }
  leaf.first_key = node_prefix + std::string(node.first_key);
  leaf.prefix = std::move(node_prefix);
  leaf.node = std::move(node);
  leaves.push_back(std::move(leaf));
  if (OverBudget()) return;
  Compare(*at.parent, at.index, found);
  Settle(at.parent, found, false);
}

void Walk::State::VisitInterior(const Open& at, std::string node_prefix, BtreeNode node) {
  auto branch = std::make_shared<Branch>();
  branch->parent = at.parent;
  branch->index_in_parent = at.index;
  branch->height = node.height;
  branch->prefix = std::move(node_prefix);
  branch->upper_bound = at.parent->Bound(at.index + 1);
  branch->found.num_tree_bytes = at.parent->children[at.index].location.length;
  budget.name_bytes += node.files.path_bytes();
  if (OverBudget()) return;
  branch->files = node.files.Expand(at.parent->file(at.index).base_path);
  KeyCursor cursor("");
  branch->children.reserve(node.interior_entries.size());
  for (const auto& e : node.interior_entries) {
    branch->children.push_back({branch->keys.size(), static_cast<uint32_t>(e.key.size()),
                                e.subtree_common_prefix_length, e.location, e.statistics});
    branch->keys += cursor.Next(e.key);
  }
  node = BtreeNode();
  WantChildren(branch);
}

void Walk::State::Break(const Open& at, Error error) {
  problems.Add({at.parent->file(at.index).Path(), at.parent->children[at.index].location.offset,
                std::move(error)});
  Settle(at.parent, {}, true);
}

void Walk::State::Compare(const Branch& parent, uint32_t index, const BtreeNodeStatistics& found) {
  const Child& child = parent.children[index];
  if (found == child.statistics) return;
  Problem p;
  p.path = parent.file(index).Path();
  p.offset = child.location.offset;
  p.error = {ErrorCode::kInvalid, "statistics of a reference are not those of the tree below it",
             std::nullopt, Describe(child.statistics), Describe(found)};
  p.statistics = true;
  problems.Add(std::move(p));
}

// One child of `branch` is done. Goes up as long as it was the last.
void Walk::State::Settle(std::shared_ptr<Branch> branch, BtreeNodeStatistics found, bool broken) {
  if (broken) complete = false;
  for (;;) {
    Accumulate(branch->found, found);
    branch->broken |= broken;
    if (--branch->pending > 0 || !branch->parent) return;
    found = branch->found;
    broken = branch->broken;
    if (!broken) Compare(*branch->parent, branch->index_in_parent, found);
    branch = branch->parent;
  }
}

// -- The end

bool Walk::State::OverBudget() {
  if (finished) return true;
  if (!budget.Exceeded()) return false;
  // Nothing that depends on how far the walk came is kept.
  open.clear();
  queue.clear();
  leaves.clear();
  reads.clear();
  problems.Clear();
  problems.Add({root.path,
                root.offset,
                {ErrorCode::kLimit, "b-tree is too large to be listed", std::nullopt,
                 "at most " + Phrase(kMaxTreeNodes) + " nodes, " +
                     Phrase(kMaxRepeatedNodes) + " of them repeated, " +
                     Phrase(kMaxTreeBytes) + " bytes, " + Phrase(kMaxKeys) +
                     " keys of " + Phrase(kMaxNameBytes) + " bytes",
                 "more"}});
  complete = false;
  finished = true;
  return true;
}

void Walk::State::Finish() {
  if (OverBudget()) return;
  finished = true;
  FillStore();
  auto order = [this](const Read& a, const Read& b) {
    return std::tie(paths.path(a.path), a.offset, a.length) <
           std::tie(paths.path(b.path), b.offset, b.length);
  };
  StableSort(reads, order);
  for (const Read& read : reads) {
    NodeRange range{paths.path(read.path), read.offset, read.length};
    const bool again = !nodes.empty() && nodes.back().path == range.path &&
                       nodes.back().offset == range.offset && nodes.back().length == range.length;
    if (!again) nodes.push_back(std::move(range));
  }
  reads = {};
  seen.clear();
}

// In order of keys, so that the store and the numbers of its files are the same whatever arrived
// first.
void Walk::State::FillStore() {
  StableSort(leaves, [](const Leaf& a, const Leaf& b) { return a.first_key < b.first_key; });
  size_t keys = 0, key_bytes = 0, inline_bytes = 0;
  for (const Leaf& leaf : leaves) {
    keys += leaf.node.leaf_entries.size();
    for (const auto& e : leaf.node.leaf_entries) {
      key_bytes += leaf.prefix.size() + e.key.size();
      if (!e.indirect) inline_bytes += static_cast<size_t>(e.length);
    }
  }
  store.Reserve(keys, key_bytes, inline_bytes);
  std::unordered_map<uint32_t, uint32_t> file_ids;  // number in `paths` → in `files`
  for (Leaf& leaf : leaves) {
    KeyCursor cursor(leaf.prefix);
    for (const auto& e : leaf.node.leaf_entries) {
      const std::string& key = cursor.Next(e.key);
      if (!e.indirect) {
        store.AddInline(key,
                        Bytes(leaf.node.body)
                            .subspan(static_cast<size_t>(e.offset), static_cast<size_t>(e.length)));
      } else if (const auto path = leaf.files[e.file]; path && e.length == 0) {
        store.AddInline(key, {});  // needs no file, which may well be missing
      } else if (path) {
        auto [id, added] = file_ids.try_emplace(*path, 0);
        if (added) id->second = files.Intern(file_prefix + paths.path(*path));
        store.Add(key, {id->second, e.offset, e.length});
      }
    }
    leaf = Leaf();
  }
  leaves.clear();
}

// -- The interface

Walk::Walk(const BtreeGenerationReference& root, std::string prefix, kvstore::FileTable& files,
           kvstore::KvStore& store, std::vector<std::string>* wanted)
    : state_(std::make_unique<State>(std::move(prefix), files, store, wanted)) {
  state_->Start(root);
}
Walk::~Walk() = default;
Walk::Walk(Walk&&) noexcept = default;

std::vector<NodeRead> Walk::TakeReads() {
  std::vector<NodeRead> out;
  out.reserve(state_->queue.size());
  for (const uint32_t token : state_->queue) {
    const auto it = state_->open.find(token);
    if (it == state_->open.end()) continue;
    const auto& [parent, index] = it->second;
    const DataLocation& location = parent->children[index].location;
    out.push_back({token, parent->file(index).Path(), location.offset, location.length});
  }
  state_->queue.clear();
  return out;
}

void Walk::Feed(uint32_t token, Bytes node) {
  auto entry = state_->open.extract(token);
  if (entry.empty()) return;  // answered before, or the walk was given up
  state_->Visit(entry.mapped(), node);
  if (Done()) state_->Finish();
}

void Walk::Fail(uint32_t token, Error error) {
  auto entry = state_->open.extract(token);
  if (entry.empty()) return;
  state_->Break(entry.mapped(), error.Prefixed("b-tree node"));
  if (Done()) state_->Finish();
}

bool Walk::Done() const { return state_->open.empty(); }
bool Walk::complete() const { return state_->complete; }
std::vector<Problem> Walk::TakeProblems() { return state_->problems.Take(); }
const std::vector<NodeRange>& Walk::nodes() const { return state_->nodes; }

}  // namespace leafsum::ocdbt
