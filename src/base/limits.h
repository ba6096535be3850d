// Every limit of the core, each with its source. Exceeding one is an Error or a finding `limit`.
#pragma once

#include <cstdint>

namespace leafsum {

// OCDBT (kvstore/ocdbt/format in TensorStore).
inline constexpr uint64_t kMaxNodeArity = 1 << 20;         // entries in one b-tree node
inline constexpr uint64_t kMaxKeyLength = 65535;           // varint u16
inline constexpr uint64_t kMaxPathLength = 65535;          // varint u16
inline constexpr uint64_t kMaxInlineValue = 1 << 20;       // bytes, read limit of the reference
inline constexpr uint64_t kMaxFileEnd = (1ull << 63) - 1;  // offset + length of a reference
inline constexpr uint64_t kMaxVersionTreeArityLog2 = 16;
inline constexpr int32_t kMinZstdLevel = -131072;
inline constexpr int32_t kMaxZstdLevel = 22;
// Our own choice: the format sets no bound. Orbax writes max_decoded_node_bytes 100,000,000.
inline constexpr uint64_t kMaxEncodedNode = 128ull << 20;
inline constexpr uint64_t kMaxDecodedNode = 256ull << 20;
inline constexpr uint64_t kMaxManifest = 64ull << 20;
inline constexpr uint64_t kMaxTreeNodes = 1 << 20;     // nodes visited in one walk
inline constexpr uint64_t kMaxKeys = 1 << 24;          // keys listed in one store
inline constexpr uint64_t kMaxRepeatedNodes = 4096;    // repeated visits of nodes, in one walk
inline constexpr uint64_t kMaxTreeBytes = 1ull << 30;  // of nodes in one walk: encoded, and decoded
inline constexpr uint64_t kMaxNameBytes = 256ull << 20;  // of keys and paths in one walk, expanded
inline constexpr uint64_t kMaxDataFiles = 1 << 20;       // in one data file table
inline constexpr uint64_t kMaxTablePathBytes = 32ull << 20;  // of paths in one table, expanded
inline constexpr uint64_t kMaxVersionNodes = 1 << 16;        // in the version trees of one run
inline constexpr uint64_t kMaxGenerations = 1 << 18;         // listed by those nodes
inline constexpr uint64_t kMaxWalkProblems = 1000;           // kept in one walk: the first in order

// JSON side files. Orbax's own `_METADATA` of 100,000 leaves is about 30 MB.
inline constexpr uint64_t kMaxJsonBytes = 256ull << 20;
inline constexpr int kMaxJsonDepth = 64;
// Where Python's json gives up: its recursion limit is 1000 calls, and the caller uses some of them
// (3.11; later versions allow more).
inline constexpr int kPythonJsonDepth = 990;
// Values held of one document, plus one for every 64 bytes of its text. Our own choice: a value
// takes up to 40 bytes of memory and as little as two bytes of text. No file of Orbax is as dense
// as that.
inline constexpr uint64_t kMaxJsonValues = 1 << 17;
inline constexpr uint64_t kJsonBytesPerValue = 64;
// msgpack trees. Our own choice: the names of 100,000 leaves take a few MiB, and strings are names
// and notes.
inline constexpr uint64_t kMaxMsgpackLeaves = 1 << 17;
inline constexpr uint64_t kMaxMsgpackText = 16ull << 20;  // all key paths and strings of a file
inline constexpr uint64_t kMaxArrayMetadata = 1 << 20;    // one .zarray or zarr.json

// Zarr.
inline constexpr uint64_t kMaxRank = 32;      // TensorStore's maximum rank
inline constexpr int kMaxZstdWindowLog = 27;  // zstd's own default ceiling, 128 MiB

// Sources without a listing: each chunk of an array costs a request.
inline constexpr uint64_t kMaxProbedChunks = 1 << 16;

// Host and report.
inline constexpr uint64_t kMaxSafeInteger = 1ull
                                            << 53;  // JSON numbers of 2^53 and more are refused
inline constexpr uint64_t kReadPiece = 1 << 20;     // bytes in one read of a value
inline constexpr uint64_t kDefaultMaxMemory = 128ull << 20;
inline constexpr uint64_t kDefaultSegment = 64ull << 20;  // of a leaf that several jobs read
inline constexpr uint64_t kDefaultMaxFill = 16ull << 30;
inline constexpr uint64_t kMaxFindings = 1000;  // kept in a report: the first in order

}  // namespace leafsum
