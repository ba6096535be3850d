// Compares two sides leaf by leaf: what is expected (a lockfile, or the first of two checkpoints)
// and what a source actually has. Pure, in O(n log n), whatever order items and leaves are in.
//
// A side may know less than all of itself. A leaf with content but without BLAKE3 digest was not
// read; if its dtype is "" too, not even its metadata was. Such a leaf is `not_read`, unless what
// is known of it differs already. "Missing" and "extra" are only said where the other side's tree
// was read whole.
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
  std::set<std::string> partial_items;  // items of which not every leaf is known
};

struct CompareOptions {
  bool allow_missing = false;  // then these findings are warnings
  bool allow_extra = false;
  bool allow_structure = false;
  bool note_re_encoded = true;
  std::optional<uint64_t>
      gone_step;  // of the evidence, where the source has it no more: why all is missing
  // --item: names; empty for all. A side's only item is in scope under the name "" too: it is the
  // checkpoint.
  std::vector<std::string> items;
  // --include, --exclude: leaves that are not wanted are counted as left out, and nothing else is
  // said of them. Asked with the source's item name. Empty for all.
  std::function<bool(std::string_view item, const orbax::KeyPath& path)> wants;
  // How values differ, by index into Comparison::leaves, where that is known: goes into the
  // messages.
  const std::map<size_t, content::ValueDifference>* differences = nullptr;
};

enum class Sign : char {
  kEqual = '=',
  kMissing = '-',  // expected only
  kExtra = '+',    // actual only
  kDifferent = '*',
  kNotRead = '!',  // not compared
};

// Points into the records that were compared, which outlive it.
struct LeafOutcome {
  std::string_view item;  // the source's name where the item is there, else the expected one
  const LeafRecord* expected = nullptr;
  const LeafRecord* actual = nullptr;
  Sign sign = Sign::kEqual;
  bool re_encoded = false;  // equal content in other stored bytes

  const orbax::KeyPath& key_path() const { return actual ? actual->key_path : expected->key_path; }
};

struct Comparison {
  report::LeafCounts counts;        // every leaf that is wanted in exactly one of them
  uint64_t left_out = 0;            // leaves that are not wanted
  uint64_t equal_with_content = 0;  // of those equal, the leaves that have content
  std::vector<LeafOutcome> leaves;  // by item and key path
};

// Findings carry the source's item name. What lies around the values is evidence too (contract §4,
// §5): key types where both sides have them, the PRNG of a key always, another kind of value, an
// empty node on one side only are `structure-mismatch`. Warnings are the differences that honest
// writers make: one array as a jax.Array, np.ndarray or scalar; one empty node as None, Dict, …; an
// empty node that a tree without `_METADATA` has dropped.
Comparison Compare(const Side& expected, const Side& actual, const CompareOptions& options,
                   report::FindingList& findings);

}  // namespace leafsum::evidence
