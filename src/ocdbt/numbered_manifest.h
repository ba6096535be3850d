// Numbered manifests: the state of a database whose `manifest.ocdbt` holds the configuration only
// (README.md).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ocdbt/manifest.h"

namespace leafsum::ocdbt {

// `manifest.` and the generation in 16 hex digits.
std::string NumberedManifestName(uint64_t generation);

// The generation of such a name; nothing for any other name. Digits are lower case and not all
// zero, and the first is 0-9: TensorStore lists the names from `manifest.0` to `manifest.:` and
// sees no others.
std::optional<uint64_t> NumberedManifestGeneration(std::string_view name);

// The newest generation that the names in the database's directory tell of. Nothing: an empty
// database. If that manifest is broken the database is: there is no falling back to the one before.
std::optional<uint64_t> NewestNumberedManifest(std::span<const std::string> names);

// Checks the manifest in the file numbered `generation` against that number and the configuration.
Status CheckNumberedManifest(const Manifest& numbered, uint64_t generation, const Config& config);

}  // namespace leafsum::ocdbt
