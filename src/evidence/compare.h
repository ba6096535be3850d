// Compares two sides leaf by leaf: what is expected (a lockfile, or the first of two checkpoints)
// and what a source actually has. Pure, in O(n log n), whatever order items and leaves are in.
//
// A side may be known only in part. A leaf with content but without a BLAKE3 digest was not read;
// if its dtype is "" too, not even its metadata was read. Such a leaf is `not_read`, unless what is
// known of it differs already. A leaf is called missing or extra only if the other side's tree was
// read whole.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "content/job.h"
#include "evidence/leaf_record.h"
#include "report/finding.h"
#include "report/report.h"

namespace leafsum::evidence {

struct Side {
  const std::vector<ItemRecord>* items = nullptr;
  bool all_items_known = true;          // no item can be missing from `items`
  std::set<std::string> partial_items;  // items some of whose leaves are unknown
};

struct CompareOptions {
  bool allow_missing = false;  // makes these findings warnings
  bool allow_extra = false;
  bool allow_structure = false;
  bool note_re_encoded = true;
  bool by_name = false;  // pair items by their names even if either side has only one
  bool advise = true;    // against loading what differs: neither side of a `diff` is the right one
  std::optional<uint64_t>
      gone_step;  // the evidence's step, if the source no longer has it: why everything is missing
  // Names given by --item; empty for all. The only item of a side is also in scope under the name
  // "": it is the checkpoint.
  std::vector<std::string> items;
  // --include and --exclude. An unwanted leaf is counted as left out and not mentioned otherwise.
  // Called with the source's item name. Empty for all leaves.
  std::function<bool(std::string_view item, const orbax::KeyPath& path)> wants;
  // How values differ, where known, by index into Comparison::leaves; used in messages.
  const std::map<size_t, content::ValueDifference>* differences = nullptr;
};

enum class Sign : char {
  kEqual = '=',
  kMissing = '-',  // expected only
  kExtra = '+',    // actual only
  kDifferent = '*',
  kNotRead = '!',  // not compared
};

// Points into the compared records, which must outlive it.
struct LeafOutcome {
  std::string_view item;  // the source's name if it has the item, else the expected name
  const LeafRecord* expected = nullptr;
  const LeafRecord* actual = nullptr;
  Sign sign = Sign::kEqual;
  bool re_encoded = false;  // equal content, other stored bytes

  const orbax::KeyPath& key_path() const { return actual ? actual->key_path : expected->key_path; }
};

struct Comparison {
  // Each wanted leaf that has content on either side, in exactly one count.
  report::LeafCounts counts;
  uint64_t left_out = 0;            // unwanted leaves with content
  std::vector<LeafOutcome> leaves;  // by item and key path
};

// Findings carry the source's item name. The structure around the values is evidence too (contract
// §4, §5). These are `structure-mismatch`: other key types, if both sides have them; another PRNG
// of a key, always; another kind of value; an empty node on one side only. Differences that honest
// writers make are only warnings: an array kept as a jax.Array, np.ndarray or scalar; an empty node
// kept as None, Dict, …; an empty node dropped by a tree without `_METADATA`.
Comparison Compare(const Side& expected, const Side& actual, const CompareOptions& options,
                   report::FindingList& findings);

}  // namespace leafsum::evidence
