// Numbered manifests: they hold the state of a database whose `manifest.ocdbt` holds only the
// configuration (README.md, formats §1.5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ocdbt/manifest.h"

namespace leafsum::ocdbt {

// `manifest.` and the generation in 16 hex digits.
std::string NumberedManifestName(uint64_t generation);

// The generation in such a name; nothing for any other name. Digits are lower case and not all
// zero, and the first is 0-9: TensorStore lists the names from `manifest.0` to `manifest.:` and
// sees no others.
std::optional<uint64_t> NumberedManifestGeneration(std::string_view name);

// Checks the manifest of the file with the number `generation` against that number and the
// configuration.
Status CheckNumberedManifest(const Manifest& numbered, uint64_t generation, const Config& config);

}  // namespace leafsum::ocdbt
