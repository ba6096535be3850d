// Arrays in msgpack trees as Flax writes them: in extension types, in pieces, and complex numbers.
#pragma once

#include <optional>
#include <span>

#include "orbax/msgpack.h"

namespace leafsum::orbax::msgpack {

inline constexpr std::string_view kChunkedArray =
    "__msgpack_chunked_array__";  // marks a map that is an array in pieces

// `head` is the start of a payload of `length` bytes.

// Reads [shape, dtype name, bytes]: ext 1 and 3. `offset` is where the payload lies in the file.
std::optional<Error> ReadArray(Bytes head, uint64_t length, uint64_t offset, MsgpackLeaf& leaf);
// Reads [re, im]: ext 2. Gives sixteen bytes, little-endian; false if this is not a pair of
// doubles.
bool ReadComplex(Bytes head, uint64_t length, ByteVector& raw);

// {"__msgpack_chunked_array__": true, "shape": {"0": n, …}, "chunks": {"0": array, …}}: one array
// in flat pieces, which Flax writes for arrays over 2^30 bytes. `parts` are the leaves of that map,
// which lies at `path`.
MsgpackLeaf JoinChunks(std::span<MsgpackLeaf> parts, const KeyPath& path);

}  // namespace leafsum::orbax::msgpack
