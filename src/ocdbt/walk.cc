#include "ocdbt/walk.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/limits.h"
#include "base/sort.h"
#include "base/text.h"
#include "kvstore/key_text.h"
#include "kvstore/safe_path.h"
#include "ocdbt/btree.h"
#include "ocdbt/envelope.h"
#include "ocdbt/leaf_list.h"
#include "ocdbt/problem_list.h"
#include "ocdbt/walk_branch.h"
#include "ocdbt/walk_budget.h"
#include "ocdbt/wanted_keys.h"

namespace leafsum::ocdbt {
namespace {

using kvstore::KeyText;

std::string Describe(const BtreeNodeStatistics& s) {
  return Text(Grouped{s.num_keys}, " keys, ", Grouped{s.num_tree_bytes}, " tree bytes, ",
              Grouped{s.num_indirect_value_bytes}, " indirect value bytes");
}

}  // namespace

struct Walk::State {
  State(std::string prefix, kvstore::FileTable& file_table, kvstore::KvStore& key_value_store,
        std::vector<std::string>* wanted_keys)
      : file_prefix(std::move(prefix)),
        files(file_table),
        store(key_value_store),
        wanted(wanted_keys ? WantedKeys(std::move(*wanted_keys)) : WantedKeys()) {}

  const std::string file_prefix;
  kvstore::FileTable& files;
  kvstore::KvStore& store;
  const WantedKeys wanted;

  struct Open {
    std::shared_ptr<Branch> parent;
    uint32_t index;
    bool again;  // the same node was wanted before
  };
  std::unordered_map<uint32_t, Open> open;  // wanted and not yet answered, by token
  std::vector<uint32_t> queue;              // those of them not yet handed out
  uint32_t next_token = 1;

  kvstore::FileTable
      paths;  // of this walk only, because these numbers depend on the order of arrival
  std::set<std::tuple<uint32_t, uint64_t, uint64_t>>
      seen;  // path, offset, length; a tree, because hashes can be made to collide
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
  bool Want(const std::shared_ptr<Branch>& branch, uint32_t index);
  void Visit(const Open& at, Bytes bytes);
  void VisitLeaf(const Open& at, std::string node_prefix, BtreeNode node);
  void VisitInterior(const Open& at, std::string node_prefix, BtreeNode node);
  void Break(const Open& at, Error error);
  void Compare(const Branch& parent, uint32_t index, const BtreeNodeStatistics& found);
  void Settle(std::shared_ptr<Branch> branch, BtreeNodeStatistics found, bool broken);
  uint32_t InternPath(const std::string& path);
  bool OverBudget(bool at_end = false);
  void Finish();
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
  // One more than there are children, so that the branch is not done before all of them were looked
  // at.
  branch->pending = branch->children.size() + 1;
  for (uint32_t i = 0; i < branch->children.size() && !finished; ++i) {
    if (!wanted.all() && !wanted.MayLieIn(branch->Bound(i), branch->Bound(i + 1))) {
      branch->broken = true;  // not read, so `found` is incomplete; nothing is wrong with the child
      --branch->pending;
    } else if (!Want(branch, i)) {
      Settle(branch, {}, true);
    }
  }
  if (!finished) Settle(branch, {}, false);
}

// False if the reference is so wrong that the node is not asked for.
bool Walk::State::Want(const std::shared_ptr<Branch>& branch, uint32_t index) {
  const DataLocation& location = branch->children[index].location;
  const std::string path = branch->file(index).Path();
  ++budget.nodes;
  if (!kvstore::IsSafePath(path)) {
    // The problem is named by the place of the reference: in the parent, or in the manifest.
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
  if (location.length < kMinEnvelope) {
    problems.Add({path,
                  location.offset,
                  {ErrorCode::kInvalid, "b-tree node: length in the reference", std::nullopt,
                   Text("at least ", kMinEnvelope), Text(location.length)}});
    return false;
  }
  // A node that is too large is never read. The caller, who knows the file's size, says that the
  // node is too large or the file too short.
  if (location.length <= kMaxEncodedNode) budget.encoded_bytes += location.length;
  const uint32_t file = InternPath(path);
  const auto at_offset = seen.lower_bound({file, location.offset, 0});
  if (at_offset != seen.end() && std::get<0>(*at_offset) == file &&
      std::get<1>(*at_offset) == location.offset)
    ++budget.repeated;
  const bool again = !seen.insert({file, location.offset, location.length}).second;
  if (again && location.length <= kMaxEncodedNode) budget.repeated_bytes += location.length;
  if (OverBudget()) return true;
  queue.push_back(next_token);
  open.emplace(next_token++, Open{branch, index, again});
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
                      ByteCount(child.location.length), ByteCount(bytes.size())});
  reads.push_back({InternPath(file_id.Path()), child.location.offset, child.location.length});

  uint64_t work = 0;
  auto body = DecodeBtreeNodeEnvelope(bytes, &work);
  budget.decoded_bytes += work;
  if (at.again) budget.repeated_bytes += work;
  if (OverBudget()) return;
  if (!body) return Break(at, body.error());
  auto node = DecodeBtreeNodeBody(std::move(*body), file_id.base_path.size());
  if (!node) return Break(at, node.error());

  // Checked before any key is expanded.
  std::string node_prefix = at.parent->prefix;
  node_prefix += at.parent->key(at.index).substr(0, child.common_prefix_length);
  for (const auto& e : node->leaf_entries) budget.name_bytes += node_prefix.size() + e.key.size();
  for (const auto& e : node->interior_entries)
    budget.name_bytes += node_prefix.size() + e.key.size();
  budget.keys += node->leaf_entries.size();
  budget.decoded_bytes += node->files.path_bytes();
  if (OverBudget()) return;

  if (Status error = CheckNode(*at.parent, at.index, *node, node_prefix))
    return Break(at, std::move(*error));
  if (node->height == 0)
    VisitLeaf(at, std::move(node_prefix), std::move(*node));
  else
    VisitInterior(at, std::move(node_prefix), std::move(*node));
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
    complete = false;  // values with hostile paths are left out
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
  branch->Take(node);
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
  p.error = {ErrorCode::kInvalid, "statistics of a reference do not match the tree below it",
             std::nullopt, Describe(child.statistics), Describe(found)};
  p.statistics = true;
  problems.Add(std::move(p));
}

// One child of `branch` is done. If it was the last one, the branch is done too, and so on upwards.
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

bool Walk::State::OverBudget(bool at_end) {
  if (finished) return true;
  if (!budget.Exceeded() && !(at_end && budget.NamesExceeded())) return false;
  // Keep nothing that depends on how far the walk came, so that the result is the same for every
  // order of arrival.
  open.clear();
  queue.clear();
  leaves.clear();
  reads.clear();
  problems.Clear();
  problems.Add(
      {root.path,
       root.offset,
       {ErrorCode::kLimit, "b-tree is too large to be listed", std::nullopt,
        Text("at most ", kMaxTreeNodes, " nodes, ", kMaxRepeatedNodes, " of them repeated, ",
             kMaxTreeBytes, " bytes, ", kMaxKeys, " keys of ", kMaxNameBytes, " bytes, and of ",
             kMaxNameExpansion, " times the nodes' stored size"),
        "more"}});
  complete = false;
  finished = true;
  return true;
}

void Walk::State::Finish() {
  if (OverBudget(true)) return;
  finished = true;
  FillStore(leaves, paths, file_prefix, files, store);
  auto order = [this](const Read& a, const Read& b) {
    const std::string_view path_a = paths.path(a.path), path_b = paths.path(b.path);
    return std::tie(path_a, a.offset, a.length) < std::tie(path_b, b.offset, b.length);
  };
  StableSort(reads, order);
  for (const Read& read : reads) {
    NodeRange range{std::string(paths.path(read.path)), read.offset, read.length};
    const bool again = !nodes.empty() && nodes.back().path == range.path &&
                       nodes.back().offset == range.offset && nodes.back().length == range.length;
    if (!again) nodes.push_back(std::move(range));
  }
  reads = {};
  seen.clear();
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
    const auto& parent = it->second.parent;
    const uint32_t index = it->second.index;
    const DataLocation& location = parent->children[index].location;
    out.push_back({token, parent->file(index).Path(), location.offset, location.length});
  }
  state_->queue.clear();
  return out;
}

void Walk::Feed(uint32_t token, Bytes node) {
  auto entry = state_->open.extract(token);
  if (entry.empty()) return;  // answered before, or the walk has given up
  state_->Visit(entry.mapped(), node);
  if (Done()) state_->Finish();
}

void Walk::Fail(uint32_t token, const Error& error) {
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
