#include "verify/plan_stage.h"

#include <algorithm>
#include <set>

#include "base/checked.h"
#include "base/json.h"
#include "base/phrase.h"
#include "base/sort.h"
#include "base/text.h"
#include "kvstore/safe_path.h"
#include "zarr/array_size.h"
#include "zarr/json_members.h"

namespace leafsum::verify {

using report::Code;
using report::Finding;
using report::Severity;

namespace {

constexpr std::string_view kZarray = ".zarray", kZarrJson = "zarr.json";

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

// Absolute, a drive's, or with `..`, whichever way the slashes lean.
bool LeavesDirectory(std::string_view name) {
  std::string path(name);
  std::replace(path.begin(), path.end(), '\\', '/');
  if (path.starts_with('/') || path == ".." || path.starts_with("../") || path.ends_with("/..") ||
      path.find("/../") != path.npos || path.find('\0') != path.npos)
    return true;
  const auto is_letter = [](char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; };
  return path.size() > 1 && is_letter(path[0]) && (path[1] == ':' || path.find("://") != path.npos);
}

// The values of the msgpack tree by key path. What lies between their bytes is structure.
std::vector<orbax::MsgpackLeaf*> MsgpackValues(Scan& scan, ItemScan& item) {
  std::vector<orbax::MsgpackLeaf*> values;
  if (!item.msgpack) return values;
  uint64_t position = 0;
  for (orbax::MsgpackLeaf& leaf : item.msgpack->leaves()) {
    values.push_back(&leaf);
    for (const auto& [range, elements] : leaf.pieces) {
      scan.coverage.Mark(item.msgpack_file, position, range.offset - position,
                         ByteClass::kStructural);
      position = range.offset + range.length;
    }
  }
  scan.coverage.Mark(item.msgpack_file, position, *scan.files.size(item.msgpack_file) - position,
                     item.msgpack_broken ? ByteClass::kUnread : ByteClass::kStructural);
  StableSort(values, [](const orbax::MsgpackLeaf* a, const orbax::MsgpackLeaf* b) {
    return orbax::KeyPathLess(a->key_path, b->key_path);
  });
  return values;
}

}  // namespace

PlanStage::PlanStage(Context& context) : ReadingStage(context) {
  for (size_t s = 0; s < context.scans.size(); ++s)
    for (size_t i = 0; i < context.scans[s].items.size(); ++i) {
      Scan& scan = context.scans[s];
      ItemScan& item = scan.items[i];
      if (!item.failed) PlanItem(s, i);
      // Told of every string leaf, or once where there is none.
      if (item.strings_problem &&
          std::none_of(item.leaves.begin(), item.leaves.end(), [](const LeafPlan& leaf) {
            return leaf.record.dtype == "string" && !leaf.in_msgpack;
          }))
        context.Add(scan, item, *item.strings_problem);
    }
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
      return PlanMsgpack(s, i);
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
  orbax::TreeMetadata& tree = *item.tree;
  item.tree_read = tree.problems.empty();
  bool has_write_shape = false;
  item.leaves.reserve(tree.entries.size());
  for (orbax::TreeEntry& entry : tree.entries) {
    LeafPlan& leaf = item.leaves.emplace_back();
    leaf.record.key_path = std::move(entry.key_path);
    leaf.record.key_types = std::move(entry.key_types);
    leaf.record.value_type = std::move(entry.value_type);
    leaf.param_name = orbax::ParamName(leaf.record.key_path);
    leaf.write_shape = std::move(entry.write_shape);
    leaf.skip_deserialize = entry.skip_deserialize;
    has_write_shape |= leaf.write_shape.has_value();
    if (orbax::IsEmptyValueType(leaf.record.value_type)) {
      leaf.record.dtype = leaf.record.value_type;
      leaf.record.has_content = false;
      leaf.state = LeafPlan::State::kEmpty;
    }
  }
  tree.entries = {};  // they are the leaves' now
  SortLeaves(item);
  if (has_write_shape && !item.has_array_metadatas && scan.records_asked) {
    Finding f = MakeFinding(
        Code::kMissingFile,
        "array_metadatas/ is not there, though the tree was written with it; PRNG keys restore as "
        "plain integers without it");
    f.severity = Severity::kWarning;
    f.file = item.item.directory + "array_metadatas/";
    context_.Add(scan, item, std::move(f));
  }
  const std::vector<orbax::MsgpackLeaf*> values = MsgpackValues(scan, item);
  // Of an array alone it is not known how the others are stored.
  if (!item.narrowed && StoredOtherwise(scan, item)) return;
  size_t v = 0;
  for (size_t l = 0; l < item.leaves.size(); ++l) {
    LeafPlan& leaf = item.leaves[l];
    // Both are sorted by key path.
    while (v < values.size() && orbax::KeyPathLess(values[v]->key_path, leaf.record.key_path))
      Unclaimed(scan, item, *values[v++]);
    orbax::MsgpackLeaf* value = nullptr;
    if (v < values.size() && values[v]->key_path == leaf.record.key_path) value = values[v++];
    const bool is_empty = leaf.state == LeafPlan::State::kEmpty;
    if (value && value->kind != orbax::MsgpackLeaf::Kind::kPlaceholder &&
        !(is_empty && value->kind == orbax::MsgpackLeaf::Kind::kEmpty))
      PlanMsgpackValue(scan, item, leaf, *value);
    else if (is_empty)
      continue;
    else if (item.narrowed && !context_.Reads(item.item.name, leaf.record.key_path))
      leaf.unseen = true, leaf.state = LeafPlan::State::kNotRead;
    else if (leaf.record.value_type == "string")
      PlanString(scan, item, leaf);
    else
      PlanArray(s, i, l, tree.use_zarr3);
  }
  while (v < values.size()) Unclaimed(scan, item, *values[v++]);
  CheckNames(scan, item);
}

// The flag `use_zarr3` contradicts every array: one finding for all, and none of them can be read.
bool PlanStage::StoredOtherwise(Scan& scan, ItemScan& item) {
  const bool zarr3 = item.tree->use_zarr3;
  bool as_said = false, otherwise = false;
  for (const LeafPlan& leaf : item.leaves) {
    const std::string prefix = orbax::KeyPrefix(leaf.param_name);
    as_said |= item.store.Find(prefix + std::string(zarr3 ? kZarrJson : kZarray)) != nullptr;
    if (as_said) return false;
    otherwise |= item.store.Find(prefix + std::string(zarr3 ? kZarray : kZarrJson)) != nullptr;
  }
  if (!otherwise) return false;
  Finding f = MakeFinding(Code::kInvalid,
                          zarr3 ? "_METADATA says that the arrays are zarr v3, they are zarr v2"
                                : "_METADATA says that the arrays are zarr v2, they are zarr v3");
  f.file = item.item.directory + "_METADATA";
  f.expected = zarr3 ? "use_zarr3 false" : "use_zarr3 true";
  f.actual = zarr3 ? "use_zarr3 true" : "use_zarr3 false";
  context_.Add(scan, item, std::move(f));
  item.failed = true;
  for (LeafPlan& leaf : item.leaves)
    if (leaf.state == LeafPlan::State::kPlanned) leaf.state = LeafPlan::State::kNotRead;
  return true;
}

void PlanStage::Unclaimed(Scan& scan, ItemScan& item, const orbax::MsgpackLeaf& value) {
  Finding f = MakeFinding(Code::kUnclaimedKey,
                          "a value in the msgpack file that no leaf of _METADATA accounts for");
  f.file = scan.files.path(item.msgpack_file);
  f.offset = value.offset;
  f.actual = orbax::JsonPointer(value.key_path);
  context_.Add(scan, item, std::move(f));
}

// Names that more than one leaf has, and names that lead out of the checkpoint.
void PlanStage::CheckNames(Scan& scan, ItemScan& item) {
  std::vector<std::string> names[2];  // of arrays, of strings
  const auto name_of = [](const LeafPlan& leaf) {
    return leaf.record.value_type == "string" ? leaf.param_name : orbax::KeyPrefix(leaf.param_name);
  };
  for (const LeafPlan& leaf : item.leaves)
    if (leaf.state != LeafPlan::State::kEmpty && !leaf.in_msgpack)
      names[leaf.record.value_type == "string"].push_back(name_of(leaf));
  for (std::vector<std::string>& list : names) {
    StableSort(list, std::less<std::string>());
    // What stands once is no collision: the first of each that stands twice or more is kept.
    auto end = list.begin();
    for (auto it = list.begin(); it != list.end();) {
      const auto next = std::find_if(it, list.end(), [&](const std::string& name) { return name != *it; });
      if (next - it > 1) std::swap(*end++, *it);
      it = next;
    }
    list.erase(end, list.end());
  }
  for (size_t l = 0; l < item.leaves.size(); ++l) {
    LeafPlan& leaf = item.leaves[l];
    // Whatever the two are, empty nodes too: there is no fingerprint then. A msgpack file's own are
    // told when it is read.
    const auto same_path = [&](size_t other) {
      return item.tree && other < item.leaves.size() &&
             item.leaves[other].record.key_path == leaf.record.key_path;
    };
    const bool twice = same_path(l + 1) || same_path(l - 1);
    const bool by_name = leaf.state != LeafPlan::State::kEmpty && !leaf.in_msgpack;
    const bool is_string = leaf.record.value_type == "string";
    if (twice || (by_name && !names[is_string].empty() &&
                  std::binary_search(names[is_string].begin(), names[is_string].end(),
                                     name_of(leaf)))) {
      Finding f = MakeFinding(
          Code::kNameCollision,
          twice ? "the tree has this key path twice: readers take one of the two, the other one is "
                  "lost"
                : "another leaf has the parameter name \"" + leaf.param_name +
                      "\" too: the store holds one value for both, the other one was lost at save");
      context_.Add(scan, item, leaf, std::move(f));
    }
    if (!by_name) continue;
    // In a plain layout the name is a path; in OCDBT it is a key, unless a reader thinks otherwise.
    std::string_view name = leaf.param_name;
    if (name.ends_with('/')) name.remove_suffix(1);  // KeyPrefix leaves it out
    const bool hostile = item.ocdbt ? LeavesDirectory(name) : !kvstore::IsSafePath(name);
    if (!is_string && hostile && !leaf.param_name.empty()) {
      Finding f = MakeFinding(
          Code::kHostilePath,
          "the parameter name, taken as a path, leaves the checkpoint or is no portable path");
      f.file = item.item.directory + (item.tree ? "_METADATA" : "checkpoint");
      f.actual = leaf.param_name;
      if (item.ocdbt) f.severity = Severity::kWarning;
      context_.Add(scan, item, leaf, std::move(f));
    }
  }
}

// A tree without `_METADATA`: its leaves are those of the file.
void PlanStage::PlanMsgpack(size_t s, size_t i) {
  Scan& scan = context_.scans[s];
  ItemScan& item = scan.items[i];
  if (!item.msgpack) return;
  item.tree_read = !item.msgpack_broken;
  const std::vector<orbax::MsgpackLeaf*> values = MsgpackValues(scan, item);
  item.leaves.resize(values.size());
  std::vector<size_t> placeholders;
  for (size_t l = 0; l < values.size(); ++l) {
    LeafPlan& leaf = item.leaves[l];
    orbax::MsgpackLeaf& value = *values[l];
    leaf.record.key_path = value.key_path;
    if (l > 0 && values[l - 1]->key_path == value.key_path) item.no_fingerprint = true;
    if (value.kind == orbax::MsgpackLeaf::Kind::kPlaceholder && !item.item.HasStore()) {
      // A file that is itself the checkpoint has no arrays beside it: to its reader this is a text.
      value.kind = orbax::MsgpackLeaf::Kind::kString;
      const Bytes prefix = AsBytes(orbax::kPlaceholderPrefix);
      value.raw.insert(value.raw.begin(), prefix.begin(), prefix.end());
    }
    if (value.kind == orbax::MsgpackLeaf::Kind::kPlaceholder && !value.problem) {
      leaf.param_name = AsText(value.raw);
      placeholders.push_back(l);
    } else {
      PlanMsgpackValue(scan, item, leaf, value);
    }
  }
  for (size_t l : placeholders) {
    LeafPlan& leaf = item.leaves[l];
    const bool is_string = item.strings && item.strings->values.count(leaf.param_name) > 0 &&
                           !item.store.Find(orbax::KeyPrefix(leaf.param_name) + ".zarray");
    leaf.record.value_type = is_string ? "string" : "np.ndarray";
    if (is_string)
      PlanString(scan, item, leaf);
    else
      PlanArray(s, i, l, false);
  }
  item.msgpack->leaves() = {};
  CheckNames(scan, item);
}

// A value inside the file: a number or text that was read, or a range of the file.
void PlanStage::PlanMsgpackValue(Scan& scan, ItemScan& item, LeafPlan& leaf,
                                 orbax::MsgpackLeaf& value) {
  using Kind = orbax::MsgpackLeaf::Kind;
  LeafRecord& r = leaf.record;
  leaf.state = LeafPlan::State::kPlanned;
  leaf.in_msgpack = true;
  r.has_content = value.kind != Kind::kEmpty;
  r.dtype = value.dtype;
  std::optional<Error> problem = std::move(value.problem);
  const bool typed = value.kind <= Kind::kNumber;
  zarr::ArrayMetadata& m = leaf.metadata;
  if (typed && !problem) {
    auto type = zarr::ParseZarr3Type(value.dtype);
    if (!type || value.dtype[0] == 'r')
      problem = Error{ErrorCode::kUnsupported,
                      "an array of a type that is not known here",
                      {},
                      "",
                      JsonString(value.dtype)};
    else
      m.type = *type;
  }
  if (typed && !problem) {
    uint64_t elements = 0;
    for (const auto& piece : value.pieces) {
      if (CheckedMul(piece.elements, m.type.itemsize) != piece.range.length && !problem)
        problem = Error{ErrorCode::kInvalid,
                        "the array's content is not as long as its shape and type say",
                        piece.range.offset, zarr::ShapeText(value.shape) + " of " + value.dtype,
                        Phrase(piece.range.length) + " bytes"};
      // The pieces are chunks of a flat array: of equal length but for the last.
      const auto& first_piece = value.pieces[0];
      if (piece.elements > first_piece.elements ||
          (piece.elements < first_piece.elements && &piece != &value.pieces.back()))
        problem =
            Error{ErrorCode::kUnsupported, "an array in chunks of different lengths", {}, "", ""};
      elements += piece.elements;  // each at most the file's size
    }
    m.shape = value.shape;
    m.chunk_shape = value.shape;
    if (!problem) problem = zarr::SetSizes(m);
    if (!problem && !value.pieces.empty()) {
      if (CheckedProduct(value.shape) != elements)
        problem = Error{ErrorCode::kInvalid,
                        "the chunks are not as long as the array's shape says",
                        {},
                        zarr::ShapeText(value.shape),
                        Phrase(elements) + " elements"};
      m.shape = {elements};
      m.chunk_shape = {std::max<uint64_t>(1, value.pieces[0].elements)};
      m.chunk_nbytes = m.chunk_shape[0] * m.type.itemsize;
    }
    m.fill_value.assign(m.type.itemsize, 0);
    r.shape = std::move(value.shape);
    r.nbytes = m.nbytes;
  }
  if (value.kind == Kind::kBytes) r.nbytes = value.pieces[0].range.length;
  for (const auto& piece : value.pieces)
    if (piece.range.length > 0)
      leaf.chunks.push_back(
          {leaf.chunks.size(), item.msgpack_file, piece.range.offset, piece.range.length});
  if (value.kind == Kind::kNumber || value.kind == Kind::kString) {
    leaf.raw = std::move(value.raw);
    r.nbytes = leaf.raw.size();
  }
  if (!r.has_content) leaf.state = LeafPlan::State::kEmpty;
  if (r.value_type.empty())
    r.value_type = value.kind == Kind::kArray ? "np.ndarray" : typed ? "scalar" : value.dtype;
  if (!problem) return;
  r.dtype.clear();  // what it says of itself is not to be compared with anything
  r.shape.reset();
  r.nbytes = 0;
  Finding f = FindingOf(*problem, scan.files.path(item.msgpack_file));
  if (!f.offset) f.offset = value.offset;
  leaf.state = LeafPlan::State::kNotRead;
  context_.Add(scan, item, leaf, std::move(f));
}

void PlanStage::PlanString(Scan& scan, ItemScan& item, LeafPlan& leaf) {
  leaf.record.dtype = "string";
  const std::string file = item.item.directory + "_strings.json";
  auto fail = [&](Finding f) {
    f.file = file;
    leaf.state = LeafPlan::State::kNotRead;
    context_.Add(scan, item, leaf, std::move(f));
  };
  if (item.strings_problem) return fail(*item.strings_problem);
  if (!item.strings)
    return fail(MakeFinding(Code::kMissingFile, "the file of string leaves is not there"));
  const auto it = item.strings->values.find(leaf.param_name);
  if (it == item.strings->values.end()) {
    const auto below = item.strings->values.lower_bound(leaf.param_name + "/");
    if (below != item.strings->values.end() && below->first.starts_with(leaf.param_name + "/"))
      return fail(MakeFinding(Code::kInvalid, "the value in _strings.json is no JSON string"));
    const std::string prefix = orbax::KeyPrefix(leaf.param_name);
    const bool stored = item.store_read && (item.store.Find(prefix + std::string(kZarray)) ||
                                            item.store.Find(prefix + std::string(kZarrJson)));
    return fail(MakeFinding(Code::kMissingLeaf,
                            "_strings.json has no text of the name \"" + leaf.param_name + "\"" +
                                (stored ? ", but the store has an array of this name" : "")));
  }
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
  const std::string prefix = orbax::KeyPrefix(leaf.param_name);
  const std::string key = prefix + std::string(zarr3 ? kZarrJson : kZarray);
  const kvstore::KvStore::Entry* entry = item.store_read ? item.store.Find(key) : nullptr;
  if (!entry) {
    leaf.state = LeafPlan::State::kNotRead;
    // Whatever made the store incomplete, or hid a value in the msgpack file, was reported.
    if (!item.store_complete || item.msgpack_broken) return;
    if (!item.ocdbt && !kvstore::IsSafePath(key)) return;  // told by CheckNames
    const bool other =
        item.store.Find(prefix + std::string(zarr3 ? kZarray : kZarrJson)) != nullptr;
    Finding f = other ? MakeFinding(Code::kInvalid, Phrase("_METADATA says use_zarr3 ") +
                                                        (zarr3 ? "true" : "false") +
                                                        ", the array is stored the other way")
                : item.ocdbt
                    ? MakeFinding(Code::kMissingLeaf,
                                  "the tree names this leaf, the store has no key " + key)
                    : MakeFinding(Code::kMissingFile,
                                  "the tree names this leaf, its array's metadata is not there");
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
  const auto [begin, end] = scan.Below(item.item.directory);
  for (size_t f = begin; f < end; ++f) {
    const std::string_view name =
        std::string_view(scan.listing[f].path).substr(item.item.directory.size());
    if (name != "_sharding" && name != "_strings.json" && !name.starts_with("array_metadatas/") &&
        !name.starts_with("ocdbt.process_"))
      continue;
    Finding finding = MakeFinding(Code::kMissingFile,
                                  "Orbax's other files are here: without _METADATA it restores "
                                  "nothing, and the tree is no longer known");
    finding.severity = Severity::kWarning;
    finding.file = item.item.directory + "_METADATA";
    context_.Add(scan, item, std::move(finding));
    break;
  }
  const auto& entries = item.store.entries();
  for (size_t e = 0; e < entries.size(); ++e) {
    const auto [parent, last] = SplitKey(entries[e].key);
    if (last != kZarray && last != kZarrJson) continue;
    const bool at_root = entries[e].key.size() == last.size();
    LeafPlan leaf;
    leaf.param_name = parent;
    if (!at_root) leaf.param_name += '/';  // as KeyPrefix takes it, whatever it ends in
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
    const std::string zarray = orbax::KeyPrefix(leaf.param_name) + std::string(kZarray);
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
                      "at most " + Phrase(kMaxArrayMetadata) + " bytes",
                      Phrase(ref.length) + " bytes"});
  const auto size = scan.files.size(ref.file);
  const bool may_exist = scan.MayExist(ref.file);
  if (!size && !may_exist)
    return fail(
        Error{ErrorCode::kMissing, "the file with the array's metadata is not there", {}, "", ""});
  if (size && !RangeFits(ref.offset, ref.length, *size))
    return fail(Error{ErrorCode::kTruncated,
                      "the file ends before the array's metadata does",
                      {},
                      Phrase(ref.offset) + " + " + Phrase(ref.length) + " bytes",
                      Phrase(*size) + " bytes"});
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
    return OnFailure(
        tag, ShortRead(scan.files.size(ref.file).has_value(), ref.length, bytes.size()));
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
  // Layers of one shape have one document, and a model has few shapes.
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
                  entry.value.is_inline() ? std::string() : scan.files.path(entry.value.file));
    if (!entry.value.is_inline())
      f.offset = entry.value.offset + metadata.error().offset.value_or(0);
    else
      f.offset.reset();
    f.message = "key " + Phrase(entry.key) + ": " + f.message;
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
    if (recent_.size() < kRecentDocuments) recent_.push_back(d);
    else recent_[next_recent_++ % kRecentDocuments] = d;
  }
  leaf.metadata = std::move(*metadata);
}

}  // namespace leafsum::verify
