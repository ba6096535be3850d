#include "orbax/msgpack_reference.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"

namespace leafsum::orbax::msgpack {
namespace {

using Kind = MsgpackLeaf::Kind;
using Reference = MsgpackLeaf::Reference;

constexpr std::string_view kGda = "//GDAPlaceholder:";
constexpr size_t kMaxClaims = 4 * kMaxRank;  // of one spec: shape, chunks and a few more

bool IsWordByte(char c) {
  return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

std::string_view LeadingWord(std::string_view text) {
  return text.substr(0, static_cast<size_t>(std::find_if_not(text.begin(), text.end(), IsWordByte) -
                                            text.begin()));
}

bool IsText(const MsgpackLeaf& leaf) { return leaf.kind == Kind::kString && !leaf.problem; }
std::string_view TextOf(const MsgpackLeaf& leaf) { return AsText(leaf.raw); }

// A scalar as JSON; nothing if JSON has no such value.
std::optional<std::string> ScalarText(const MsgpackLeaf& leaf) {
  if (IsText(leaf)) return JsonString(TextOf(leaf));
  if (leaf.kind == Kind::kEmpty)
    return std::string(leaf.dtype == "None" ? "null" : leaf.dtype == "Dict" ? "{}" : "[]");
  if (leaf.kind != Kind::kNumber) return std::nullopt;
  uint64_t bits = 0;
  for (size_t i = std::min<size_t>(leaf.raw.size(), 8); i-- > 0;) bits = bits << 8 | leaf.raw[i];
  if (leaf.dtype == "bool") return std::string(bits ? "true" : "false");
  if (leaf.dtype == "uint64") return std::string(Text(bits));
  if (leaf.dtype == "int64") return std::string(Text(static_cast<int64_t>(bits)));
  if (leaf.dtype != "float64") return std::nullopt;
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return std::isfinite(value) ? std::optional(DoubleText(value)) : std::nullopt;
}

// Members of a spec that do not change what is read.
bool IsIdle(std::string_view name) {
  for (std::string_view idle : {"open", "context", "cache_pool", "data_copy_concurrency", "rank",
                                "recheck_cached_data", "recheck_cached_metadata"})
    if (name == idle) return true;
  return false;
}

class SpecReader {
 public:
  SpecReader(MsgpackLeaf& out, size_t depth) : out_(out), depth_(depth) {}

  void Member(const MsgpackLeaf& part) {
    const KeyPath& path = part.key_path;
    const std::string& name = path[depth_];
    const bool alone = path.size() == depth_ + 1;
    const auto is = [&](std::string_view second) {
      return path.size() == depth_ + 2 && path[depth_ + 1] == second;
    };
    if (name == "driver") {
      if (!alone || !IsText(part) || TextOf(part) != "zarr") Unknown("driver", part);
    } else if (name == "kvstore") {
      if (is("path") && IsText(part))
        kvstore_path_ = TextOf(part);
      else if (!is("driver") && !is("bucket"))
        Unknown("kvstore", part);
    } else if (name == "path" && alone && IsText(part)) {
      path_ = TextOf(part);
    } else if (name == "dtype" && alone && IsText(part)) {
      Claim("dtype", part);
    } else if (name == "metadata" && !alone) {
      std::string pointer;
      for (size_t i = depth_ + 1; i < path.size(); ++i) pointer += JsonPointer({path[i]});
      Claim(pointer, part);
    } else if (name == "transform") {
      Transform(part);
    } else if (!IsIdle(name) && !(part.kind == Kind::kEmpty && alone)) {
      Unknown(name, part);
    }
  }

  void Finish() {
    // Before TensorStore had kvstore.path, the spec's own `path` was the array's.
    std::string path = kvstore_path_.value_or("");
    if (path_ && !path.empty() && !path.ends_with('/')) path += '/';
    path += path_.value_or("");
    if (!kvstore_path_ && !path_) Unknown("kvstore.path", out_);
    out_.raw = ToVector(AsBytes(path));
  }

 private:
  void Unknown(std::string_view member, const MsgpackLeaf& part) {
    if (out_.problem) return;
    out_.problem =
        Error{ErrorCode::kUnsupported,
              Text("a reference to an array (a TensorStore spec) in an unknown form: its member \"",
                   member, "\""),
              part.offset, "driver \"zarr\", a kvstore with a path, the whole array",
              ScalarText(part).value_or("")};
  }

  void Claim(const std::string& pointer, const MsgpackLeaf& part) {
    const auto value = ScalarText(part);
    if (!value || pointer.find('\0') != pointer.npos || ++claims_ > kMaxClaims)
      return Unknown("metadata", part);
    out_.claims += pointer;
    out_.claims += '\0';
    out_.claims += *value;
    out_.claims += '\0';
  }

  // T5X wrote the output of ts.Spec.to_json(): the domain from zero to the shape, without an output
  // map.
  void Transform(const MsgpackLeaf& part) {
    const KeyPath& path = part.key_path;
    const auto value = ScalarText(part);
    const std::string member = path.size() > depth_ + 1 ? path[depth_ + 1] : "";
    if (part.kind == Kind::kEmpty) return;
    if (!value) return Unknown("transform", part);
    if (member == "input_rank") return;
    if (member == "input_labels" && *value == "\"\"") return;
    if (member == "input_inclusive_min" && *value == "0") return;
    // The upper bounds are the shape. A bound that a resize may move is in a list of its own.
    if (member == "input_exclusive_max" &&
        (path.size() == depth_ + 3 || (path.size() == depth_ + 4 && path.back() == "0")))
      return Claim("/shape/" + path[depth_ + 2], part);
    Unknown("transform", part);
  }

  MsgpackLeaf& out_;
  size_t depth_;
  size_t claims_ = 0;
  std::optional<std::string> kvstore_path_, path_;
};

}  // namespace

std::optional<TextReference> ReadReference(std::string_view text) {
  if (text.starts_with(kPlaceholderPrefix))
    return TextReference{Reference::kOrbax, text.substr(kPlaceholderPrefix.size())};
  if (text.starts_with(kGda)) return TextReference{Reference::kGda, text.substr(kGda.size())};
  // Other marks that look like references: `//Word:…`, and a word with "placeholder" before "://".
  // An unknown reference is `unsupported`, never a string leaf (contract §10.23).
  if (text.starts_with("//")) {
    const std::string_view word = LeadingWord(text.substr(2));
    if (!word.empty() && text.substr(2 + word.size()).starts_with(':')) return TextReference{};
  }
  std::string word(LeadingWord(text));
  if (!text.substr(word.size()).starts_with("://")) return std::nullopt;
  for (char& c : word) c = static_cast<char>(c | 32);
  if (word.find("placeholder") != word.npos) return TextReference{};
  return std::nullopt;
}

bool IsSpec(std::span<const MsgpackLeaf> parts, const KeyPath& path) {
  const size_t depth = path.size();
  return std::any_of(parts.begin(), parts.end(), [&](const MsgpackLeaf& part) {
    const KeyPath& p = part.key_path;
    if (part.kind != Kind::kString && part.kind != Kind::kPlaceholder) return false;
    return (p.size() == depth + 1 && (p[depth] == "driver" || p[depth] == "kvstore")) ||
           (p.size() == depth + 2 && p[depth] == "kvstore" &&
            (p.back() == "path" || p.back() == "driver"));
  });
}

MsgpackLeaf JoinSpec(std::span<const MsgpackLeaf> parts, const KeyPath& path) {
  MsgpackLeaf leaf;
  leaf.key_path = path;
  leaf.kind = Kind::kPlaceholder;
  leaf.reference = Reference::kSpec;
  leaf.dtype = "string";
  if (!parts.empty()) leaf.offset = parts.front().offset;
  SpecReader reader(leaf, path.size());
  for (const MsgpackLeaf& part : parts) reader.Member(part);
  reader.Finish();
  return leaf;
}

}  // namespace leafsum::orbax::msgpack

namespace leafsum::orbax {

std::string ArrayDirectory(const MsgpackLeaf& leaf, std::string_view file) {
  std::string name(AsText(leaf.raw));
  if (leaf.reference != MsgpackLeaf::Reference::kGda) return name;
  return Text(NameOf(file), "_gda/", name);
}

}  // namespace leafsum::orbax
