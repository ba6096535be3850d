#include "report/finding.h"

namespace leafsum::report {
namespace {

struct Row {
  Code code;
  std::string_view name;
  Severity severity;
};

// The table of contract §5, in the order of `Code`. A row that is a warning says why: what was
// hashed is what readers restore, whatever the finding is about. Where one finding differs from its
// row, the reason is beside the code that sets `severity`.
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
    // No leaf of the tree restores it. If a reader would, that is a reader-divergence (contract
    // §11.2).
    {Code::kUnclaimedKey, "unclaimed-key", Severity::kWarning},
    // Every reader restores the fill value there, and the fill value was hashed.
    {Code::kZeroFillAllowed, "zero-fill-allowed", Severity::kWarning},
    // The values are the same. Writers and versions differ in the word.
    {Code::kValueTypeMismatch, "value-type-mismatch", Severity::kWarning},
    // Within one source: two records disagree, and no value depends on either. Against evidence it
    // is an error, which evidence/compare.cc sets.
    {Code::kStructureMismatch, "structure-mismatch", Severity::kWarning},
    // No reader uses the sums to find a value.
    {Code::kStatisticsMismatch, "statistics-mismatch", Severity::kWarning},
    // A gap: a reader may follow the link to something that was not hashed. A warning where no
    // reader opens it (plan/discover.cc).
    {Code::kSymlink, "symlink", Severity::kGap},
    // No reader opens the file, so no leaf depends on it. If one would, that is a reader-divergence
    // (contract §11.2).
    {Code::kUnknownFile, "unknown-file", Severity::kWarning},
    // No reader looks at bytes behind the end of a value.
    {Code::kTrailingBytes, "trailing-bytes", Severity::kWarning},
    // Every reader takes the last one, Python and TensorStore alike, and so did this run.
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
