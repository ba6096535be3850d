// Leaves that are arrays: finds and reads their documents and turns them into shape, dtype and
// codecs.
#include <algorithm>

#include "base/checked.h"
#include "base/json.h"
#include "base/path.h"
#include "base/sort.h"
#include "base/text.h"
#include "kvstore/safe_path.h"
#include "plan/plan_stage.h"

namespace leafsum::plan {

using report::Code;
using report::Finding;

namespace {

// Whether a zarr.json describes a group, which is not an array.
bool IsGroup(Bytes document) {
  auto json = ParseJson(document);
  if (!json) return false;
  const JsonValue* type = json->root.Find("node_type");
  return type && type->AsString() && *type->AsString() == "group";
}

bool LiesBelow(const kvstore::KvStore& store, std::string_view prefix) {
  const auto& entries = store.entries();
  const auto at = std::lower_bound(
      entries.begin(), entries.end(), prefix,
      [](const kvstore::KvStore::Entry& entry, std::string_view key) { return entry.key < key; });
  return at != entries.end() && at->key.starts_with(prefix);
}

orbax::KeyPath SplitPath(std::string_view name) {
  orbax::KeyPath path;
  for (size_t begin = 0;;) {
    const size_t end = name.find('/', begin);
    path.emplace_back(name.substr(begin, end == name.npos ? end : end - begin));
    if (end == name.npos) return path;
    begin = end + 1;
  }
}

}  // namespace

void PlanStage::PlanArray(size_t s, size_t i, size_t l, bool zarr3) {
  Scan& scan = context_.scans[s];
  ItemScan& item = scan.items[i];
  LeafPlan& leaf = item.leaves[l];
  const std::string prefix = orbax::KeyPrefix(leaf.param_name);
  const std::string key = prefix + std::string(zarr3 ? kZarrJson : kZarray);
  const kvstore::KvStore::Entry* entry = item.walked.read ? item.store.Find(key) : nullptr;
  if (!entry) {
    leaf.state = LeafPlan::State::kNotRead;
    // What made the store incomplete, or broke the msgpack file, was reported already.
    if (!item.walked.complete || item.msgpack.broken) return;
    if (!item.ocdbt && (!kvstore::IsSafePath(key) || (leaf.by_path && leaf.param_name.empty())))
      return;  // reported by CheckNames
    const bool other =
        item.store.Find(prefix + std::string(zarr3 ? kZarray : kZarrJson)) != nullptr;
    Finding f =
        other ? MakeFinding(Code::kInvalid,
                            Text("_METADATA says use_zarr3 ", zarr3 ? "true" : "false",
                                 ", but the array is stored the other way"))
        : item.ocdbt
            ? MakeFinding(Code::kMissingLeaf,
                          Text("the tree names this leaf, but the store has no key ", key,
                               UnmergedWords(item, prefix, true)))
            : MakeFinding(Code::kMissingFile,
                          !item.tree && !LiesBelow(item.store, prefix)
                              ? "the leaf refers to an array beside the msgpack file, but its "
                                "directory is missing: copy it again"
                          : item.tree
                              ? "the tree names this leaf, but its array's metadata is missing"
                              : "the leaf refers to an array whose chunks are here "
                                "without its metadata: copy the files whose names "
                                "begin with a dot too");
    if (item.ocdbt)
      f.expected = key;
    else
      f.file = item.item.directory + key;
    if (other || item.walked.unmerged.contains(prefix))
      return context_.Add(scan, item, leaf, std::move(f));
    absent_.push_back({s, i, l, key, std::move(f)});
    return;
  }
  leaf.in_zarr = true;
  leaf.document_entry = static_cast<size_t>(entry - item.store.entries().data());
  WantDocument(s, i, l);
}

// Finds documents that share stored bytes with a document before them. Since they are read for each
// key, they could exceed what is stored.
void PlanStage::SharedDocuments(const ItemScan& item) {
  wanted_entries_.assign(item.walked.read ? item.store.entries().size() : 0, false);
  std::vector<uint32_t> order;
  const auto value = [&](uint32_t e) -> const kvstore::ValueRef& {
    return item.store.entries()[e].value;
  };
  for (uint32_t e = 0; e < wanted_entries_.size(); ++e) {
    if (value(e).is_inline()) continue;
    const std::string_view name = SplitKey(item.store.entries()[e].key).second;
    if (name == kZarray || name == kZarrJson) order.push_back(e);
  }
  StableSort(order, [&](uint32_t a, uint32_t b) {
    return value(a).file != value(b).file ? value(a).file < value(b).file
                                          : value(a).offset < value(b).offset;
  });
  uint64_t end = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const kvstore::ValueRef& ref = value(order[i]);
    if (i == 0 || value(order[i - 1]).file != ref.file) end = 0;
    if (ref.offset < end) wanted_entries_[order[i]] = true;
    end = std::max(end, CheckedAdd(ref.offset, ref.length).value_or(~uint64_t{0}));
  }
}

void PlanStage::PlanBareStore(size_t s, size_t i) {
  Scan& scan = context_.scans[s];
  ItemScan& item = scan.items[i];
  if (!item.walked.read) return;
  item.tree_read = item.walked.complete;
  const auto& entries = item.store.entries();
  for (size_t e = 0; e < entries.size(); ++e) {
    const auto [parent, last] = SplitKey(entries[e].key);
    if (last != kZarray && last != kZarrJson) continue;
    const bool at_root = entries[e].key.size() == last.size();
    LeafPlan leaf;
    leaf.param_name = parent;
    if (!at_root) leaf.param_name += '/';  // KeyPrefix adds no other, whatever the name ends in
    if (!at_root) leaf.record.key_path = SplitPath(parent);
    leaf.record.value_type = "array";
    leaf.document_entry = e;
    leaf.in_zarr = true;
    if (!IsUtf8(parent)) continue;  // never a leaf (contract §2), so its keys are leftovers
    item.leaves.push_back(std::move(leaf));
  }
  SortLeaves(item);
  for (size_t l = 0; l < item.leaves.size(); ++l) {
    LeafPlan& leaf = item.leaves[l];
    const std::string zarray = orbax::KeyPrefix(leaf.param_name) + std::string(kZarray);
    const std::string zarr_json =
        zarray.substr(0, zarray.size() - kZarray.size()) + std::string(kZarrJson);
    if (item.store.Find(zarray) && item.store.Find(zarr_json)) {
      if (SplitKey(entries[leaf.document_entry].key).second == kZarray) {
        leaf.state = LeafPlan::State::kNotRead;
        context_.Add(
            scan, item, leaf,
            MakeFinding(Code::kInvalid,
                        "both .zarray and zarr.json exist: it is unclear which is the array"));
        item.no_fingerprint = true;
      } else {
        leaf.state = LeafPlan::State::kGroup;  // reported with the other document
      }
    }
  }
  std::erase_if(item.leaves, [](const LeafPlan& l) { return l.state == LeafPlan::State::kGroup; });
  for (size_t l = 0; l < item.leaves.size(); ++l)
    if (item.leaves[l].state == LeafPlan::State::kPlanned) WantDocument(s, i, l);
}

void PlanStage::WantDocument(size_t s, size_t i, size_t l) {
  Scan& scan = context_.scans[s];
  ItemScan& item = scan.items[i];
  LeafPlan& leaf = item.leaves[l];
  const kvstore::ValueRef& ref = item.store.entries()[leaf.document_entry].value;
  const Document document{s, i, l};
  auto fail = [&](const Error& error) {
    Finding f = FindingOf(error, ref.is_inline() ? std::string_view() : scan.files.path(ref.file));
    if (!ref.is_inline()) f.offset = ref.offset;
    leaf.state = LeafPlan::State::kNotRead;
    context_.Add(scan, item, leaf, std::move(f));
  };
  if (wanted_entries_[leaf.document_entry]) repeated_documents_ += ref.length;
  wanted_entries_[leaf.document_entry] = true;
  if (repeated_documents_ > kMaxRepeated)
    return fail(Error{ErrorCode::kLimit,
                      "too many leaves share one array",
                      {},
                      AtMostBytes(kMaxRepeated) + " of metadata read again",
                      "more"});
  if (ref.is_inline()) return OnDocument(document, item.store.InlineValue(ref));
  if (ref.length > kMaxArrayMetadata)
    return fail(Error{ErrorCode::kLimit,
                      "the array's metadata is too large",
                      {},
                      AtMostBytes(kMaxArrayMetadata),
                      ByteCount(ref.length)});
  const auto size = scan.files.size(ref.file);
  const bool may_exist = scan.MayExist(ref.file);
  if (!size && !may_exist)
    return fail(
        Error{ErrorCode::kMissing, "the file with the array's metadata is missing", {}, "", ""});
  if (size && !RangeFits(ref.offset, ref.length, *size))
    return fail(Error{ErrorCode::kTruncated,
                      "the file ends before the array's metadata does",
                      {},
                      Text(ref.offset, " + ", ByteCount(ref.length)),
                      ByteCount(*size)});
  scan.coverage.Mark(ref.file, ref.offset, ref.length, ByteClass::kStructural);
  documents_.push_back(document);
  WantRange(scan, std::string(scan.files.path(ref.file)), ref.offset, ref.length,
            documents_.size() - 1);
}

void PlanStage::OnRead(size_t tag, Bytes bytes) {
  const Document d = documents_[tag];
  const Scan& scan = context_.scans[d.scan];
  const ItemScan& item = scan.items[d.item];
  const kvstore::ValueRef& ref = item.store.entries()[item.leaves[d.leaf].document_entry].value;
  if (bytes.size() != ref.length)
    return OnFailure(tag,
                     ShortRead(scan.files.size(ref.file).has_value(), ref.length, bytes.size()));
  OnDocument(d, bytes);
}

void PlanStage::OnFailure(size_t tag, Error error) {
  const Document d = documents_[tag];
  Scan& scan = context_.scans[d.scan];
  ItemScan& item = scan.items[d.item];
  LeafPlan& leaf = item.leaves[d.leaf];
  const kvstore::ValueRef& ref = item.store.entries()[leaf.document_entry].value;
  Finding f = FindingOf(error, scan.files.path(ref.file));
  f.offset = ref.offset;
  leaf.state = LeafPlan::State::kNotRead;
  context_.Add(scan, item, leaf, std::move(f));
}

void PlanStage::OnDocument(const Document& d, Bytes bytes) {
  Scan& scan = context_.scans[d.scan];
  ItemScan& item = scan.items[d.item];
  LeafPlan& leaf = item.leaves[d.leaf];
  const kvstore::KvStore::Entry& entry = item.store.entries()[leaf.document_entry];
  const bool v3 = SplitKey(entry.key).second == kZarrJson;
  if (v3 && item.item.kind != orbax::ItemKind::kPyTree && IsGroup(bytes)) {
    leaf.state = LeafPlan::State::kGroup;
    return;
  }
  leaf.document = ToVector(bytes);
  ReadDocument(d, v3);
  if (leaf.state != LeafPlan::State::kNotRead && !leaf.claims.empty())
    CheckClaims(scan, item, leaf);
}

void PlanStage::ReadDocument(const Document& d, bool v3) {
  Scan& scan = context_.scans[d.scan];
  ItemScan& item = scan.items[d.item];
  LeafPlan& leaf = item.leaves[d.leaf];
  const kvstore::KvStore::Entry& entry = item.store.entries()[leaf.document_entry];
  const Bytes bytes = leaf.document;
  // Layers of one shape have equal documents, and a model has few shapes.
  for (const Document& recent : recent_) {
    const LeafPlan& other = context_.scans[recent.scan].items[recent.item].leaves[recent.leaf];
    if (other.document == leaf.document && other.metadata.zarr_format == (v3 ? 3 : 2)) {
      leaf.metadata = other.metadata;
      leaf.record.dtype = other.record.dtype;
      leaf.record.shape = other.record.shape;
      leaf.record.nbytes = other.record.nbytes;
      return;
    }
  }
  auto metadata = v3 ? zarr::ParseZarrJson(bytes) : zarr::ParseZarray(bytes);
  if (!metadata) {
    Finding f =
        FindingOf(metadata.error(),
                  entry.value.is_inline() ? std::string_view() : scan.files.path(entry.value.file));
    if (!entry.value.is_inline())
      f.offset = entry.value.offset + metadata.error().offset.value_or(0);
    else
      f.offset.reset();
    f.message = Text("key ", entry.key, ": ", f.message);
    leaf.state = LeafPlan::State::kNotRead;
    context_.Add(scan, item, leaf, std::move(f));
    return;
  }
  for (const std::string& name : metadata->duplicate_members) {
    Finding f = MakeFinding(Code::kDuplicateMember,
                            "the array's metadata has a JSON member twice; the last one counts");
    if (!entry.value.is_inline()) {
      f.file = scan.files.path(entry.value.file);
      f.offset = entry.value.offset;
    }
    f.actual = IsUtf8(name) ? name : Hex(AsBytes(name));
    context_.Add(scan, item, leaf, std::move(f));
    leaf.own_finding = true;
  }
  leaf.record.dtype = metadata->type.name;
  leaf.record.shape = metadata->shape;
  leaf.record.nbytes = metadata->nbytes;
  if (metadata->duplicate_members.empty()) {
    if (recent_.size() < kRecentDocuments)
      recent_.push_back(d);
    else
      recent_[next_recent_++ % kRecentDocuments] = d;
  }
  leaf.metadata = std::move(*metadata);
}

}  // namespace leafsum::plan
