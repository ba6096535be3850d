#include "ocdbt/numbered_manifest.h"

#include "base/text.h"

namespace leafsum::ocdbt {
namespace {
constexpr std::string_view kPrefix = "manifest.";
constexpr int kDigits = 16;
}  // namespace

std::string NumberedManifestName(uint64_t generation) {
  std::string name(kPrefix);
  for (int shift = 4 * (kDigits - 1); shift >= 0; shift -= 4)
    name += "0123456789abcdef"[generation >> shift & 15];
  return name;
}

std::optional<uint64_t> NumberedManifestGeneration(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  if (name.size() != kDigits || name[0] < '0' || name[0] > '9') return std::nullopt;
  const auto bytes = ParseHex(name);
  if (!bytes) return std::nullopt;
  uint64_t generation = 0;
  for (uint8_t b : *bytes) generation = generation << 8 | b;
  return generation == 0 ? std::nullopt : std::optional<uint64_t>(generation);
}

Status CheckNumberedManifest(const Manifest& numbered, uint64_t generation, const Config& config) {
  if (numbered.config.manifest_kind != ManifestKind::kSingle || numbered.versions.empty())
    return Error{ErrorCode::kInvalid, "numbered manifest holds no state", std::nullopt,
                 "manifest_kind 0", "manifest_kind 1"};
  if (const uint64_t newest = numbered.versions.back().generation_number; newest != generation)
    return Error{ErrorCode::kInvalid,
                 "newest generation of a numbered manifest is not the one in its name",
                 std::nullopt, Text(generation), Text(newest)};
  // The kinds differ by design: the configuration's is numbered, the state's is single (formats
  // §1.5).
  Config same_kind = config;
  same_kind.manifest_kind = numbered.config.manifest_kind;
  if (numbered.config.uuid != config.uuid)
    return Error{ErrorCode::kInvalid, "uuid of a numbered manifest is not the database's",
                 std::nullopt, Hex(config.uuid), Hex(numbered.config.uuid)};
  if (numbered.config != same_kind)
    return Error{ErrorCode::kInvalid, "configuration of a numbered manifest is not the database's",
                 std::nullopt, "", ""};
  return std::nullopt;
}

}  // namespace leafsum::ocdbt
