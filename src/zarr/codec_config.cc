#include "zarr/codec_config.h"

#include <array>
#include <limits>

#include "base/limits.h"
#include "base/text.h"
#include "zarr/json_members.h"

namespace leafsum::zarr {
namespace {

using codec::CodecKind;

struct Setting {
  std::string_view name;
  bool required = false;
  std::string_view words =
      {};  // one of these, each between bars; kBoolean: true or false; else an integer
  int64_t low = 0, high = 9;
};

struct Codec {
  int version;
  std::string_view name;
  codec::CodecSpec spec;
  std::array<Setting, 5> settings = {};
};

constexpr std::string_view kBoolean = "boolean";
constexpr std::string_view kInnerCodecs = "|blosclz|lz4|lz4hc|snappy|zlib|zstd|";
constexpr int64_t kAnyUnsigned = -1;  // as `high`: up to 2^64-1
constexpr int64_t kMaxBloscBlock = (0x7fffffff - 255 * 4) / 3;

// As CodecSpec::trailing_bytes_ignored: readers of v3 look at nothing behind the end of a
// compressed stream. A Blosc buffer knows its size, and readers of v2 refuse trailing bytes.
constexpr bool kTrailing = true;

constexpr Codec kCodecs[] = {
    {2, "zstd", {CodecKind::kZstd}, {{{"id"}, {"level", false, {}, kMinZstdLevel, kMaxZstdLevel}}}},
    {2, "zlib", {CodecKind::kZlib}, {{{"id"}, {"level"}}}},
    {2, "gzip", {CodecKind::kGzip}, {{{"id"}, {"level"}}}},
    {2, "bz2", {CodecKind::kBz2}, {{{"id"}, {"level", false, {}, 1, 9}}}},
    {2,
     "blosc",
     {CodecKind::kBlosc},
     {{{"id"},
       {"cname", false, kInnerCodecs},
       {"clevel"},
       {"shuffle", false, {}, -1, 2},
       {"blocksize", false, {}, 0, kAnyUnsigned}}}},
    {3,
     "zstd",
     {CodecKind::kZstd, kTrailing},
     {{{"level", true, {}, kMinZstdLevel, kMaxZstdLevel}, {"checksum", false, kBoolean}}}},
    {3, "gzip", {CodecKind::kGzip, kTrailing}, {{{"level", true}}}},
    {3, "crc32c", {CodecKind::kCrc32c, kTrailing}},
    {3,
     "blosc",
     {CodecKind::kBlosc},
     {{{"cname", true, kInnerCodecs},
       {"clevel", true},
       {"shuffle", true, "|noshuffle|shuffle|bitshuffle|"},
       {"typesize", false, {}, 1, 255},  // required if it decides how to shuffle, see below
       {"blocksize", true, {}, 0, kMaxBloscBlock}}}},
};

Status CheckWord(const Setting& s, const JsonValue* value) {
  if (s.words == kBoolean) return value->AsBool() ? Status() : MemberError(s.name, s.words, value);
  const std::string* word = value ? value->AsString() : nullptr;
  if (word && word->find('|') == std::string::npos &&
      s.words.find(Text("|", *word, "|")) != std::string_view::npos)
    return std::nullopt;
  return MemberError(s.name, "one of " + std::string(s.words), value);
}

}  // namespace

std::optional<codec::CodecSpec> FindCodec(int version, std::string_view name) {
  for (const Codec& codec : kCodecs)
    if (codec.version == version && codec.name == name) return codec.spec;
  return std::nullopt;
}

std::string CodecNames(int version) {
  std::vector<std::string_view> names;
  for (const Codec& codec : kCodecs)
    if (codec.version == version) names.push_back(codec.name);
  std::string out(names[0]);
  for (size_t i = 1; i < names.size(); ++i)
    out += Text(i + 1 < names.size() ? ", " : " or ", names[i]);
  return out;
}

Status CheckConfiguration(int version, CodecKind kind, std::string_view what,
                          const JsonValue& configuration) {
  const Codec* codec = kCodecs;
  while (codec->version != version || codec->spec.kind != kind) ++codec;
  std::vector<std::string_view> known;
  for (const Setting& s : codec->settings) {
    if (s.name.empty()) break;
    known.push_back(s.name);
  }
  for (size_t i = 0; i < known.size(); ++i) {
    const Setting& s = codec->settings[i];
    const JsonValue* value = configuration.Find(s.name);
    if (s.name == "id" || (!value && !s.required)) continue;
    Status error;
    if (!s.words.empty())
      error = CheckWord(s, value);
    else if (s.high == kAnyUnsigned)
      error = AsUnsigned(*value) ? Status() : MemberError(s.name, "64-bit unsigned integer", value);
    else if (auto n = ReadInteger(configuration, s.name, s.low, s.high); !n)
      error = n.error();
    if (error) return error;
  }
  if (version == 3 && kind == CodecKind::kBlosc && !configuration.Find("typesize") &&
      *configuration.Find("shuffle")->AsString() != "noshuffle")
    return MemberError("typesize", "integer in the range [1, 255]", nullptr);
  return OnlyMembers(what, configuration, known);
}

}  // namespace leafsum::zarr
