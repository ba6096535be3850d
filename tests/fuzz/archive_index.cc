// The index of a tar or zip. Whatever the bytes, no member's path leads out of the archive, none
// stands twice, and a zip's contents lie side by side in it.
#include <algorithm>
#include <string>

#include "archive/tar_index.h"
#include "archive/zip_index.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

namespace leafsum::fuzz {
namespace {

template <class Index>
void Drive(Index& index, Bytes archive, bool forwards_only) {
  uint64_t at = 0;
  // Each read of a tar takes at least a header; a zip's are one for each member and for each gap.
  size_t left = archive.size() / 12 + 64;
  for (auto want = index.Next(); want; want = index.Next()) {
    FUZZ_CHECK(left-- > 0);
    FUZZ_CHECK(!forwards_only || want->offset >= at);
    FUZZ_CHECK(want->length > 0 || !forwards_only);
    const size_t from = static_cast<size_t>(std::min<uint64_t>(want->offset, archive.size()));
    const size_t length =
        static_cast<size_t>(std::min<uint64_t>(want->length, archive.size() - from));
    at = from + length;
    index.Feed(archive.subspan(from, length));
  }
}

void CheckMembers(const archive::MemberList& list, Bytes archive, bool is_zip) {
  const archive::Member* last = nullptr;
  uint64_t packed = 0;
  for (const archive::Member& m : list.members()) {
    FUZZ_CHECK(IsUtf8(m.path));
    FUZZ_CHECK(!m.path.empty() || m.kind == archive::MemberKind::kDirectory);
    FUZZ_CHECK(m.path.empty() || m.path.front() != '/');
    const std::string framed = "/" + m.path + "/";
    FUZZ_CHECK(framed.find("/../") == framed.npos && framed.find("/./") == framed.npos);
    FUZZ_CHECK(!last || last->path != m.path);
    last = &m;
    if (!is_zip) continue;
    FUZZ_CHECK(m.offset <= archive.size() && m.packed <= archive.size() - m.offset);
    packed += m.packed;
  }
  FUZZ_CHECK(packed <= archive.size());
  for (const archive::Remark& remark : list.remarks()) FUZZ_CHECK(!remark.message.empty());
}

}  // namespace

void Run(Bytes input) {
  Choices choices(input);
  if (choices.Bool()) {
    archive::ZipIndex index(choices.Rest().size());
    Drive(index, choices.Rest(), false);
    index.list().Judge(true);
    CheckMembers(index.list(), choices.Rest(), true);
  } else {
    archive::TarIndex index;
    Drive(index, choices.Rest(), true);
    index.list().Judge(false);
    CheckMembers(index.list(), choices.Rest(), false);
  }
}

}  // namespace leafsum::fuzz
