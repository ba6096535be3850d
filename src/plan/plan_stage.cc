#include "plan/plan_stage.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/sort.h"
#include "base/text.h"
#include "kvstore/safe_path.h"
#include "readers/tree.h"

namespace leafsum::plan {

using report::Code;
using report::Finding;
using report::Severity;

namespace {

// Whether a name is absolute, begins with a drive, or has `..`, with either kind of slash (formats
// §3.4).
bool LeavesDirectory(std::string_view name) {
  std::string path(name);
  std::replace(path.begin(), path.end(), '\\', '/');
  if (path.starts_with('/') || path == ".." || path.starts_with("../") || path.ends_with("/..") ||
      path.find("/../") != path.npos || path.find('\0') != path.npos)
    return true;
  const auto is_letter = [](char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; };
  return path.size() > 1 && is_letter(path[0]) && (path[1] == ':' || path.find("://") != path.npos);
}

}  // namespace

PlanStage::PlanStage(Context& context) : ReadingStage(context) {
  for (size_t s = 0; s < context.scans.size(); ++s)
    for (size_t i = 0; i < context.scans[s].items.size(); ++i) {
      Scan& scan = context.scans[s];
      ItemScan& item = scan.items[i];
      if (!item.failed) PlanItem(s, i);
      // Each string leaf reports the problem; if the item has none, it is reported here, once.
      if (item.side.strings_problem &&
          std::none_of(item.leaves.begin(), item.leaves.end(), [](const LeafPlan& leaf) {
            return leaf.record.dtype == "string" && !leaf.in_msgpack;
          }))
        context.Add(scan, item, *item.side.strings_problem);
    }
  TellAbsentArrays(context, std::move(absent_));
}

void PlanStage::PlanItem(size_t s, size_t i) {
  Scan& scan = context_.scans[s];
  ItemScan& item = scan.items[i];
  SharedDocuments(item);
  string_bytes_ = 0;
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
  leaf.raw_file = id;
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
  tree.entries = {};  // moved to the leaves
  SortLeaves(item);
  TellRecordProblems(scan, item);
  if (has_write_shape && !item.side.has_array_metadatas && scan.probed.records_asked) {
    Finding f = MakeFinding(Code::kMissingFile,
                            "array_metadatas/ is missing, though the tree was written with it; "
                            "without it PRNG keys restore as plain integers");
    // A warning: no value depends on the directory, and a copy may leave it out (contract §10.21).
    f.severity = Severity::kWarning;
    f.file = item.item.directory + "array_metadatas/";
    context_.Add(scan, item, std::move(f));
  }
  const std::vector<orbax::MsgpackLeaf*> values = MsgpackValues(scan, item);
  // One array alone does not tell how the others are stored.
  if (!item.narrowed && StoredOtherwise(scan, item)) return;
  size_t v = 0;
  for (size_t l = 0; l < item.leaves.size(); ++l) {
    LeafPlan& leaf = item.leaves[l];
    // Both lists are sorted by key path.
    while (v < values.size() && orbax::KeyPathLess(values[v]->key_path, leaf.record.key_path))
      Unclaimed(scan, item, *values[v++]);
    orbax::MsgpackLeaf* value = nullptr;
    if (v < values.size() && values[v]->key_path == leaf.record.key_path) value = values[v++];
    const bool is_empty = leaf.state == LeafPlan::State::kEmpty;
    const bool in_msgpack = value && value->kind != orbax::MsgpackLeaf::Kind::kPlaceholder &&
                            !(is_empty && value->kind == orbax::MsgpackLeaf::Kind::kEmpty);
    if (!in_msgpack && leaf.record.value_type == "jax.Array") ReadKeyMark(scan, item, leaf);
    if (in_msgpack) TwoSources(scan, item, leaf);
    if (in_msgpack)
      PlanMsgpackValue(scan, item, leaf, *value);
    else if (!is_empty && item.msgpack.broken && !value && !StoredElsewhere(item, leaf))
      leaf.state = LeafPlan::State::kNotRead;  // it may lie where the file could not be read
    else if (is_empty || !HasReader(scan, item, leaf, tree.use_zarr3))
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

// What has a value of the leaf's name outside the msgpack file, if anything.
const char* PlanStage::StoredElsewhere(const ItemScan& item, const LeafPlan& leaf) {
  const std::string prefix = orbax::KeyPrefix(leaf.param_name);
  if (item.walked.read && (item.store.Find(prefix + std::string(kZarray)) ||
                           item.store.Find(prefix + std::string(kZarrJson))))
    return "the array of this name in the store";
  if (item.side.strings && item.side.strings->values.contains(leaf.param_name))
    return "the text in _strings.json";
  return nullptr;
}

// Reports a leaf with a value in the msgpack file and another in the store or _strings.json: v0
// takes the first, v1 the second (contract §11.2).
void PlanStage::TwoSources(Scan& scan, ItemScan& item, LeafPlan& leaf) {
  const char* other = StoredElsewhere(item, leaf);
  if (!other) return;
  Finding f = MakeFinding(
      Code::kReaderDivergence,
      Text("v1 load would take ", other,
           ", the only one it reads; the value in the msgpack file checkpoint, which "
           "PyTreeCheckpointer takes, was hashed: remove the file checkpoint, or save again"));
  f.file = item.item.directory + "checkpoint";
  f.expected = "the value in the msgpack file";
  f.actual = other;
  context_.Add(scan, item, leaf, std::move(f));
}

// Only the files of array_metadatas/ tell which arrays are PRNG keys. Without them Orbax raises if
// it has a jax.Array to restore (formats §3.5).
void PlanStage::TellRecordProblems(Scan& scan, ItemScan& item) {
  const bool needed = std::any_of(item.leaves.begin(), item.leaves.end(), [](const LeafPlan& leaf) {
    return leaf.record.value_type == "jax.Array";
  });
  // A warning where the tree has no jax.Array: nothing that Orbax restores needs the files.
  for (const Finding& problem : item.side.problems)
    context_.Add(scan, item,
                 needed || problem.severity != Severity::kError ? problem : AsWarning(problem));
}

// Whether any reader restores the leaf from the store (readers/tree.h). An array of a type without
// a handler is read all the same: the project that wrote it may have a handler of its own.
bool PlanStage::HasReader(Scan& scan, ItemScan& item, LeafPlan& leaf, bool zarr3) {
  const std::string& type = leaf.record.value_type;
  const bool known = readers::HasTypeHandler(type);
  if (known && !leaf.skip_deserialize) return true;
  Finding f =
      known ? MakeFinding(Code::kReaderDivergence,
                          "_METADATA says skip_deserialize for a leaf with content: Orbax does not "
                          "read it and raises")
            : MakeFinding(Code::kInvalid,
                          "no type handler of Orbax knows this value type: a restore raises "
                          "\"TypeHandler lookup "
                          "failed\" unless a handler of the project that wrote it is registered");
  f.file = item.item.directory + "_METADATA";
  f.expected = known ? "skip_deserialize false" : "jax.Array, np.ndarray, scalar or string";
  f.actual = known ? "skip_deserialize true" : type;
  if (!known || ChecksAll(context_.options)) context_.Add(scan, item, leaf, std::move(f));
  if (known) return true;
  const std::string key =
      orbax::KeyPrefix(leaf.param_name) + std::string(zarr3 ? kZarrJson : kZarray);
  if (item.walked.read && item.store.Find(key)) return true;
  leaf.state = LeafPlan::State::kNotRead;
  return false;
}

// Whether the flag `use_zarr3` contradicts every array. If so, readers find no array, and one
// finding says so for all of them (contract §2).
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
  Finding f = MakeFinding(
      Code::kInvalid, zarr3 ? "_METADATA says that the arrays are zarr v3, but they are zarr v2"
                            : "_METADATA says that the arrays are zarr v2, but they are zarr v3");
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
  f.file = scan.files.path(item.msgpack.file);
  f.offset = value.offset;
  f.actual = orbax::JsonPointer(value.key_path);
  context_.Add(scan, item, std::move(f));
}

// Finds names that several leaves share, and names that lead out of the checkpoint.
void PlanStage::CheckNames(Scan& scan, ItemScan& item) {
  std::vector<std::string> names[2];  // of arrays; of strings
  const auto name_of = [](const LeafPlan& leaf) {
    return leaf.record.value_type == "string" ? leaf.param_name : orbax::KeyPrefix(leaf.param_name);
  };
  for (const LeafPlan& leaf : item.leaves)
    if (leaf.state != LeafPlan::State::kEmpty && !leaf.in_msgpack)
      names[leaf.record.value_type == "string"].push_back(name_of(leaf));
  for (std::vector<std::string>& list : names) {
    StableSort(list, std::less<std::string>());
    // Keeps one copy of each name that occurs twice or more.
    auto end = list.begin();
    for (auto it = list.begin(); it != list.end();) {
      const auto next =
          std::find_if(it, list.end(), [&](const std::string& name) { return name != *it; });
      if (next - it > 1) std::swap(*end++, *it);
      it = next;
    }
    list.erase(end, list.end());
  }
  for (size_t l = 0; l < item.leaves.size(); ++l) {
    LeafPlan& leaf = item.leaves[l];
    // Equal key paths, even of empty nodes, leave no fingerprint (contract §10.8). Those within a
    // msgpack file are reported when it is read.
    const auto same_path = [&](size_t other) {
      return item.tree && other < item.leaves.size() &&
             item.leaves[other].record.key_path == leaf.record.key_path;
    };
    const bool twice = same_path(l + 1) || same_path(l - 1);
    const bool by_name = leaf.state != LeafPlan::State::kEmpty && !leaf.in_msgpack;
    const bool is_string = leaf.record.value_type == "string";
    if (twice ||
        (by_name && !names[is_string].empty() &&
         std::binary_search(names[is_string].begin(), names[is_string].end(), name_of(leaf)))) {
      Finding f = MakeFinding(
          Code::kNameCollision,
          twice ? "the tree has this key path twice: readers take one of the two and lose the other"
                : Text("another leaf has the parameter name \"", leaf.param_name,
                       "\" too: the store holds one value for both; the other was lost at save"));
      context_.Add(scan, item, leaf, std::move(f));
    }
    if (!by_name) continue;
    // In a plain layout the name is used as a path, so a hostile one is an error. In OCDBT it is
    // only a key, so it is a warning (contract §5).
    std::string_view name = leaf.param_name;
    if (name.ends_with('/')) name.remove_suffix(1);  // KeyPrefix adds none then
    const bool hostile = item.ocdbt ? LeavesDirectory(name) : !kvstore::IsSafePath(name);
    if (!is_string && hostile && (leaf.by_path || !leaf.param_name.empty())) {
      Finding f = MakeFinding(
          Code::kHostilePath,
          leaf.by_path
              ? "the path of the array that this leaf refers to leaves the checkpoint, is empty or "
                "is not portable: it was not looked for"
              : "the parameter name, taken as a path, leaves the checkpoint or is not portable");
      f.file = item.tree ? item.item.directory + "_METADATA" : scan.files.path(item.msgpack.file);
      f.actual = leaf.param_name;
      // A warning: in an OCDBT store the name is a key, never a path (contract §5).
      if (item.ocdbt) f.severity = Severity::kWarning;
      context_.Add(scan, item, leaf, std::move(f));
    }
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
  if (item.side.strings_problem) return fail(*item.side.strings_problem);
  if (scan.Unanswered(file)) {
    leaf.state = LeafPlan::State::kNotRead;
    return;
  }
  if (!item.side.strings)
    return fail(MakeFinding(Code::kMissingFile, "the file of string leaves is missing"));
  const auto it = item.side.strings->values.find(leaf.param_name);
  if (it == item.side.strings->values.end()) {
    const auto below = item.side.strings->values.lower_bound(leaf.param_name + "/");
    if (below != item.side.strings->values.end() && below->first.starts_with(leaf.param_name + "/"))
      return fail(MakeFinding(Code::kInvalid, "the value in _strings.json is not a JSON string"));
    const std::string prefix = orbax::KeyPrefix(leaf.param_name);
    const bool stored = item.walked.read && (item.store.Find(prefix + std::string(kZarray)) ||
                                             item.store.Find(prefix + std::string(kZarrJson)));
    return fail(MakeFinding(Code::kMissingLeaf,
                            Text("_strings.json has no text named \"", leaf.param_name, "\"",
                                 stored ? ", but the store has an array of this name" : "")));
  }
  if (!it->second)
    return fail(MakeFinding(Code::kInvalid, "the value in _strings.json is not a JSON string"));
  string_bytes_ += it->second->size();
  const uint64_t most = scan.SizeOf(file).value_or(kMaxJsonBytes) + kMaxRepeated;
  if (string_bytes_ > most) {
    Finding f = MakeFinding(Code::kLimit, "too many leaves share one text");
    f.expected = AtMostBytes(most) + " of text in all";
    return fail(std::move(f));
  }
  leaf.raw = ToVector(AsBytes(*it->second));
  leaf.record.nbytes = leaf.raw.size();
}

// A PRNG key is a jax.Array of uint32 that a process marked as one (contract §10.17); for other
// types the mark is ignored. Orbax takes the last entry of that name in whichever file the
// directory lists first (jax_array_handlers.py, _wrap_random_key_data), so the processes must
// agree.
void PlanStage::ReadKeyMark(Scan& scan, ItemScan& item, LeafPlan& leaf) {
  leaf.record.prng_known = scan.probed.records_asked && item.side.problems.empty();
  const auto [first, last] = item.side.recorded.equal_range(leaf.param_name);
  std::map<std::string_view, const RecordedArray*> marks;  // the last entry of each file
  bool twice = false;
  for (auto it = first; it != last; ++it) {
    const RecordedArray*& mark = marks[it->second.file];
    twice |= mark != nullptr;
    mark = &it->second;
  }
  std::set<std::optional<std::string>> impls;
  for (const auto& [file, mark] : marks) impls.insert(mark->array.random_key_impl);
  const bool disagree = impls.size() > 1;
  if (marks.size() < item.side.num_array_metadatas)
    impls.insert(std::nullopt);  // a file without the name marks no key
  if (impls.size() == 1) leaf.record.prng_impl = *impls.begin();
  const auto add = [&](Code code, const char* message, std::string expected, std::string actual) {
    Finding f = MakeFinding(code, message);
    f.file = item.item.directory + "array_metadatas/";
    f.expected = std::move(expected);
    f.actual = std::move(actual);
    context_.Add(scan, item, leaf, std::move(f));
  };
  if (disagree)
    add(Code::kStructureMismatch, "processes disagree on the PRNG implementation of this leaf",
        "one", "several");
  if (!ChecksAll(context_.options)) return;
  if (impls.size() > 1 && item.side.problems.empty()) {
    leaf.record.prng_known = false;
    add(Code::kReaderDivergence,
        "the processes' files do not agree on whether this is a PRNG key, or of which kind: Orbax "
        "takes the file that its "
        "file system names first",
        "one answer", "several");
  }
  if (twice)
    add(Code::kReaderDivergence,
        "this leaf stands twice in a file of array_metadatas/: Orbax takes the last entry, other "
        "readers may take the first",
        "one entry", "two or more");
}

}  // namespace leafsum::plan
