#include "verify/check_records.h"

#include "base/sort.h"
#include "base/text.h"
#include "readers/tree.h"
#include "zarr/json_members.h"

namespace leafsum::verify {
namespace {

using report::Code;
using report::Finding;

constexpr size_t kNoLeaf = ~size_t{0};

// JAX's own PRNGs, and how many uint32 each key has. Users may register others.
constexpr std::pair<std::string_view, uint64_t> kPrngs[] = {
    {"threefry2x32", 2}, {"rbg", 4}, {"unsafe_rbg", 4}};

bool CanBeKey(const evidence::LeafRecord& leaf) {
  if (leaf.dtype != "uint32") return false;
  for (const auto& [name, words] : kPrngs)
    if (*leaf.prng_impl == name) return !leaf.shape->empty() && leaf.shape->back() == words;
  return true;
}

// What side files other than `_METADATA` say about one parameter name: all of it, or what one file
// says.
struct Records {
  std::string_view name;
  size_t leaf = kNoLeaf;  // the leaf of this name, if any
  const plan::RecordedArray* recorded = nullptr;
  const orbax::ShardingEntry* sharding = nullptr;
  bool is_string = false;  // in `_strings.json`
};

class RecordChecker {
 public:
  RecordChecker(plan::Context& context, plan::Scan& scan, plan::ItemScan& item)
      : context_(context), scan_(scan), item_(item) {}

  void Run() {
    for (size_t l = 0; l < item_.leaves.size(); ++l) {
      notes_.push_back({.name = item_.leaves[l].param_name, .leaf = l});
      has_write_shapes_ |= item_.leaves[l].write_shape.has_value();
    }
    for (const auto& [name, recorded] : item_.side.recorded)
      notes_.push_back({.name = name, .recorded = &recorded});
    if (item_.side.sharding)
      for (const orbax::ShardingEntry& entry : item_.side.sharding->entries)
        notes_.push_back({.name = entry.param_name, .sharding = &entry});
    if (item_.side.strings)
      for (const auto& [name, text] : item_.side.strings->values)
        notes_.push_back({.name = name, .is_string = true});
    StableSort(notes_, [](const Records& a, const Records& b) { return a.name < b.name; });
    for (size_t i = 0; i < notes_.size();) {
      Records all = notes_[i];
      for (++i; i < notes_.size() && notes_[i].name == all.name; ++i) Merge(all, notes_[i]);
      if (all.leaf == kNoLeaf)
        Orphan(all);
      else
        Leaf(item_.leaves[all.leaf], all);
    }
  }

 private:
  // The last note of each kind counts, but of leaves the first. An empty node never hides a leaf of
  // the same name.
  void Merge(Records& all, const Records& note) const {
    if (note.leaf != kNoLeaf &&
        (all.leaf == kNoLeaf || item_.leaves[all.leaf].state == plan::LeafPlan::State::kEmpty))
      all.leaf = note.leaf;
    if (note.recorded) all.recorded = note.recorded;
    if (note.sharding) all.sharding = note.sharding;
    all.is_string |= note.is_string;
  }

  void Add(plan::LeafPlan& leaf, Code code, const char* file, std::string expected,
           std::string actual, const std::string& message) {
    Finding f = plan::MakeFinding(code, message);
    f.file = item_.item.directory + file;
    f.expected = std::move(expected);
    f.actual = std::move(actual);
    context_.Add(scan_, item_, leaf, std::move(f));
  }

  bool HasArray(std::string_view name) const {
    if (!item_.walked.read) return false;
    const std::string prefix = orbax::KeyPrefix(name);
    return item_.store.Find(prefix + ".zarray") || item_.store.Find(prefix + "zarr.json");
  }

  // Reports a name that no leaf has. If the store has an array of that name, the check of its keys
  // reports it.
  void Orphan(const Records& records) {
    if (!item_.tree_read || HasArray(records.name)) return;
    Finding f(records.is_string ? Code::kUnclaimedKey : Code::kStructureMismatch);
    const std::string& dir = item_.item.directory;
    f.file = records.is_string  ? dir + "_strings.json"
             : records.recorded ? records.recorded->file
                                : dir + "_sharding";
    f.actual = std::string(records.name);
    f.message = "no leaf of _METADATA has this parameter name";
    if (records.sharding && records.sharding->problem && !records.recorded && !records.is_string) {
      f = plan::FindingOf(*records.sharding->problem, dir + "_sharding");
      // A warning: the leaf does not depend on its record in `_sharding` (contract §5).
      f.severity = report::Severity::kWarning;
    }
    context_.Add(scan_, item_, std::move(f));
  }

  void Leaf(plan::LeafPlan& leaf, const Records& records) {
    if (leaf.unseen) return;
    const std::string& type = leaf.record.value_type;
    const bool is_string = type == "string";
    const bool stored = leaf.in_zarr || HasArray(leaf.param_name);
    // A leaf that was turned into an empty node vanishes at restore, while its data stay.
    if (leaf.state == plan::LeafPlan::State::kEmpty && !leaf.in_msgpack) {
      if (stored || records.is_string || records.recorded || records.sharding)
        Add(leaf, Code::kValueTypeMismatch, "_METADATA", "a value type with content", type,
            Text("_METADATA says that there is nothing here, but ",
                 stored              ? "the store has an array of this name"
                 : records.is_string ? "_strings.json has a text of this name"
                                     : "array_metadatas/ or _sharding has an array of this name",
                 ": a restore leaves it out"));
      return;
    }
    if (leaf.skip_deserialize && !leaf.in_msgpack) return;  // reported already
    if (records.is_string && is_string == stored) {
      Add(leaf, Code::kValueTypeMismatch, "_METADATA",
          is_string ? "an array's value type" : "string", type,
          is_string ? "_METADATA says that this is a string, but the store has an array of "
                      "this name"
                    : "_METADATA says that this is an array, but it lies in _strings.json");
    } else if (!readers::HasTypeHandler(type)) {
      return;  // reported already
    } else if (type == "scalar" && leaf.record.shape && !leaf.record.shape->empty()) {
      Add(leaf, Code::kInvalid, "_METADATA", "rank 0", zarr::ShapeText(*leaf.record.shape),
          "_METADATA says that this is a scalar, but it is stored as an array: a restore raises "
          "\"Restored result is not a "
          "scalar\"");
    } else if (leaf.record.prng_impl && leaf.record.shape && !CanBeKey(leaf.record)) {
      Add(leaf, Code::kInvalid, "array_metadatas/",
          Text("uint32 data of a ", *leaf.record.prng_impl, " key"),
          Text(leaf.record.dtype, " ", zarr::ShapeText(*leaf.record.shape)),
          "array_metadatas/ says that this is a PRNG key, but it is stored as something else: a "
          "restore raises TypeError");
    } else if (type != "jax.Array" && (leaf.write_shape || records.recorded || records.sharding)) {
      Add(leaf, Code::kValueTypeMismatch, "_METADATA", "jax.Array", type,
          std::string(leaf.write_shape   ? "write_shape"
                      : records.recorded ? "array_metadatas/"
                                         : "_sharding") +
              " says that this leaf was saved as a jax.Array");
    } else if (type == "jax.Array" && !leaf.write_shape && has_write_shapes_) {
      Add(leaf, Code::kValueTypeMismatch, "_METADATA", "write_shape", "none",
          "a jax.Array without write_shape, though the writer records it for every jax.Array");
    } else if (leaf.write_shape && !records.recorded && item_.side.num_array_metadatas > 0 &&
               item_.side.problems.empty()) {
      Add(leaf, Code::kStructureMismatch, "array_metadatas/", "an entry", "none",
          "array_metadatas/ has no entry for this leaf: a PRNG key would restore as plain "
          "integers");
    }
    if (leaf.record.prng_impl && plan::ChecksAll(context_.options) && scan_.probed.records_asked &&
        !scan_.SizeOf(item_.item.directory + "_sharding"))
      Add(leaf, Code::kReaderDivergence, "_sharding", "a key of " + *leaf.record.prng_impl,
          "plain integers",
          "StandardCheckpointer would take plain integers: it makes this leaf a PRNG key only if "
          "_sharding exists; a key was hashed: copy _sharding from the origin");
    if (records.sharding) Sharding(leaf, *records.sharding);
  }

  void Sharding(plan::LeafPlan& leaf, const orbax::ShardingEntry& entry) {
    if (entry.problem) {
      Finding f = plan::FindingOf(*entry.problem, item_.item.directory + "_sharding");
      // A warning: the leaf does not depend on its record in `_sharding` (contract §5).
      f.severity = report::Severity::kWarning;
      return context_.Add(scan_, item_, leaf, std::move(f));
    }
    if (!entry.parts || !leaf.record.shape) return;
    const std::vector<uint64_t>& shape = *leaf.record.shape;
    bool fits = entry.parts->size() <= shape.size();
    for (size_t d = 0; fits && d < entry.parts->size(); ++d)
      fits = shape[d] % (*entry.parts)[d] == 0;
    if (!fits)
      Add(leaf, Code::kStructureMismatch, "_sharding", zarr::ShapeText(shape),
          zarr::ShapeText(*entry.parts) + " parts",
          "the array cannot be cut as _sharding says: a restore onto that sharding fails");
  }

  plan::Context& context_;
  plan::Scan& scan_;
  plan::ItemScan& item_;
  bool has_write_shapes_ = false;
  std::vector<Records> notes_;  // by name
};

// Whether this was a v1 partial save. Each partial save has databases of its own,
// `ocdbt.process_<p><32 hex digits>`, and they are merged some time after the last one was
// committed.
bool IsPartialSave(const plan::Scan& scan, const plan::ItemScan& item) {
  constexpr std::string_view kProcess = "ocdbt.process_";
  const auto [first, last] = scan.Below(item.item.directory);
  for (size_t i = first; i < last; ++i) {
    const std::string_view name =
        std::string_view(scan.listing[i].path).substr(item.item.directory.size());
    if (name.starts_with(kProcess) && name.find('/') > kProcess.size() + 32) return true;
  }
  return false;
}

// The newest generation of the store must have been written between the times that the checkpoint
// records, which come from the same clock. Any other time belongs to another save.
void CheckTimes(plan::Context& context, plan::Scan& scan, plan::ItemScan& item) {
  if (!item.manifest || item.manifest->versions.empty()) return;
  const uint64_t time = item.manifest->versions.back().commit_time_nsecs;
  // Looks at the directories around the item, from the source down.
  const std::string& own = item.item.directory;
  for (size_t end = 0; end != own.npos;
       end = end == own.size() ? own.npos : own.find('/', end) + 1) {
    const auto it = scan.saved.times.find(own.substr(0, end));
    if (it == scan.saved.times.end()) continue;
    const plan::SaveTimes& times = it->second;
    const bool early = times.init && time < *times.init;
    const bool late = times.commit && time > *times.commit;
    if (!early && !late) continue;
    if (late && IsPartialSave(scan, item)) continue;
    Finding f = plan::MakeFinding(
        Code::kStructureMismatch,
        Text("the store was written ", early ? "before" : "after",
             " the save that _CHECKPOINT_METADATA records: it may be another checkpoint's"));
    f.file = item.item.directory + ocdbt::kManifestName;
    f.expected =
        Text(early ? "not before " : "not after ", early ? *times.init : *times.commit, " ns");
    f.actual = Text(time, " ns");
    context.Add(scan, item, std::move(f));
  }
}

}  // namespace

void CheckRecords(plan::Context& context, plan::Scan& scan, plan::ItemScan& item) {
  CheckTimes(context, scan, item);
  if (item.tree) RecordChecker(context, scan, item).Run();
}

}  // namespace leafsum::verify
