// The bytes -> bytes codecs of both zarr versions, and the values that TensorStore accepts in their
// configurations. Decoding needs none of these values, but a wrong value makes the document wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "codec/codec_spec.h"

namespace leafsum::zarr {

// The codec of that name in zarr `version`, if there is one.
std::optional<codec::CodecSpec> FindCodec(int version, std::string_view name);

// The names of all codecs of that version, for a message: "a, b or c".
std::string CodecNames(int version);

// `what` names the place in the message about an extra member.
Status CheckConfiguration(int version, codec::CodecKind kind, std::string_view what,
                          const JsonValue& configuration);

}  // namespace leafsum::zarr
