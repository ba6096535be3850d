// References in a msgpack tree to arrays that lie beside the file (contract §10.23, formats §3.8).
#pragma once

#include <optional>
#include <span>
#include <string>

#include "orbax/msgpack.h"

namespace leafsum::orbax::msgpack {

// A text that refers to an array: its form (kUnknown for one that we do not know) and the name.
struct TextReference {
  MsgpackLeaf::Reference form = MsgpackLeaf::Reference::kUnknown;
  std::string_view name;
};
std::optional<TextReference> ReadReference(std::string_view text);

// A map with `driver` and `kvstore` is a TensorStore spec, as T5X writes it, unless a model has
// these names itself, in which case neither is a text. `parts` are the leaves of that map, which
// lies at `path`. The leaf's `raw` is the path and its `claims` are what the spec says about the
// array. The leaf has a problem if the spec asks for anything but the whole array, as it is stored.
bool IsSpec(std::span<const MsgpackLeaf> parts, const KeyPath& path);
MsgpackLeaf JoinSpec(std::span<const MsgpackLeaf> parts, const KeyPath& path);

}  // namespace leafsum::orbax::msgpack
