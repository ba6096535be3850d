// What stands in a msgpack tree for an array that lies beside the file (contract §10.23,
// formats §3.8).
#pragma once

#include <optional>
#include <span>
#include <string>

#include "orbax/msgpack.h"

namespace leafsum::orbax::msgpack {

// A text that refers to an array: its form and what it names; of a form that is not known,
// kUnknown.
struct TextReference {
  MsgpackLeaf::Reference form = MsgpackLeaf::Reference::kUnknown;
  std::string_view name;
};
std::optional<TextReference> ReadReference(std::string_view text);

// A map with `driver` and `kvstore` is a TensorStore spec, as T5X keeps them, unless both are a
// model's own names: then neither is a text. `parts`: the leaves of that map, which lies at `path`.
// The leaf's `raw` is the path, its `claims` what the spec says of the array; where the spec asks
// for anything else than the whole array, as it is stored, it has a problem.
bool IsSpec(std::span<const MsgpackLeaf> parts, const KeyPath& path);
MsgpackLeaf JoinSpec(std::span<const MsgpackLeaf> parts, const KeyPath& path);

}  // namespace leafsum::orbax::msgpack
