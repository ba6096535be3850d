// Every limit of the core, each with its source. A limit that is met is an Error or a finding
// `limit`.
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
// Ours: nothing on disk bounds these. Orbax writes max_decoded_node_bytes 100,000,000.
inline constexpr uint64_t kMaxEncodedNode = 128ull << 20;
inline constexpr uint64_t kMaxDecodedNode = 256ull << 20;
inline constexpr uint64_t kMaxManifest = 64ull << 20;
inline constexpr uint64_t kMaxTreeNodes = 1 << 20;     // nodes visited in one walk
inline constexpr uint64_t kMaxKeys = 1 << 24;          // keys listed in one store
inline constexpr uint64_t kMaxRepeatedNodes = 4096;    // visits of a node seen before, in one walk
inline constexpr uint64_t kMaxTreeBytes = 1ull << 30;  // nodes of one walk: encoded, and decoded
inline constexpr uint64_t kMaxNameBytes = 256ull << 20;  // keys and paths of one walk, written out
inline constexpr uint64_t kMaxDataFiles = 1 << 20;       // in one data file table
inline constexpr uint64_t kMaxTablePathBytes = 32ull << 20;  // paths of one table, written out
inline constexpr uint64_t kMaxVersionNodes = 1 << 16;        // of the version trees of one run
inline constexpr uint64_t kMaxGenerations = 1 << 18;         // that these list
inline constexpr uint64_t kMaxWalkProblems = 1000;           // kept in one walk, the first in order

// JSON side files. Orbax's own `_METADATA` of 100,000 leaves is about 30 MB.
inline constexpr uint64_t kMaxJsonBytes = 256ull << 20;
inline constexpr int kMaxJsonDepth = 64;
// What Python's json gives up at: its recursion limit of 1000 calls, of which the caller has some
// (3.11; later versions take more).
inline constexpr int kPythonJsonDepth = 990;
// Values held of one document, and as many as it has times 64 bytes of text. Ours: a value takes up
// to 40 bytes and may be written in two. No file of Orbax has them as dense as that.
inline constexpr uint64_t kMaxJsonValues = 1 << 17;
inline constexpr uint64_t kJsonBytesPerValue = 64;
// msgpack trees. Ours: a tree of 100,000 leaves has names of some MiB, texts are names and notes.
inline constexpr uint64_t kMaxMsgpackLeaves = 1 << 17;
inline constexpr uint64_t kMaxMsgpackText = 16ull << 20;  // key paths and strings of a file in all
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
inline constexpr uint64_t kDefaultSegment = 64ull << 20;  // of a leaf that is read in several jobs
inline constexpr uint64_t kDefaultMaxFill = 16ull << 30;
inline constexpr uint64_t kMaxFindings = 1000;  // kept in a report, the first in order

}  // namespace leafsum
