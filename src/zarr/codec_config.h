// The bytes -> bytes codecs of both zarr versions and the values that their configurations may
// have, as TensorStore reads them. Decoding needs none of these values; a wrong one still makes a
// wrong document.
#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "codec/codec_spec.h"

namespace leafsum::zarr {

// Nothing where zarr `version` knows no codec of that name.
std::optional<codec::CodecKind> FindCodec(int version, std::string_view name);

// `what`: what an extra member is said to be in.
Status CheckConfiguration(int version, codec::CodecKind kind, std::string_view what,
                          const JsonValue& configuration);

}  // namespace leafsum::zarr
