// One thing that is to be said about a checkpoint (design.md §5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leafsum::report {

enum class Severity : uint8_t { kError, kGap, kTrust, kWarning, kInfo };

enum class Code : uint8_t {
  // error
  kDigestMismatch, kShapeMismatch, kDtypeMismatch, kMissingLeaf, kExtraLeaf, kMissingChunk, kMissingFile,
  kTruncated, kChecksum, kInvalid, kNameCollision, kHostilePath, kUncommitted,
  // gap
  kUnsupported, kLimit, kUnreadable, kChangedDuringRead, kSkipped,
  // trust
  kSignature,
  // warning
  kUnclaimedKey, kZeroFillAllowed, kValueTypeMismatch, kStructureMismatch, kStatisticsMismatch, kSymlink,
  kUnknownFile, kTrailingBytes, kDuplicateMember,
  // info
  kReEncoded, kItemRenamed,
};

std::string_view CodeName(Code code);            // "digest-mismatch"
Severity DefaultSeverity(Code code);             // the row of design.md §5
std::string_view SeverityName(Severity severity);
std::optional<Code> ParseCode(std::string_view name);
// What it means, how it comes about, what to do: one screen, for `explain`.
std::string_view Explain(Code code);
const std::vector<Code>& AllCodes();

struct Finding {
  Code code = Code::kInvalid;
  Severity severity = Severity::kError;
  std::optional<std::string> item;
  std::optional<std::vector<std::string>> key_path;
  std::optional<std::string> file;   // relative to the source
  std::optional<uint64_t> offset;    // in that file
  std::optional<std::string> expected;
  std::optional<std::string> actual;
  std::string message;               // what, where, what next

  Finding() = default;
  explicit Finding(Code c) : code(c), severity(DefaultSeverity(c)) {}
};

// The report's order: item, key path, code's name, file, offset, expected, actual, message; null first.
bool FindingLess(const Finding& a, const Finding& b);
bool operator==(const Finding& a, const Finding& b);

// Keeps the first `limit` findings in FindingLess order, whatever order they come in; equal ones once.
class FindingList {
 public:
  explicit FindingList(size_t limit);
  void Add(Finding finding);
  const std::vector<Finding>& sorted() const;  // sorts lazily
  uint64_t dropped() const { return dropped_; }
  // Over all that were added, dropped ones too.
  bool Has(Severity severity) const { return seen_[static_cast<size_t>(severity)] != 0; }
  uint64_t CountOf(Severity severity) const { return seen_[static_cast<size_t>(severity)]; }

 private:
  size_t limit_;
  mutable std::vector<Finding> findings_;
  mutable bool is_sorted_ = true;
  uint64_t dropped_ = 0;
  uint64_t seen_[5] = {};
};

}  // namespace leafsum::report
