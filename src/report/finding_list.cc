#include <algorithm>
#include <iterator>

#include "base/limits.h"
#include "base/sort.h"
#include "base/text.h"
#include "report/finding.h"

namespace leafsum::report {
namespace {

// How many dropped findings are told apart; beyond these, duplicates are counted too.
constexpr size_t kMaxDroppedHashes = 1 << 20;

// FNV-1a of every field, with a byte before each that says whether it is set. Only counts depend on
// the hash: a collision makes `dropped` one too small and never changes a verdict.
class Fnv {
 public:
  void Byte(uint8_t b) { hash_ = (hash_ ^ b) * 0x100000001b3ull; }
  void Number(uint64_t v) {
    for (int i = 0; i < 8; ++i) Byte(static_cast<uint8_t>(v >> (8 * i)));
  }
  void Text(std::string_view text) {
    Number(text.size());
    for (char c : text) Byte(static_cast<uint8_t>(c));
  }
  void Text(const std::optional<std::string>& text) {
    Byte(text.has_value());
    if (text) Text(std::string_view(*text));
  }
  uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = 0xcbf29ce484222325ull;
};

uint64_t HashOf(const Finding& f) {
  Fnv h;
  h.Byte(static_cast<uint8_t>(f.code));
  h.Byte(static_cast<uint8_t>(f.severity));
  h.Text(f.item);
  h.Byte(f.key_path.has_value());
  if (f.key_path) {
    h.Number(f.key_path->size());
    for (const std::string& element : *f.key_path) h.Text(std::string_view(element));
  }
  h.Text(f.file);
  h.Byte(f.offset.has_value());
  h.Number(f.offset.value_or(0));
  h.Text(f.expected);
  h.Text(f.actual);
  h.Text(std::string_view(f.message));
  return h.value();
}

}  // namespace

FindingList::FindingList(size_t limit) : limit_(limit) {}

void FindingList::Add(Finding finding) {
  // No file is that long. Such an offset came from a hostile reference, and JSON could not hold it
  // exactly.
  if (finding.offset && *finding.offset >= kMaxSafeInteger) finding.offset.reset();
  // Once the list is full, most of a flood ends here and does not grow it.
  if (num_sorted_ == limit_ && (limit_ == 0 || FindingLess(findings_[limit_ - 1], finding))) {
    Drop(finding);
    return;
  }
  findings_.push_back(std::move(finding));
  if (findings_.size() - num_sorted_ > limit_) Compact();
}

void FindingList::Drop(const Finding& finding) const {
  if (dropped_hashes_.size() < kMaxDroppedHashes) {
    if (!dropped_hashes_.insert(HashOf(finding)).second) return;
  } else if (dropped_hashes_.contains(HashOf(finding))) {
    return;
  }
  ++dropped_[static_cast<size_t>(finding.severity)];
}

// Every dropped finding is greater than all kept ones, and the kept ones only get smaller. So a
// dropped finding never has to come back.
void FindingList::Compact() const {
  if (num_sorted_ == findings_.size()) return;
  StableSort(findings_, FindingLess);
  findings_.erase(std::unique(findings_.begin(), findings_.end()), findings_.end());
  while (findings_.size() > limit_) {
    Drop(findings_.back());
    findings_.pop_back();
  }
  num_sorted_ = findings_.size();
}

const std::vector<Finding>& FindingList::sorted() const {
  Compact();
  return findings_;
}

std::vector<Finding>& FindingList::Reworded() {
  Compact();
  num_sorted_ = 0;
  return findings_;
}

uint64_t FindingList::dropped() const {
  Compact();
  uint64_t sum = 0;
  for (uint64_t n : dropped_) sum += n;
  return sum;
}

uint64_t FindingList::CountOf(Severity severity) const {
  Compact();
  uint64_t sum = dropped_[static_cast<size_t>(severity)];
  for (const Finding& f : findings_) sum += f.severity == severity;
  return sum;
}

}  // namespace leafsum::report
