#include "verify/plan_stage.h"

#include <algorithm>
#include <set>

#include "base/checked.h"
#include "base/json.h"
#include "base/text.h"
#include "kvstore/safe_path.h"

namespace leafsum::verify {

using report::Code;
using report::Finding;
using report::Severity;

namespace {

constexpr std::string_view kZarray = ".zarray", kZarrJson = "zarr.json";

// The last component of a key, and what comes before it without its "/".
std::pair<std::string_view, std::string_view> SplitKey(std::string_view key) {
  const size_t slash = key.rfind('/');
  if (slash == key.npos) return {{}, key};
  return {key.substr(0, slash), key.substr(slash + 1)};
}

// A zarr.json that describes a group is no array.
bool IsGroup(Bytes document) {
  auto json = ParseJson(document);
  if (!json) return false;
  const JsonValue* type = json->root.Find("node_type");
  return type && type->AsString() && *type->AsString() == "group";
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

void SortLeaves(ItemScan& item) {
  auto less = [](const LeafPlan& a, const LeafPlan& b) {
    return orbax::KeyPathLess(a.record.key_path, b.record.key_path);
  };
  if (!std::is_sorted(item.leaves.begin(), item.leaves.end(), less))
    std::stable_sort(item.leaves.begin(), item.leaves.end(), less);
}

}  // namespace

PlanStage::PlanStage(Context& context) : ReadingStage(context) {
  for (size_t s = 0; s < context.scans.size(); ++s)
    for (size_t i = 0; i < context.scans[s].items.size(); ++i)
      if (!context.scans[s].items[i].failed) PlanItem(s, i);
}

void PlanStage::PlanItem(size_t s, size_t i) {
  Scan& scan = context_.scans[s];
  ItemScan& item = scan.items[i];
  switch (item.item.kind) {
    case orbax::ItemKind::kPyTree:
      return PlanTree(s, i);
    case orbax::ItemKind::kBareOcdbt:
    case orbax::ItemKind::kBareZarr:
      return PlanBareStore(s, i);
    case orbax::ItemKind::kJson:
      return PlanFile(scan, item, "json");
    case orbax::ItemKind::kProto:
      return PlanFile(scan, item, "proto");
    case orbax::ItemKind::kMsgpack:
    case orbax::ItemKind::kAmbiguous:
      return;
  }
}

void PlanStage::PlanFile(Scan& scan, ItemScan& item, std::string_view dtype) {
  const auto id = scan.files.Find(item.item.file);
  if (!id || !scan.files.size(*id)) return;
  LeafPlan leaf;
  leaf.record.value_type = leaf.record.dtype = dtype;
  leaf.record.nbytes = *scan.files.size(*id);
  leaf.raw_file = *id;
  item.leaves.push_back(std::move(leaf));
  item.tree_read = true;
}

void PlanStage::PlanTree(size_t s, size_t i) {
  Scan& scan = context_.scans[s];
  ItemScan& item = scan.items[i];
  const orbax::TreeMetadata& tree = *item.tree;
  item.tree_read = tree.problems.empty();
  bool has_write_shape = false;
  item.leaves.reserve(tree.entries.size());
  for (const orbax::TreeEntry& entry : tree.entries) {
    LeafPlan leaf;
    leaf.record.key_path = entry.key_path;
    leaf.record.key_types = entry.key_types;
    leaf.record.value_type = entry.value_type;
    leaf.param_name = orbax::ParamName(entry.key_path);
    leaf.write_shape = entry.write_shape;
    has_write_shape |= entry.write_shape.has_value();
    if (orbax::IsEmptyValueType(entry.value_type)) {
      leaf.record.dtype = entry.value_type;
      leaf.record.has_content = false;
      leaf.state = LeafPlan::State::kEmpty;
    }
    item.leaves.push_back(std::move(leaf));
  }
  SortLeaves(item);
  if (has_write_shape && !item.has_array_metadatas) {
    Finding f = MakeFinding(
        Code::kMissingFile,
        "array_metadatas/ is not there, though the tree was written with it; PRNG keys restore as "
        "plain integers without it");
    f.severity = Severity::kWarning;
    f.file = item.item.directory + "array_metadatas/";
    context_.Add(scan, item, std::move(f));
  }
  std::map<std::string_view, size_t> names;
  for (const LeafPlan& leaf : item.leaves) ++names[leaf.param_name];
  for (size_t l = 0; l < item.leaves.size(); ++l) {
    LeafPlan& leaf = item.leaves[l];
    if (leaf.state == LeafPlan::State::kEmpty) continue;
    if (names[leaf.param_name] > 1) {
      Finding f = MakeFinding(
          Code::kNameCollision,
          "another leaf has the parameter name \"" + leaf.param_name +
              "\" too: the store holds one array for both, the other one was lost at save");
      context_.Add(scan, item, leaf, std::move(f));
    }
    if (!kvstore::IsSafePath(leaf.param_name) && !leaf.param_name.empty()) {
      Finding f = MakeFinding(
          Code::kHostilePath,
          "the parameter name, taken as a path, leaves the checkpoint or is no portable path");
      f.file = item.item.directory + "_METADATA";
      f.actual = leaf.param_name;
      if (item.ocdbt) f.severity = Severity::kWarning;
      context_.Add(scan, item, leaf, std::move(f));
    }
    if (leaf.record.value_type == "string")
      PlanString(scan, item, leaf);
    else
      PlanArray(s, i, l, tree.use_zarr3);
  }
}

void PlanStage::PlanString(Scan& scan, ItemScan& item, LeafPlan& leaf) {
  leaf.record.dtype = "string";
  const std::string file = item.item.directory + "_strings.json";
  auto fail = [&](Finding f) {
    f.file = file;
    leaf.state = LeafPlan::State::kNotRead;
    context_.Add(scan, item, leaf, std::move(f));
  };
  if (!item.strings) {
    // A file that is there and broken was reported already, once for all.
    leaf.state = LeafPlan::State::kNotRead;
    if (!scan.SizeOf(file))
      fail(MakeFinding(Code::kMissingFile, "the file of string leaves is not there"));
    return;
  }
  const auto it = item.strings->values.find(leaf.param_name);
  if (it == item.strings->values.end())
    return fail(MakeFinding(Code::kMissingLeaf,
                            "_strings.json has no text of the name \"" + leaf.param_name + "\""));
  if (!it->second)
    return fail(MakeFinding(Code::kInvalid, "the value in _strings.json is no JSON string"));
  leaf.raw = ToVector(AsBytes(*it->second));
  leaf.record.nbytes = leaf.raw.size();
}

// A PRNG key is a uint32 array whose implementation is recorded nowhere else.
void PlanStage::CheckRecords(Scan& scan, ItemScan& item, LeafPlan& leaf) {
  const auto [first, last] = item.recorded.equal_range(leaf.param_name);
  std::set<std::optional<std::string>> impls;
  for (auto it = first; it != last; ++it) impls.insert(it->second.array.random_key_impl);
  if (impls.size() == 1) leaf.record.prng_impl = *impls.begin();
  if (impls.size() <= 1) return;
  Finding f = MakeFinding(Code::kStructureMismatch,
                          "processes disagree on the PRNG implementation of this leaf");
  f.file = item.item.directory + "array_metadatas/";
  context_.Add(scan, item, leaf, std::move(f));
}

void PlanStage::PlanArray(size_t s, size_t i, size_t l, bool zarr3) {
  Scan& scan = context_.scans[s];
  ItemScan& item = scan.items[i];
  LeafPlan& leaf = item.leaves[l];
  CheckRecords(scan, item, leaf);
  const std::string prefix = leaf.param_name.empty() ? "" : leaf.param_name + "/";
  const std::string key = prefix + std::string(zarr3 ? kZarrJson : kZarray);
  const kvstore::KvStore::Entry* entry = item.store_read ? item.store.Find(key) : nullptr;
  if (!entry) {
    leaf.state = LeafPlan::State::kNotRead;
    if (!item.store_complete) return;  // whatever made the store incomplete was reported
    const bool other =
        item.store.Find(prefix + std::string(zarr3 ? kZarray : kZarrJson)) != nullptr;
    const std::string aggregate = item.item.directory + "checkpoint";
    if (!other && scan.SizeOf(aggregate)) {
      Finding f =
          MakeFinding(Code::kUnsupported,
                      "the value is in the msgpack file `checkpoint`: this version cannot read it");
      f.file = aggregate;
      context_.Add(scan, item, leaf, std::move(f));
      return;
    }
    Finding f = other ? MakeFinding(Code::kInvalid, std::string("_METADATA says use_zarr3 ") +
                                                        (zarr3 ? "true" : "false") +
                                                        ", the array is stored the other way")
                : item.ocdbt
                    ? MakeFinding(Code::kMissingLeaf,
                                  "_METADATA names this leaf, the store has no key " + key)
                    : MakeFinding(Code::kMissingFile,
                                  "_METADATA names this leaf, its array's metadata is not there");
    if (item.ocdbt)
      f.expected = key;
    else
      f.file = item.item.directory + key;
    context_.Add(scan, item, leaf, std::move(f));
    return;
  }
  leaf.in_zarr = true;
  leaf.document_entry = static_cast<size_t>(entry - item.store.entries().data());
  WantDocument(s, i, l);
}

void PlanStage::PlanBareStore(size_t s, size_t i) {
  Scan& scan = context_.scans[s];
  ItemScan& item = scan.items[i];
  if (!item.store_read) return;
  item.tree_read = item.store_complete;
  const auto& entries = item.store.entries();
  for (size_t e = 0; e < entries.size(); ++e) {
    const auto [parent, last] = SplitKey(entries[e].key);
    if (last != kZarray && last != kZarrJson) continue;
    const bool at_root = entries[e].key.size() == last.size();
    LeafPlan leaf;
    leaf.param_name = parent;
    if (!at_root) leaf.record.key_path = SplitPath(parent);
    leaf.record.value_type = "array";
    leaf.document_entry = e;
    leaf.in_zarr = true;
    if (!IsUtf8(parent)) continue;  // never a leaf (design.md §2); its keys are left over
    item.leaves.push_back(std::move(leaf));
  }
  SortLeaves(item);
  for (size_t l = 0; l < item.leaves.size(); ++l) {
    LeafPlan& leaf = item.leaves[l];
    const std::string zarray = leaf.param_name.empty()
                                   ? std::string(kZarray)
                                   : leaf.param_name + "/" + std::string(kZarray);
    const std::string zarr_json =
        zarray.substr(0, zarray.size() - kZarray.size()) + std::string(kZarrJson);
    if (item.store.Find(zarray) && item.store.Find(zarr_json)) {
      if (SplitKey(entries[leaf.document_entry].key).second == kZarray) {
        leaf.state = LeafPlan::State::kNotRead;
        context_.Add(
            scan, item, leaf,
            MakeFinding(Code::kInvalid,
                        "both .zarray and zarr.json: which one is the array cannot be told"));
        item.no_fingerprint = true;
      } else {
        item.leaves.erase(item.leaves.begin() + static_cast<ptrdiff_t>(l--));
      }
      continue;
    }
  }
  for (size_t l = 0; l < item.leaves.size(); ++l)
    if (item.leaves[l].state == LeafPlan::State::kPlanned) WantDocument(s, i, l);
}

void PlanStage::WantDocument(size_t s, size_t i, size_t l) {
  Scan& scan = context_.scans[s];
  ItemScan& item = scan.items[i];
  LeafPlan& leaf = item.leaves[l];
  const kvstore::ValueRef& ref = item.store.entries()[leaf.document_entry].value;
  const Document document{s, i, l};
  auto fail = [&](Error error) {
    Finding f = FindingOf(error, scan.files.path(ref.file));
    f.offset = ref.offset;
    leaf.state = LeafPlan::State::kNotRead;
    context_.Add(scan, item, leaf, std::move(f));
  };
  if (ref.is_inline()) return OnDocument(document, item.store.InlineValue(ref));
  if (ref.length > kMaxArrayMetadata)
    return fail(Error{ErrorCode::kLimit,
                      "the array's metadata is too large for what it is",
                      {},
                      "at most " + std::to_string(kMaxArrayMetadata) + " bytes",
                      std::to_string(ref.length) + " bytes"});
  const auto size = scan.files.size(ref.file);
  const bool may_exist = scan.MayExist(ref.file);
  if (!size && !may_exist)
    return fail(
        Error{ErrorCode::kMissing, "the file with the array's metadata is not there", {}, "", ""});
  if (size && !RangeFits(ref.offset, ref.length, *size))
    return fail(Error{ErrorCode::kTruncated,
                      "the file ends before the array's metadata does",
                      {},
                      std::to_string(ref.offset) + " + " + std::to_string(ref.length) + " bytes",
                      std::to_string(*size) + " bytes"});
  scan.coverage.Mark(ref.file, ref.offset, ref.length, ByteClass::kStructural);
  documents_.push_back(document);
  WantRange(scan, scan.files.path(ref.file), ref.offset, ref.length, documents_.size() - 1);
}

void PlanStage::OnRead(size_t tag, Bytes bytes) {
  const Document d = documents_[tag];
  const Scan& scan = context_.scans[d.scan];
  const ItemScan& item = scan.items[d.item];
  const kvstore::ValueRef& ref = item.store.entries()[item.leaves[d.leaf].document_entry].value;
  if (bytes.size() != ref.length)
    return OnFailure(tag, Error{ErrorCode::kChanged,
                                "the file is shorter than it was",
                                {},
                                std::to_string(ref.length) + " bytes",
                                std::to_string(bytes.size()) + " bytes"});
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
  auto metadata = v3 ? zarr::ParseZarrJson(bytes) : zarr::ParseZarray(bytes);
  if (!metadata) {
    Finding f =
        FindingOf(metadata.error(),
                  entry.value.is_inline() ? std::string() : scan.files.path(entry.value.file));
    if (!entry.value.is_inline())
      f.offset = entry.value.offset + metadata.error().offset.value_or(0);
    else
      f.offset.reset();
    f.message = "key " + std::string(entry.key) + ": " + f.message;
    leaf.state = LeafPlan::State::kNotRead;
    context_.Add(scan, item, leaf, std::move(f));
    return;
  }
  for (const std::string& name : metadata->duplicate_members) {
    Finding f = MakeFinding(Code::kDuplicateMember,
                            "the array's metadata has a JSON member twice; the last one counts");
    f.actual = IsUtf8(name) ? name : Hex(AsBytes(name));
    context_.Add(scan, item, leaf, std::move(f));
    leaf.own_finding = true;
  }
  if (!metadata->codecs.sharding.empty() &&
      (!metadata->codecs.sharding[0].codecs.sharding.empty() ||
       !metadata->codecs.transpose.empty() || !metadata->codecs.bytes_codecs.empty())) {
    leaf.state = LeafPlan::State::kNotRead;
    context_.Add(
        scan, item, leaf,
        MakeFinding(
            Code::kUnsupported,
            "shards within shards, or codecs around shards: this version cannot read them"));
    return;
  }
  leaf.record.dtype = metadata->type.name;
  leaf.record.shape = metadata->shape;
  leaf.record.nbytes = metadata->nbytes;
  leaf.metadata = std::move(*metadata);
}

}  // namespace leafsum::verify
