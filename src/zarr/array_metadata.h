// `.zarray` (zarr v2) and `zarr.json` (v3) as values. Both versions end in the same ArrayMetadata.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/codec_spec.h"
#include "zarr/data_type.h"

namespace leafsum::zarr {

struct ShardingSpec;

// How one chunk becomes bytes: array-to-array, array-to-bytes, bytes-to-bytes.
struct CodecChain {
  // Stored axis i is axis transpose[i] of the array; empty is the identity. The v2 order "F"
  // reverses all axes.
  std::vector<uint32_t> transpose;
  bool big_endian = false;
  std::vector<ShardingSpec>
      sharding;  // at most one; with it, a chunk holds inner chunks instead of elements
  codec::CodecSpecs bytes_codecs;  // encoding order
};

struct ShardingSpec {
  std::vector<uint64_t>
      chunk_shape;  // of an inner chunk, in stored axes; divides the outer shape as stored
  CodecChain codecs;
  codec::CodecSpecs index_codecs;  // empty, or only kCrc32c
  // The transpose of the index, as an array [grid..., 2] of (offset, length); empty is the
  // identity.
  std::vector<uint32_t> index_transpose;
  bool index_big_endian = false;
  bool index_at_end = true;
};

struct ChunkKeyEncoding {
  bool is_default =
      false;  // v3 "default": "c" before the indices, for rank 0 "c" alone; else v2, for rank 0 "0"
  char separator = '.';
};

struct ArrayMetadata {
  int zarr_format = 2;
  std::vector<uint64_t> shape;
  std::vector<uint64_t> chunk_shape;  // of the outer grid: the value of one key
  DataType type;
  CodecChain codecs;
  ChunkKeyEncoding key_encoding;
  ByteVector fill_value;  // one element as content (little-endian, masked); null is zero
  std::vector<std::string> duplicate_members;

  uint64_t nbytes = 0;        // product(shape) * itemsize, checked for overflow
  uint64_t chunk_nbytes = 0;  // product(chunk_shape) * itemsize, likewise
};

// Apply every rule of TensorStore's reader. The offset of an error, where known, is that in the
// JSON text.
Result<ArrayMetadata> ParseZarray(Bytes text);
Result<ArrayMetadata> ParseZarrJson(Bytes text);
// Whether this is a `zarr.json` of node_type "group": not an array, but no error in a bare store.
bool IsZarr3Group(Bytes text);

// Whether decoding needs a codec that core.wasm leaves out, at any depth.
bool HasRareCodec(const CodecChain& chain);

// The shape in stored axes, shape[transpose[i]]; for the identity the shape itself.
std::vector<uint64_t> StoredShape(const CodecChain& chain, const std::vector<uint64_t>& shape);

}  // namespace leafsum::zarr
