// The two arrays that list generations, in the manifest and in version-tree nodes (README.md).
#pragma once

#include <vector>

#include "base/byte_reader.h"
#include "ocdbt/data_file_table.h"
#include "ocdbt/manifest.h"

namespace leafsum::ocdbt {

// What both arrays need from the block that they are in.
struct VersionArrayContext {
  uint8_t arity_log2 = 0;  // 1..16
  std::string_view transitive_path;
  const DataFileTable* files = nullptr;
};

// Reads 1..2^arity_log2 generations, all in one aligned block. Here and below, errors become
// failures of `r`.
std::vector<BtreeGenerationReference> DecodeVersions(ByteReader& r,
                                                     const VersionArrayContext& context);

// Reads the manifest's version nodes: any number, each with its height, none overlapping. `newest`
// is the newest generation.
std::vector<VersionNodeReference> DecodeManifestVersionNodes(ByteReader& r,
                                                             const VersionArrayContext& context,
                                                             uint64_t newest);

// Reads the children of a version-tree node of `height` > 0: one for each block of generations, all
// in one parent block.
std::vector<VersionNodeReference> DecodeChildVersionNodes(ByteReader& r,
                                                          const VersionArrayContext& context,
                                                          uint8_t height);

}  // namespace leafsum::ocdbt
