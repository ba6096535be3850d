// A Blosc 1 buffer (zarr `blosc`). Its blocks may lie in any order, so the encoded bytes are
// gathered first, as many as the header says; blocks are decoded one at a time as they are pulled.
//
//   0   u8    format 2
//   1   u8    version 1 of the inner codec's format
//   2   u8    flags: 1 bytes shuffled, 2 stored uncompressed, 4 bits shuffled, 8 must be 0,
//             16 blocks are not split;
//             bits 5-7 inner codec: 0 blosclz, 1 lz4 (lz4hc too), 2 snappy, 3 zlib, 4 zstd
//   3   u8    size of an element, at least 1
//   4   le32  decoded bytes
//   8   le32  decoded bytes of a block; the last may be shorter
//   12  le32  bytes of this buffer
//   16  le32  for each block: where it begins in the buffer (absent if stored uncompressed)
//
// A block is one stream, or one stream for each byte of an element, all of the same decoded size:
// le32 length, then that many bytes, uncompressed if the length is the decoded size.
#pragma once

#include "codec/stage.h"

namespace leafsum::codec {

// `limit`: the most decoded bytes that the caller accepts.
std::unique_ptr<Decoder> MakeBloscDecoder(uint64_t limit);
// The most memory that decoding any value within `limit` takes.
uint64_t MaxBloscMemory(uint64_t limit);

}  // namespace leafsum::codec
