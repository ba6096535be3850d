#include "archive/zip_index.h"

#include <algorithm>
#include <utility>

#include "archive/member_name.h"
#include "base/byte_reader.h"
#include "base/sort.h"
#include "base/text.h"

namespace leafsum::archive {
namespace {

constexpr uint64_t kComment = 65535;
constexpr uint64_t kWindow = 64 << 10;  // bytes read for local headers that lie near each other
constexpr uint64_t kLink = 4096;        // bytes of a symlink's target
constexpr uint64_t kLongest = kZipLocal + 2ull * 65535 + kLink;  // a header with its link
constexpr uint64_t kDescriptor = 24;  // bytes of the longest descriptor: no header fits into it
constexpr const char* kAnew = ": the archive is damaged: get it again, or make it anew";

uint32_t MarkAt(Bytes bytes, size_t at) {
  ByteReader r(bytes.subspan(at, 4));
  return r.U32Le();
}

}  // namespace

ZipIndex::ZipIndex(uint64_t size) : size_(size) {
  const uint64_t length = std::min(size_, kZip64Locator + kZipEnd + kComment);
  want_ = {size_ - length, length};
}

std::optional<Want> ZipIndex::Next() const {
  if (state_ == State::kDone) return std::nullopt;
  return want_;
}

void ZipIndex::Feed(Bytes bytes) {
  if (bytes.size() < want_.length && state_ != State::kLocals)
    return Stop("changed-during-read", "the archive became shorter while it was read");
  switch (state_) {
    case State::kEnd:
      return TakeEnd(bytes);
    case State::kEnd64:
      return TakeEnd64(bytes);
    case State::kDirectory:
      return TakeDirectory(bytes);
    case State::kLocals:
      return TakeLocals(bytes);
    case State::kGaps:
      return TakeGaps(bytes);
    case State::kDone:
      return;
  }
}

// The end record is the one whose comment ends where the archive does. Two of them, one in the
// comment of the other, would be two archives.
void ZipIndex::TakeEnd(Bytes tail) {
  std::vector<size_t> found;
  for (size_t at = 0; at + kZipEnd <= tail.size(); ++at) {
    if (tail[at] != 'P' || MarkAt(tail, at) != kEndMark) continue;
    const uint64_t comment = tail[at + 20] | static_cast<uint64_t>(tail[at + 21]) << 8;
    if (at + kZipEnd + comment == tail.size()) found.push_back(at);
  }
  if (found.empty()) {
    is_none_ = true;
    state_ = State::kDone;
    return;
  }
  if (found.size() > 1)
    return Stop("invalid",
                "the zip has two end records: programs disagree which counts: make the "
                "archive anew");
  const size_t at = found.front();
  auto end = DecodeZipEnd(tail.subspan(at), want_.offset + at);
  if (!end) return Stop(ErrorCodeName(end.error().code), end.error().message);
  end_ = *end;
  if (!end->needs_zip64) return WantDirectory(*end);
  if (at < kZip64Locator || MarkAt(tail, at - kZip64Locator) != kLocatorMark)
    // All ones may be what is meant: 65,535 members, say.
    return WantDirectory(*end);
  const auto offset = DecodeZip64Locator(tail.subspan(at - kZip64Locator));
  if (!offset) return Stop(ErrorCodeName(offset.error().code), offset.error().message);
  const uint64_t limit = end_.at - kZip64Locator;
  if (*offset > limit || limit - *offset < kZip64End)
    return Stop("invalid", Text("the zip64 end record lies beyond the end of the zip", kAnew));
  state_ = State::kEnd64;
  want_ = {*offset, kZip64End};
}

void ZipIndex::TakeEnd64(Bytes bytes) {
  const auto end = DecodeZip64End(bytes, want_.offset);
  if (!end) return Stop(ErrorCodeName(end.error().code), end.error().message);
  WantDirectory(*end);
}

void ZipIndex::WantDirectory(const ZipEnd& end) {
  if (end.offset > end.at || end.size > end.at - end.offset)
    return Stop("invalid", Text("the central directory lies beyond the end of the zip", kAnew));
  // What lies before the zip (a program that unpacks itself) shifts every offset, for some programs
  // and not for others.
  if (end.offset + end.size != end.at)
    return Stop("invalid",
                "the zip's central directory does not end where its end record begins: something "
                "was put before the zip or into it: make the archive anew");
  if (end.size > kMaxDirectory || end.entries > kMaxMembers)
    return Stop("limit",
                "the zip has too many members to be read in place: unpack it and name the "
                "directory");
  end_ = end;
  state_ = State::kDirectory;
  want_ = {end.offset, end.size};
  if (end.size == 0) TakeDirectory({});
}

void ZipIndex::TakeDirectory(Bytes bytes) {
  for (Bytes rest = bytes; !rest.empty();) {
    auto entry = DecodeZipEntry(rest);
    if (!entry || entries_.size() == end_.entries)
      return Stop("invalid", Text(entry ? std::string("the central directory has more members than "
                                                      "the end record says")
                                        : entry.error().message,
                                  kAnew));
    rest = rest.subspan(static_cast<size_t>(entry->length));
    if (entry->local > end_.offset || end_.offset - entry->local < kZipLocal ||
        entry->packed > end_.offset - entry->local - kZipLocal)
      return Stop("truncated", Text("the member \"", Printable(entry->name),
                                    "\" would lie beyond the end of the zip's members", kAnew));
    entries_.push_back(std::move(*entry));
  }
  if (entries_.size() != end_.entries)
    return Stop("invalid",
                Text("the central directory has fewer members than the end record says", kAnew));
  StableSort(entries_, [](const ZipHeader& a, const ZipHeader& b) { return a.local < b.local; });
  state_ = State::kLocals;
  WantLocal(kZipLocal);
}

void ZipIndex::Uncovered(uint64_t until) {
  if (until > covered_ && until - covered_ > kDescriptor)
    gaps_.push_back({covered_, until - covered_});
}

// The next local header and its neighbours.
void ZipIndex::WantLocal(uint64_t least) {
  if (next_ == entries_.size()) {
    Uncovered(end_.offset);
    next_ = 0;
    state_ = State::kGaps;
    return WantGap();
  }
  const ZipHeader& entry = entries_[next_];
  const bool is_link = (entry.mode & 0170000) == 0120000;
  const bool has_near = entry.packed < kWindow / 4;
  uint64_t length = has_near ? kWindow : 1024;
  length = std::max({length, least, is_link ? kLongest : 0});
  want_ = {entry.local, std::min(length, end_.offset - entry.local)};
}

void ZipIndex::TakeLocals(Bytes bytes) {
  const uint64_t begin = want_.offset;
  for (bool is_first = true; next_ < entries_.size(); is_first = false) {
    const ZipHeader& entry = entries_[next_];
    const uint64_t at = entry.local - begin;
    if (at > bytes.size()) break;
    const Bytes rest = bytes.subspan(static_cast<size_t>(at));
    const bool is_cut = rest.size() < std::min(kLongest, end_.offset - entry.local);
    const auto local = DecodeZipLocal(rest);
    const bool is_link = (entry.mode & 0170000) == 0120000;
    if (is_cut &&
        (!local ? local.error().code == ErrorCode::kTruncated
                : is_link && rest.size() - local->length < std::min(entry.packed, kLink))) {
      if (!is_first || want_.length < kLongest) return WantLocal(is_first ? kLongest : 0);
      return Stop("changed-during-read", "the archive became shorter while it was read");
    }
    if (!TakeLocal(entry, rest)) return;
    ++next_;
  }
  WantLocal(0);
}

// False: the index ends here.
bool ZipIndex::TakeLocal(const ZipHeader& entry, Bytes bytes) {
  const std::string name = Printable(entry.name);
  const auto stop = [&](std::string_view what, std::string_view actual) {
    state_ = State::kDone;
    list_.Tell({"invalid", name, "", std::string(actual), Text(what, kAnew)});
    return false;
  };
  const auto local = DecodeZipLocal(bytes);
  if (!local) return stop(Text("the member's own header: ", local.error().message), "");
  if (const std::string differs = Disagreement(entry, *local); !differs.empty())
    return stop(
        "the zip's two directories disagree about the member: programs that read from the "
        "front find another one",
        differs);
  const uint64_t data = entry.local + local->length;
  if (entry.local < covered_) return stop("two members of the zip overlap", "");
  if (entry.packed > end_.offset - std::min(data, end_.offset) || data > end_.offset)
    return stop("the member would lie beyond the end of the zip's members", "");
  if (entry.method == 0 && entry.packed != entry.size)
    return stop("a member that is stored as it is has two sizes", "");
  Uncovered(entry.local);
  covered_ = data + entry.packed;
  Member member = MemberOf(entry, data);
  if (member.kind == MemberKind::kSymlink) {
    if (entry.method != 0 || entry.packed > kLink)
      member.refusal = "a link that is compressed";
    else
      member.target = AsText(
          bytes.subspan(static_cast<size_t>(local->length), static_cast<size_t>(entry.packed)));
  }
  if (!member.refusal.empty() && member.kind == MemberKind::kFile)
    list_.Tell({"unsupported", name, "", "", Text("a member of the zip is ", member.refusal)});
  if (!list_.Add(entry.name, std::move(member))) state_ = State::kDone;
  return state_ != State::kDone;
}

// What lies between members is padding, or a member that the directory does not have.
void ZipIndex::WantGap() {
  if (next_ == gaps_.size()) {
    state_ = State::kDone;
    return;
  }
  want_ = {gaps_[next_].offset, std::min(gaps_[next_].length, kDescriptor + 4)};
}

void ZipIndex::TakeGaps(Bytes bytes) {
  const Want& gap = gaps_[next_++];
  // At once, or behind a descriptor of any form.
  bool has_mark = false;
  for (const size_t at : {0, 12, 16, 20, 24})
    has_mark |= bytes.size() >= at + 4 && MarkAt(bytes, at) == kLocalMark;
  if (has_mark)
    return Stop("invalid",
                Text("at byte ", Grouped{gap.offset},
                     " the zip has a member that its central directory does not have: "
                     "programs that read from the front find it: make the archive anew"));
  list_.Tell({"trailing-bytes", "", "", ByteCount(gap.length),
              Text("at byte ", Grouped{gap.offset}, " of the zip lie bytes of no member")});
  WantGap();
}

void ZipIndex::Stop(std::string_view code, std::string_view message) {
  state_ = State::kDone;
  list_.Tell({code, "", "", "", std::string(message)});
}

}  // namespace leafsum::archive
