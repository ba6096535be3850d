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
  // Stored axis i is axis transpose[i] of the array; empty is the identity. v2 order "F" is the
  // full reversal.
  std::vector<uint32_t> transpose;
  bool big_endian = false;
  std::vector<ShardingSpec>
      sharding;                    // none, or one: then there are no elements here but inner chunks
  codec::CodecSpecs bytes_codecs;  // encoding order
};

struct ShardingSpec {
  std::vector<uint64_t>
      chunk_shape;  // of an inner chunk, in stored axes; divides the transposed outer shape
  CodecChain codecs;
  codec::CodecSpecs index_codecs;  // kCrc32c, each of them, or nothing
  // Of the index as an array [grid..., 2] (offset, length); empty: the identity.
  std::vector<uint32_t> index_transpose;
  bool index_big_endian = false;
  bool index_at_end = true;
};

struct ChunkKeyEncoding {
  bool is_default =
      false;  // v3 "default": "c" before the indices, "c" alone for rank 0; else v2: "0" for rank 0
  char separator = '.';
};

struct ArrayMetadata {
  int zarr_format = 2;
  std::vector<uint64_t> shape;
  std::vector<uint64_t> chunk_shape;  // of the outer grid: what one key holds
  DataType type;
  CodecChain codecs;
  ChunkKeyEncoding key_encoding;
  ByteVector fill_value;  // one element as content (little-endian, masked); null is zero
  std::vector<std::string> duplicate_members;

  uint64_t nbytes = 0;        // product(shape) * itemsize; checked not to overflow
  uint64_t chunk_nbytes = 0;  // product(chunk_shape) * itemsize; likewise
};

// Every rule of TensorStore's reader. `offset`s of errors are those of the JSON text where known.
Result<ArrayMetadata> ParseZarray(Bytes text);
Result<ArrayMetadata> ParseZarrJson(Bytes text);
// A `zarr.json` of node_type "group": no array, and no error either in a bare store.
bool IsZarr3Group(Bytes text);

// Whether decoding takes a codec that core.wasm does without, at any depth.
bool HasRareCodec(const CodecChain& chain);

// Axes as they are stored: shape[transpose[i]]; the shape itself for the identity.
std::vector<uint64_t> StoredShape(const CodecChain& chain, const std::vector<uint64_t>& shape);

}  // namespace leafsum::zarr
