#include "archive/tar_header.h"

#include <algorithm>

#include "archive/limits.h"
#include "base/text.h"

namespace leafsum::archive {
namespace {

// Offset and length of a field.
struct Field {
  size_t at;
  size_t length;
};
constexpr Field kName{0, 100}, kSize{124, 12}, kChecksum{148, 8}, kTarget{157, 100}, kMagic{257, 6},
    kPrefix{345, 155};
constexpr size_t kType = 156, kIsExtended = 482;

Bytes Cut(Bytes block, Field field) { return block.subspan(field.at, field.length); }

// Up to the first NUL.
std::string TextIn(Bytes block, Field field) {
  const Bytes bytes = Cut(block, field);
  return {bytes.begin(), std::find(bytes.begin(), bytes.end(), 0)};
}

// Octal digits between spaces, ended by a space, a NUL or the field; or, with the first bit set,
// binary (GNU, for what is larger). Nothing where it is neither, or negative.
std::optional<uint64_t> NumberIn(Bytes block, Field field) {
  const Bytes bytes = Cut(block, field);
  uint64_t value = 0;
  if (bytes[0] & 0x80) {
    if (bytes[0] != 0x80) return std::nullopt;
    for (const uint8_t byte : bytes.subspan(1)) {
      if (value >> 56) return std::nullopt;
      value = value << 8 | byte;
    }
    return value;
  }
  size_t i = 0;
  while (i < bytes.size() && bytes[i] == ' ') ++i;
  const size_t first = i;
  for (; i < bytes.size() && bytes[i] >= '0' && bytes[i] <= '7'; ++i)
    value = value << 3 | static_cast<uint64_t>(bytes[i] - '0');
  const bool is_ended = std::all_of(bytes.begin() + static_cast<ptrdiff_t>(i), bytes.end(),
                                    [](uint8_t byte) { return byte == 0 || byte == ' '; });
  if (!is_ended || (first == i && i != 0 && i == bytes.size())) return std::nullopt;
  return value;
}

Status CheckSum(Bytes block) {
  const auto stored = NumberIn(block, kChecksum);
  uint64_t plain = 0;
  int64_t with_signs = 0;
  for (size_t i = 0; i < kTarBlock; ++i) {
    const bool is_own = i >= kChecksum.at && i < kChecksum.at + kChecksum.length;
    const uint8_t byte = is_own ? ' ' : block[i];
    plain += byte;
    with_signs += static_cast<int8_t>(byte);
  }
  if (stored && (*stored == plain || static_cast<int64_t>(*stored) == with_signs))
    return std::nullopt;
  return Error{ErrorCode::kChecksum,
               "the checksum of a member's header does not match",
               {},
               Text(plain),
               stored ? Text(*stored) : "no number"};
}

}  // namespace

bool IsZeroBlock(Bytes block) {
  return std::all_of(block.begin(), block.end(), [](uint8_t byte) { return byte == 0; });
}

Result<TarHeader> DecodeTarHeader(Bytes block) {
  if (block.size() != kTarBlock)
    return Error{ErrorCode::kTruncated,
                 "a member's header is cut off",
                 {},
                 "512 bytes",
                 ByteCount(block.size())};
  if (auto error = CheckSum(block)) return *error;
  TarHeader header;
  header.type = static_cast<char>(block[kType]);
  header.name = TextIn(block, kName);
  header.target = TextIn(block, kTarget);
  const std::string_view magic = AsText(Cut(block, kMagic));
  const bool is_posix = magic == std::string_view("ustar\0", 6);
  // GNU has other fields in the place of the prefix, and the oldest tars nothing of use.
  if (is_posix)
    if (const std::string prefix = TextIn(block, kPrefix); !prefix.empty())
      header.name = Text(prefix, "/", header.name);
  const auto size = NumberIn(block, kSize);
  if (!size || *size > kMaxOffset)
    return Error{ErrorCode::kInvalid, "the size of a member is no possible number", {}, "", ""};
  header.size = *size;
  header.is_extended = block[kIsExtended] == 1;
  // Before POSIX a directory was a file whose name ends in "/".
  if ((header.type == '\0' || header.type == '0') && header.name.ends_with('/')) header.type = '5';
  return header;
}

namespace {

std::optional<uint64_t> Decimal(std::string_view text) {
  uint64_t value = 0;
  if (text.empty() || text.size() > 16) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  return value;
}

}  // namespace

Status DecodePax(Bytes records, PaxRecords& out) {
  Error bad{
      ErrorCode::kInvalid, "an extended header is not of records \"length key=value\"", {}, "", ""};
  // GNU tar and Python end the last record where the size says; some writers add NULs.
  std::string_view rest = AsText(records);
  while (!rest.empty() && rest.back() == '\0') rest.remove_suffix(1);
  while (!rest.empty()) {
    const size_t space = rest.find(' ');
    const auto number = space == rest.npos ? std::nullopt : Decimal(rest.substr(0, space));
    if (!number || *number > rest.size() || *number < space + 3) return bad;
    const auto length = static_cast<size_t>(*number);
    if (rest[length - 1] != '\n') return bad;
    const std::string_view record = rest.substr(space + 1, length - space - 2);
    rest.remove_prefix(length);
    const size_t equals = record.find('=');
    if (equals == record.npos) return bad;
    const std::string_view key = record.substr(0, equals), value = record.substr(equals + 1);
    if (key == "path" || key == "linkpath") {
      // An empty value takes an earlier one back.
      auto& text = key == "path" ? out.path : out.target;
      text = value.empty() ? std::nullopt : std::optional(std::string(value));
    } else if (key == "size") {
      out.size = Decimal(value);
      if (!value.empty() && (!out.size || *out.size > kMaxOffset)) return bad;
    } else if (key.starts_with("GNU.sparse.")) {
      out.is_sparse = true;
    }
  }
  return std::nullopt;
}

}  // namespace leafsum::archive
