#include "archive/tar_index.h"

#include <algorithm>
#include <utility>

#include "archive/member_name.h"
#include "base/text.h"

namespace leafsum::archive {
namespace {

constexpr uint64_t kLeast = 4096;  // bytes of a read after a large member
constexpr uint64_t kMost = 256 << 10;
constexpr const char* kAnew = ": the archive is damaged or was cut off: get it again";

uint64_t Padded(uint64_t size) { return (size + kTarBlock - 1) / kTarBlock * kTarBlock; }

// What stands for a file in POSIX: '0', NUL, and '7', contiguous.
bool IsFile(char type) { return type == '0' || type == '\0' || type == '7'; }

}  // namespace

std::optional<Want> TarIndex::Next() const {
  if (state_ == State::kDone) return std::nullopt;
  return Want{position_ + pending_.size(), window_};
}

// How many bytes the state looks at together.
size_t TarIndex::Needed() const {
  return state_ == State::kExtended ? static_cast<size_t>(Padded(extended_.size)) : kTarBlock;
}

void TarIndex::Feed(Bytes bytes) {
  const bool is_end = bytes.size() < window_;
  const uint64_t begin = position_ + pending_.size();
  const uint64_t end = begin + bytes.size();
  while (state_ != State::kDone) {
    const uint64_t at = position_ + pending_.size();
    if (at > end) break;  // content, which is passed over
    Bytes part = bytes.subspan(static_cast<size_t>(at - begin));
    const size_t needed = Needed(), more = needed - pending_.size();
    if (part.size() < more) {
      pending_.insert(pending_.end(), part.begin(), part.end());
      break;
    }
    part = part.first(more);
    ByteVector joined;
    if (!pending_.empty()) {
      joined = std::exchange(pending_, {});
      joined.insert(joined.end(), part.begin(), part.end());
      part = joined;
    }
    position_ += needed;
    Step(part);
  }
  // Neighbours that are small are read together, the header behind a large member alone.
  window_ = position_ > end ? kLeast : std::min(window_ * 2, kMost);
  if (is_end && state_ != State::kDone) TakeEnd(pending_);
}

void TarIndex::Step(Bytes part) {
  switch (state_) {
    case State::kHeader:
      header_at_ = position_ - kTarBlock;
      return TakeHeader(part);
    case State::kExtended:
      state_ = State::kHeader;
      return TakeExtended(part.first(static_cast<size_t>(extended_.size)));
    case State::kSparseMap:
      // The last of the blocks that continue the map says so at 504.
      if (part[504] != 1) TakeMember(std::exchange(sparse_, {}));
      return;
    case State::kTail:
      return TakeTail(part);
    case State::kDone:
      return;
  }
}

void TarIndex::TakeHeader(Bytes block) {
  if (IsZeroBlock(block)) {
    state_ = State::kTail;
    if (seen_ > 0) return;
    is_none_ = true;
    state_ = State::kDone;
    return;
  }
  auto header = DecodeTarHeader(block);
  if (!header) {
    if (seen_ == 0) {
      is_none_ = true;
      state_ = State::kDone;
      return;
    }
    const Error& error = header.error();
    return Stop({ErrorCodeName(error.code), "", error.expected, error.actual,
                 Text("at byte ", Grouped{header_at_}, " of the tar ", error.message, kAnew)});
  }
  ++seen_;
  switch (header->type) {
    case 'x':
    case 'g':
    case 'L':
    case 'K':
      if (header->size > kMaxExtended)
        return Stop({"limit", "", AtMostBytes(kMaxExtended), ByteCount(header->size),
                     "an extended header of the tar is too large"});
      extended_ = std::move(*header);
      state_ = State::kExtended;
      if (extended_.size == 0) {
        state_ = State::kHeader;
        TakeExtended({});
      }
      return;
    case 'S':
      if (header->is_extended) {
        sparse_ = std::move(*header);
        state_ = State::kSparseMap;
        return;
      }
      return TakeMember(*header);
    default:
      return TakeMember(*header);
  }
}

void TarIndex::TakeExtended(Bytes records) {
  if (extended_.type == 'L' || extended_.type == 'K') {
    const std::string_view text = AsText(records);
    auto& name = extended_.type == 'L' ? long_name_ : long_target_;
    name = std::string(text.substr(0, text.find('\0')));
    return;
  }
  // Global records are about owners and times; names and sizes of every member make no sense.
  PaxRecords global;
  PaxRecords& into = extended_.type == 'x' ? pax_ : global;
  if (auto error = DecodePax(records, into))
    return Stop({"invalid", "", "", "",
                 Text("at byte ", Grouped{header_at_}, " of the tar ", error->message, kAnew)});
  if (global.path || global.target || global.size || global.is_sparse)
    Stop({"unsupported", "", "", "",
          "a global header of the tar gives every member one name or size: unpack it and name the "
          "directory"});
}

void TarIndex::TakeMember(TarHeader header) {
  state_ = State::kHeader;
  const PaxRecords pax = std::exchange(pax_, {});
  const auto long_name = std::exchange(long_name_, {});
  const auto long_target = std::exchange(long_target_, {});
  const std::string name = pax.path ? *pax.path : long_name ? *long_name : header.name;
  if (pax.target || long_target) header.target = pax.target ? *pax.target : *long_target;
  if (pax.size) header.size = *pax.size;
  Member member;
  member.header = header_at_;
  member.offset = position_;
  const bool is_sparse = header.type == 'S' || pax.is_sparse;
  if (IsFile(header.type) || is_sparse) {
    member.size = member.packed = header.size;
    if (is_sparse) {
      member.refusal = "stored as a sparse file: unpack the archive and name the directory";
      list_.Tell({"unsupported", Printable(name), "", "",
                  "a member of the tar is stored as a sparse file, which is not read in place: "
                  "unpack the archive and name the directory, or make it without --sparse"});
    }
  } else if (header.type >= '1' && header.type <= '6') {
    // Some programs take the size of such a member for content and some do not: what follows would
    // be two different archives.
    if (header.size != 0)
      return Stop(
          {"invalid", Printable(name), "no content", ByteCount(header.size),
           "a link, directory or device of the tar has content: programs disagree where the "
           "next member begins: make the archive anew"});
    TakeLink(header, member);
  } else if (header.type == 'V') {
    return Skip(header.size);  // the volume's label
  } else {
    list_.Tell(
        {"unsupported", Printable(name), "", Text("type \"", Printable({&header.type, 1}), "\""),
         "a member of the tar is of a type that is not read in place: unpack the archive and "
         "name the directory"});
    return Skip(header.size);
  }
  if (!list_.Add(name, std::move(member))) {
    state_ = State::kDone;
    return;
  }
  Skip(header.size);
}

void TarIndex::TakeLink(const TarHeader& header, Member& member) {
  switch (header.type) {
    case '1':
      member.kind = MemberKind::kHardLink;
      break;
    case '2':
      member.kind = MemberKind::kSymlink;
      break;
    case '5':
      member.kind = MemberKind::kDirectory;
      return;
    default:
      member.kind = MemberKind::kOther;
      member.refusal = "refused: not a regular file";
      return;
  }
  member.target = header.target;
}

void TarIndex::Skip(uint64_t size) {
  if (size > kMaxOffset - kTarBlock || position_ > kMaxOffset - Padded(size))
    return Stop(
        {"truncated", "", "", "", Text("a member of the tar is larger than any file", kAnew)});
  position_ += Padded(size);
}

// GNU tar and Python stop at the first block of zeros. What follows is padding, or another archive
// that only some programs read.
void TarIndex::TakeTail(Bytes part) {
  if (IsZeroBlock(part)) return;
  Stop({"trailing-bytes", "", "zeros", "other bytes",
        Text("at byte ", Grouped{position_ - kTarBlock},
             " something follows the end of the tar: most programs do not read it")});
}

void TarIndex::TakeEnd(Bytes rest) {
  const bool is_tail = state_ == State::kTail;
  state_ = State::kDone;
  if (is_tail) return;
  if (seen_ == 0) {
    is_none_ = true;
    return;
  }
  list_.Tell({"truncated", "", "", "",
              Text("the tar ends at byte ", Grouped{position_ + rest.size()},
                   ", or before, without its end mark", kAnew)});
}

void TarIndex::Stop(Remark remark) {
  state_ = State::kDone;
  list_.Tell(std::move(remark));
}

}  // namespace leafsum::archive
