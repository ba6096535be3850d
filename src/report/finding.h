// One finding about a checkpoint (contract §5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace leafsum::report {

enum class Severity : uint8_t { kError, kGap, kTrust, kWarning, kInfo };

enum class Code : uint8_t {
  // error
  kDigestMismatch,
  kShapeMismatch,
  kDtypeMismatch,
  kMissingLeaf,
  kExtraLeaf,
  kMissingChunk,
  kMissingFile,
  kTruncated,
  kChecksum,
  kInvalid,
  kNameCollision,
  kHostilePath,
  kUncommitted,
  kReaderDivergence,
  // gap
  kUnsupported,
  kLimit,
  kUnreadable,
  kChangedDuringRead,
  kSkipped,
  kNewerStep,
  // trust
  kSignature,
  // warning
  kUnclaimedKey,
  kZeroFillAllowed,
  kValueTypeMismatch,
  kStructureMismatch,
  kStatisticsMismatch,
  kSymlink,  // a gap; a warning where no reader opens it
  kUnknownFile,
  kTrailingBytes,
  kDuplicateMember,
  // info
  kReEncoded,
  kCompanionFile,
  kItemRenamed,
};

std::string_view CodeName(Code code);  // "digest-mismatch"
Severity DefaultSeverity(Code code);   // the row of contract §5
std::string_view SeverityName(Severity severity);
std::optional<Code> ParseCode(std::string_view name);
const std::vector<Code>& AllCodes();

struct Finding {
  Code code = Code::kInvalid;
  Severity severity = Severity::kError;
  std::optional<std::string> item;
  std::optional<std::vector<std::string>> key_path;
  std::optional<std::string> file;  // relative to the source
  std::optional<uint64_t> offset;   // in that file
  std::optional<std::string> expected;
  std::optional<std::string> actual;
  std::string message;  // what, where, what next

  // Out of line, for size.
  Finding();
  explicit Finding(Code code);
  Finding(const Finding&);
  Finding(Finding&&) noexcept;
  Finding& operator=(const Finding&);
  Finding& operator=(Finding&&) noexcept;
  ~Finding();
};

// The order of a report: item, key path, name of the code, file, offset, expected, actual, message;
// null first. Findings that are equal in all of these are ordered by severity, so that no order is
// left to chance.
bool FindingLess(const Finding& a, const Finding& b);
bool operator==(const Finding& a, const Finding& b);

// Keeps the first `limit` findings in FindingLess order, equal ones once. Everything that it
// returns, counts included, is the same for every order of Add.
class FindingList {
 public:
  explicit FindingList(size_t limit);
  void Add(Finding finding);
  const std::vector<Finding>& sorted() const;  // sorts lazily
  // The kept findings, for rewording; they are sorted again afterwards.
  std::vector<Finding>& Reworded();
  uint64_t dropped() const;  // how many different findings are beyond the limit
  // Count all findings that were added, dropped ones included, equal ones once.
  bool Has(Severity severity) const { return CountOf(severity) != 0; }
  uint64_t CountOf(Severity severity) const;

 private:
  void Compact() const;
  void Drop(const Finding& finding) const;

  size_t limit_;
  mutable std::vector<Finding> findings_;  // [0, num_sorted_) is sorted, without duplicates
  mutable size_t num_sorted_ = 0;
  // Hashes of the dropped findings, so that one that comes again is not counted again.
  mutable std::unordered_set<uint64_t> dropped_hashes_;
  mutable uint64_t dropped_[5] = {};  // by severity
};

}  // namespace leafsum::report
