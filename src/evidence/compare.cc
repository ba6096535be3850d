#include "evidence/compare.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "evidence/difference_text.h"
#include "evidence/fingerprint.h"
#include "hash/blake3.h"
#include "orbax/key_path.h"
#include "orbax/tree_metadata.h"

namespace leafsum::evidence {
namespace {

using report::Code;
using report::Finding;
using report::Severity;

bool IsDescribed(const LeafRecord& leaf) { return !leaf.dtype.empty(); }
bool IsRead(const LeafRecord& leaf) { return !leaf.has_content || leaf.blake3.has_value(); }

// The value types that hold an array. Saving an array again elsewhere may change which one it has.
// `array` is that of a bare store.
bool IsArrayKind(std::string_view value_type) {
  return value_type == "jax.Array" || value_type == "np.ndarray" || value_type == "scalar" ||
         value_type == "array";
}

// One run over two sides. Items come in pairs, with null for a side that lacks the item.
class Comparer {
 public:
  Comparer(const CompareOptions& options, report::FindingList& findings)
      : options_(options), findings_(findings) {}

  void CompareItems(const ItemRecord* expected, bool expected_whole, const ItemRecord* actual,
                    bool actual_whole);
  Comparison Take() { return std::move(out_); }

 private:
  Sign Judge(LeafOutcome& leaf);
  Sign ComparePair(LeafOutcome& leaf);
  bool CompareContent(const LeafRecord& expected, const LeafRecord& actual);
  void CompareStructure(const LeafRecord& expected, const LeafRecord& actual);
  void CompareKeys(const LeafRecord& expected, const LeafRecord& actual);
  void Structure(const orbax::KeyPath& path, std::string expected, std::string actual,
                 std::string message);
  // An error, although the code's row is a warning: against evidence it means that a restore gives
  // another tree (contract §5).
  Severity StructureSeverity() const {
    return options_.allow_structure ? Severity::kWarning : Severity::kError;
  }
  Sign OneSided(const LeafRecord& leaf, bool is_missing);
  void Record(LeafOutcome leaf);
  void Add(Code code, const orbax::KeyPath& path, std::optional<std::string> expected,
           std::optional<std::string> actual, std::string message,
           std::optional<Severity> severity = std::nullopt);

  const CompareOptions& options_;
  report::FindingList& findings_;
  Comparison out_;
  // About the current item.
  std::string_view item_;
  bool expected_whole_ = true;
  bool actual_whole_ = true;
  bool expected_drops_ = false;  // drops empty nodes
  bool actual_drops_ = false;
};

void Comparer::Add(Code code, const orbax::KeyPath& path, std::optional<std::string> expected,
                   std::optional<std::string> actual, std::string message,
                   std::optional<Severity> severity) {
  Finding finding(code);
  if (severity) finding.severity = *severity;
  finding.item = std::string(item_);
  finding.key_path = path;
  finding.expected = std::move(expected);
  finding.actual = std::move(actual);
  finding.message = std::move(message);
  findings_.Add(std::move(finding));
}

// Whether the content is equal. Both sides were read and agree in dtype and shape.
bool Comparer::CompareContent(const LeafRecord& expected, const LeafRecord& actual) {
  if (expected.blake3 != actual.blake3) {
    std::string where = DifferingRanges(expected, actual);
    if (options_.differences)
      if (auto d = options_.differences->find(out_.leaves.size());
          d != options_.differences->end() && actual.shape)
        where = DifferenceText(d->second, *actual.shape);
    std::string message = "content differs" + (where.empty() ? "" : ": " + where);
    if (expected.nbytes != actual.nbytes)
      message +=
          Text(": ", ByteCount(expected.nbytes), " expected, ", ByteCount(actual.nbytes), " found");
    Add(Code::kDigestMismatch, actual.key_path, Blake3Text(*expected.blake3),
        Blake3Text(*actual.blake3),
        message + (options_.advise ? "; do not load it, compare with a trusted copy" : ""));
    return false;
  }
  if (expected.sha256 && actual.sha256 && expected.sha256 != actual.sha256) {
    Add(Code::kDigestMismatch, actual.key_path, "sha256:" + hash::ToHex(*expected.sha256),
        "sha256:" + hash::ToHex(*actual.sha256),
        "BLAKE3 is equal but SHA-256 differs: the expected digests are not of one content; make a "
        "new lockfile");
    return false;
  }
  return true;
}

void Comparer::Structure(const orbax::KeyPath& path, std::string expected, std::string actual,
                         std::string message) {
  if (options_.allow_structure) message += "; allowed";
  Add(Code::kStructureMismatch, path, std::move(expected), std::move(actual), std::move(message),
      StructureSeverity());
}

// Compares the structure around the content, as far as the tree alone tells it.
void Comparer::CompareStructure(const LeafRecord& expected, const LeafRecord& actual) {
  const orbax::KeyPath& path = actual.key_path;
  const std::string &a = expected.value_type, &b = actual.value_type;
  if (!a.empty() && !b.empty() && a != b) {
    if ((IsArrayKind(a) && IsArrayKind(b)) ||
        (orbax::IsEmptyValueType(a) && orbax::IsEmptyValueType(b)))
      Add(Code::kValueTypeMismatch, path, a, b, "restores as another type of value");
    else
      Structure(path, a, b, "restores as another kind of value");
  }
  if (expected.key_types && actual.key_types && expected.key_types != actual.key_types)
    Structure(path, UintList(*expected.key_types), UintList(*actual.key_types),
              "key types differ (1 sequence index, 2 dict key or attribute): the leaf restores "
              "into another container");
}

// Compares the PRNG of a key. Nothing else tells a key from plain integers, so having none is an
// answer too (contract §4).
void Comparer::CompareKeys(const LeafRecord& expected, const LeafRecord& actual) {
  if (expected.prng_impl == actual.prng_impl || !expected.prng_known || !actual.prng_known) return;
  Structure(actual.key_path, expected.prng_impl.value_or("no key"),
            actual.prng_impl.value_or("no key"),
            !actual.prng_impl
                ? "a PRNG key restores as plain integers: array_metadatas/ no longer marks it"
            : !expected.prng_impl
                ? "plain integers restore as a PRNG key: array_metadatas/ marks them as one"
                : "the key belongs to another PRNG implementation");
}

Sign Comparer::ComparePair(LeafOutcome& leaf) {
  const LeafRecord& expected = *leaf.expected;
  const LeafRecord& actual = *leaf.actual;
  const bool read = IsRead(expected) && IsRead(actual);
  if (!expected.has_content && !actual.has_content) {
    CompareStructure(expected, actual);
    return Sign::kEqual;
  }
  if (!IsDescribed(expected) || !IsDescribed(actual)) {
    CompareStructure(expected, actual);
    return Sign::kNotRead;
  }
  const bool both = expected.has_content && actual.has_content;
  std::string bytes;
  if (read && both)
    bytes =
        expected.blake3 == actual.blake3 ? "; the bytes are the same" : "; the bytes differ too";
  bool same = true;
  if (expected.dtype != actual.dtype) {
    same = false;
    Add(Code::kDtypeMismatch, actual.key_path, expected.dtype, actual.dtype,
        (both ? "other element type" : "one side is an empty node") + bytes);
  }
  // Between content and an empty node, shapes are not compared.
  if (both && expected.shape != actual.shape) {
    same = false;
    Add(Code::kShapeMismatch, actual.key_path, ShapeText(expected.shape), ShapeText(actual.shape),
        "other shape" + bytes);
  }
  if (both) {
    CompareStructure(expected, actual);
    CompareKeys(expected, actual);
  } else {
    Structure(
        actual.key_path, expected.value_type, actual.value_type,
        actual.has_content ? "a value where an empty node was" : "an empty node where a value was");
  }
  if (!same) return Sign::kDifferent;
  if (!read) return Sign::kNotRead;
  if (!CompareContent(expected, actual)) return Sign::kDifferent;
  if (expected.stored && actual.stored && expected.stored != actual.stored) {
    leaf.re_encoded = true;
    if (options_.note_re_encoded)
      Add(Code::kReEncoded, actual.key_path, Blake3Text(*expected.stored),
          Blake3Text(*actual.stored), "equal content in other stored bytes");
  }
  return Sign::kEqual;
}

Sign Comparer::OneSided(const LeafRecord& leaf, bool is_missing) {
  if (!(is_missing ? actual_whole_ : expected_whole_)) return Sign::kNotRead;
  const Sign sign = is_missing ? Sign::kMissing : Sign::kExtra;
  std::optional<std::string> expected, actual;
  if (IsDescribed(leaf))
    (is_missing ? expected : actual) =
        leaf.dtype + (leaf.has_content ? " " + ShapeText(leaf.shape) : std::string());
  if (!leaf.has_content) {
    // A warning: one side has no `_METADATA`, and a tree that was read without it never has these.
    const bool dropped =
        is_missing ? actual_drops_ && !expected_drops_ : expected_drops_ && !actual_drops_;
    std::string message = is_missing ? "an empty node is missing" : "an empty node is extra";
    if (dropped)
      message += ": a tree without _METADATA drops some of them";
    else
      message += is_missing ? ": the tree restores without it" : ": the tree restores with it";
    if (!dropped && options_.allow_structure) message += "; allowed";
    Add(Code::kStructureMismatch, leaf.key_path, std::move(expected), std::move(actual),
        std::move(message), dropped ? Severity::kWarning : StructureSeverity());
    return sign;
  }
  // Allowed by --allow-missing or --allow-extra: the user said so.
  const bool allowed = is_missing ? options_.allow_missing : options_.allow_extra;
  Add(is_missing ? Code::kMissingLeaf : Code::kExtraLeaf, leaf.key_path, std::move(expected),
      std::move(actual),
      std::string(is_missing ? "expected but missing" : "found but not expected") +
          (options_.gone_step ? Text(": step ", *options_.gone_step, " is gone") : std::string()) +
          (allowed ? "; allowed" : ""),
      allowed ? Severity::kWarning : Severity::kError);
  return sign;
}

Sign Comparer::Judge(LeafOutcome& leaf) {
  if (!leaf.actual) return OneSided(*leaf.expected, true);
  if (!leaf.expected) return OneSided(*leaf.actual, false);
  return ComparePair(leaf);
}

void Comparer::Record(LeafOutcome leaf) {
  const bool has_content =
      (leaf.expected && leaf.expected->has_content) || (leaf.actual && leaf.actual->has_content);
  if (options_.wants && !options_.wants(item_, leaf.key_path())) {
    out_.left_out += has_content;
    return;
  }
  leaf.item = item_;
  leaf.sign = Judge(leaf);
  out_.leaves.push_back(leaf);
  if (!has_content) return;  // an empty node is no leaf with content
  report::LeafCounts& n = out_.counts;
  ++(leaf.sign == Sign::kEqual       ? n.equal
     : leaf.sign == Sign::kMissing   ? n.missing
     : leaf.sign == Sign::kExtra     ? n.extra
     : leaf.sign == Sign::kDifferent ? n.different
                                     : n.not_read);
}

void Comparer::CompareItems(const ItemRecord* expected, bool expected_whole,
                            const ItemRecord* actual, bool actual_whole) {
  item_ = actual ? actual->name : expected->name;
  expected_whole_ = expected_whole;
  actual_whole_ = actual_whole;
  expected_drops_ = expected && !expected->has_tree_metadata;
  actual_drops_ = actual && !actual->has_tree_metadata;
  if (expected && actual && expected->name != actual->name) {
    Finding finding(Code::kItemRenamed);
    finding.item = actual->name;
    finding.expected = expected->name;
    finding.actual = actual->name;
    finding.message = "both sides have one item: compared although their names differ";
    findings_.Add(std::move(finding));
  }
  const auto left = expected ? InOrder(*expected) : std::vector<const LeafRecord*>();
  const auto right = actual ? InOrder(*actual) : std::vector<const LeafRecord*>();
  auto l = left.begin(), r = right.begin();
  while (l != left.end() || r != right.end()) {
    const bool l_first =
        r == right.end() || (l != left.end() && orbax::KeyPathLess((*l)->key_path, (*r)->key_path));
    const bool r_first =
        l == left.end() || (r != right.end() && orbax::KeyPathLess((*r)->key_path, (*l)->key_path));
    LeafOutcome leaf;
    if (!r_first) leaf.expected = *l++;
    if (!l_first) leaf.actual = *r++;
    Record(leaf);
  }
}

std::vector<const ItemRecord*> InScope(const Side& side, const CompareOptions& options) {
  std::vector<const ItemRecord*> items = InOrder(*side.items);
  if (options.items.empty()) return items;
  if (items.size() == 1 && items.front()->name.empty()) return items;
  std::vector<const ItemRecord*> out;
  for (const ItemRecord* item : items)
    if (std::find(options.items.begin(), options.items.end(), item->name) != options.items.end())
      out.push_back(item);
  return out;
}

}  // namespace

Comparison Compare(const Side& expected, const Side& actual, const CompareOptions& options,
                   report::FindingList& findings) {
  const auto left = InScope(expected, options);
  const auto right = InScope(actual, options);
  Comparer comparer(options, findings);
  auto whole = [](const Side& side, const ItemRecord* item) {
    return item ? !side.partial_items.contains(item->name) : side.all_items_known;
  };
  auto compare = [&](const ItemRecord* l, const ItemRecord* r) {
    comparer.CompareItems(l, whole(expected, l), r, whole(actual, r));
  };
  // A single item is the checkpoint, whatever its name (contract §3), but only if neither side can
  // have another item.
  if (!options.by_name && left.size() == 1 && right.size() == 1 && expected.all_items_known &&
      actual.all_items_known) {
    compare(left.front(), right.front());
    return comparer.Take();
  }
  auto l = left.begin();
  auto r = right.begin();
  while (l != left.end() || r != right.end()) {
    const bool l_first = r == right.end() || (l != left.end() && (*l)->name < (*r)->name);
    const bool r_first = l == left.end() || (r != right.end() && (*r)->name < (*l)->name);
    const ItemRecord* a = r_first ? nullptr : *l++;
    const ItemRecord* b = l_first ? nullptr : *r++;
    compare(a, b);
  }
  return comparer.Take();
}

}  // namespace leafsum::evidence
