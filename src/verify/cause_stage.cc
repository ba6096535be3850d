#include "verify/cause_stage.h"

#include <algorithm>

#include "base/text.h"
#include "verify/cause.h"

namespace leafsum::verify {
namespace {

using report::Code;
using report::Finding;

constexpr size_t kMostFiles = 64;  // a failed clone or download shows in the first files

bool SpeaksOfBytes(const Finding& f) {
  switch (f.code) {
    case Code::kTruncated:
    case Code::kInvalid:
    case Code::kChecksum:
    case Code::kUnsupported:
    case Code::kLimit:
    case Code::kDigestMismatch:
      return f.file.has_value();
    default:
      return false;
  }
}

bool SpeaksOfAbsence(const Finding& f) {
  return f.file && (f.code == Code::kMissingFile || f.code == Code::kTruncated);
}

}  // namespace

// With two sources, a finding begins with the letter of its source.
size_t CauseStage::ScanOf(const Finding& f) const {
  return context_.scans.size() > 1 && f.message.starts_with("B: ") ? 1 : 0;
}

CauseStage::CauseStage(plan::Context& context) : plan::ReadingStage(context) {
  for (const Finding& f : context.findings.sorted()) {
    if (causes_.size() == kMostFiles) break;
    if (!SpeaksOfBytes(f) && !SpeaksOfAbsence(f)) continue;
    const File file(ScanOf(f), *f.file);
    const plan::Scan& scan = context.scans[file.first];
    if (!causes_.try_emplace(file).second) continue;
    if (SpeaksOfAbsence(f))
      if (const std::string_view name = UnfinishedDownload(scan.listing, file.second);
          !name.empty())
        causes_[file] =
            Text("a download was not finished, ", name, " is left of it: download the files again");
    const auto size = scan.SizeOf(file.second);
    if (!SpeaksOfBytes(f) || (!size && scan.listed)) continue;
    const uint64_t length = std::min(size.value_or(kCauseBytes), kCauseBytes);
    if (length == 0) continue;
    asked_.push_back(file);
    WantRange(scan, file.second, 0, length, asked_.size() - 1);
  }
}

void CauseStage::OnRead(size_t tag, Bytes bytes) {
  if (const std::string_view cause = CauseOf(bytes); !cause.empty()) causes_[asked_[tag]] = cause;
}

// The finding stays unchanged.
void CauseStage::OnFailure(size_t, Error) {}

std::string CauseStage::Finish() {
  if (std::all_of(causes_.begin(), causes_.end(),
                  [](const auto& cause) { return cause.second.empty(); }))
    return {};
  for (Finding& f : context_.findings.Reworded()) {
    if (!SpeaksOfBytes(f) && !SpeaksOfAbsence(f)) continue;
    const auto cause = causes_.find({ScanOf(f), *f.file});
    if (cause != causes_.end() && !cause->second.empty()) f.message += "; " + cause->second;
  }
  return {};
}

}  // namespace leafsum::verify
