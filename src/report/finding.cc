#include "report/finding.h"

namespace leafsum::report {
namespace {

struct Row {
  Code code;
  std::string_view name;
  Severity severity;
};

// The table of contract §5, in the order of `Code`.
constexpr Row kRows[] = {
    {Code::kDigestMismatch, "digest-mismatch", Severity::kError},
    {Code::kShapeMismatch, "shape-mismatch", Severity::kError},
    {Code::kDtypeMismatch, "dtype-mismatch", Severity::kError},
    {Code::kMissingLeaf, "missing-leaf", Severity::kError},
    {Code::kExtraLeaf, "extra-leaf", Severity::kError},
    {Code::kMissingChunk, "missing-chunk", Severity::kError},
    {Code::kMissingFile, "missing-file", Severity::kError},
    {Code::kTruncated, "truncated", Severity::kError},
    {Code::kChecksum, "checksum", Severity::kError},
    {Code::kInvalid, "invalid", Severity::kError},
    {Code::kNameCollision, "name-collision", Severity::kError},
    {Code::kHostilePath, "hostile-path", Severity::kError},
    {Code::kUncommitted, "uncommitted", Severity::kError},
    {Code::kReaderDivergence, "reader-divergence", Severity::kError},
    {Code::kUnsupported, "unsupported", Severity::kGap},
    {Code::kLimit, "limit", Severity::kGap},
    {Code::kUnreadable, "unreadable", Severity::kGap},
    {Code::kChangedDuringRead, "changed-during-read", Severity::kGap},
    {Code::kSkipped, "skipped", Severity::kGap},
    {Code::kNewerStep, "newer-step", Severity::kGap},
    {Code::kSignature, "signature", Severity::kTrust},
    {Code::kUnclaimedKey, "unclaimed-key", Severity::kWarning},
    {Code::kZeroFillAllowed, "zero-fill-allowed", Severity::kWarning},
    {Code::kValueTypeMismatch, "value-type-mismatch", Severity::kWarning},
    {Code::kStructureMismatch, "structure-mismatch", Severity::kWarning},
    {Code::kStatisticsMismatch, "statistics-mismatch", Severity::kWarning},
    {Code::kSymlink, "symlink", Severity::kGap},
    {Code::kUnknownFile, "unknown-file", Severity::kWarning},
    {Code::kTrailingBytes, "trailing-bytes", Severity::kWarning},
    {Code::kDuplicateMember, "duplicate-member", Severity::kWarning},
    {Code::kReEncoded, "re-encoded", Severity::kInfo},
    {Code::kCompanionFile, "companion-file", Severity::kInfo},
    {Code::kItemRenamed, "item-renamed", Severity::kInfo},
};

constexpr bool RowsFollowTheEnum() {
  size_t i = 0;
  for (const Row& row : kRows)
    if (static_cast<size_t>(row.code) != i++) return false;
  return i == static_cast<size_t>(Code::kItemRenamed) + 1;
}
static_assert(RowsFollowTheEnum());

const Row& RowOf(Code code) { return kRows[static_cast<size_t>(code)]; }

// Negative, zero or positive. An empty optional comes first. Strings compare as unsigned bytes.
template <class T>
int Order(const T& a, const T& b) {
  if (a == b) return 0;
  return a < b ? -1 : 1;
}

int Order(const Finding& a, const Finding& b) {
  if (int c = Order(a.item, b.item)) return c;
  if (int c = Order(a.key_path, b.key_path)) return c;
  if (int c = CodeName(a.code).compare(CodeName(b.code))) return c;
  if (int c = Order(a.file, b.file)) return c;
  if (int c = Order(a.offset, b.offset)) return c;
  if (int c = Order(a.expected, b.expected)) return c;
  if (int c = Order(a.actual, b.actual)) return c;
  if (int c = a.message.compare(b.message)) return c;
  return Order(a.severity, b.severity);
}

}  // namespace

std::string_view CodeName(Code code) { return RowOf(code).name; }

Severity DefaultSeverity(Code code) { return RowOf(code).severity; }

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kGap:
      return "gap";
    case Severity::kTrust:
      return "trust";
    case Severity::kWarning:
      return "warning";
    case Severity::kInfo:
      return "info";
  }
  return "error";
}

std::optional<Code> ParseCode(std::string_view name) {
  for (const Row& row : kRows)
    if (row.name == name) return row.code;
  return std::nullopt;
}

const std::vector<Code>& AllCodes() {
  static const std::vector<Code>* const codes = [] {
    auto* all = new std::vector<Code>;
    for (const Row& row : kRows) all->push_back(row.code);
    return all;
  }();
  return *codes;
}

Finding::Finding() = default;
Finding::Finding(Code c) : code(c), severity(DefaultSeverity(c)) {}
Finding::Finding(const Finding&) = default;
Finding::Finding(Finding&&) noexcept = default;
Finding& Finding::operator=(const Finding&) = default;
Finding& Finding::operator=(Finding&&) noexcept = default;
Finding::~Finding() = default;

bool FindingLess(const Finding& a, const Finding& b) { return Order(a, b) < 0; }
bool operator==(const Finding& a, const Finding& b) { return Order(a, b) == 0; }

}  // namespace leafsum::report
