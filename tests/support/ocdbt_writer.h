// Writes OCDBT blocks, right ones and, on purpose, wrong ones (src/ocdbt/README.md has the layout).
//
// Every structure is a struct of its columns. The functions that make one from plain values give
// correct columns; a test changes what it wants to see refused and writes the bytes then.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_writer.h"
#include "base/bytes.h"
#include "ocdbt/manifest.h"

namespace leafsum::test {

using Column = std::vector<uint64_t>;

// With zstd, the body is one frame of raw blocks.
struct EnvelopeForm {
  uint32_t magic = 0;
  bool zstd = false;
  uint64_t version = 0;
  std::optional<uint64_t> compression;  // what the header says; the body goes by `zstd`
  std::optional<uint64_t> length;
  std::optional<uint32_t> crc;
};
ByteVector WriteEnvelope(Bytes body, const EnvelopeForm& form);
ByteVector WriteManifestEnvelope(Bytes body, bool zstd = false);
ByteVector WriteBtreeNodeEnvelope(Bytes body, bool zstd = false);
ByteVector WriteVersionTreeNodeEnvelope(Bytes body, bool zstd = false);

struct FileTableColumns {
  std::optional<uint64_t> num_files;  // else that of base_length
  Column prefix_length;               // one less than there are files
  Column suffix_length;
  Column base_length;
  std::string suffixes;
  void Write(ByteWriter& w) const;
};
// Prefix-compressed as far as the rules allow.
FileTableColumns MakeFileTable(const std::vector<ocdbt::DataFileId>& files);

// -- B-tree nodes

struct LeafItem {
  std::string key;
  std::string inline_value;
  bool indirect = false;
  uint64_t file = 0, offset = 0, length = 0;
};
LeafItem Inline(std::string key, std::string value);
LeafItem Indirect(std::string key, uint64_t file, uint64_t offset, uint64_t length);

struct LeafColumns {
  uint8_t height = 0;
  FileTableColumns files;
  std::optional<uint64_t> num_entries;
  Column prefix_length, suffix_length;
  std::string suffixes;
  Column value_length, value_kind, file, offset;
  std::string inline_values;
  ByteVector Body() const;
};
LeafColumns LeafNode(const std::vector<ocdbt::DataFileId>& files,
                     const std::vector<LeafItem>& items);

struct InteriorItem {
  std::string key;
  uint64_t common_prefix_length = 0;
  uint64_t file = 0, offset = 0, length = 0;
  ocdbt::BtreeNodeStatistics statistics;
};
struct InteriorColumns {
  uint8_t height = 1;
  FileTableColumns files;
  std::optional<uint64_t> num_entries;
  Column prefix_length, suffix_length, common_prefix_length;
  std::string suffixes;
  Column file, offset, length, num_keys, num_tree_bytes, num_indirect_value_bytes;
  ByteVector Body() const;
};
InteriorColumns InteriorNode(uint8_t height, const std::vector<ocdbt::DataFileId>& files,
                             const std::vector<InteriorItem>& items);

// -- Manifest and version tree

struct VersionColumns {
  std::optional<uint64_t> num_versions;
  Column generation, height, file, offset, length, num_keys, num_tree_bytes,
      num_indirect_value_bytes, commit_time;
  void Write(ByteWriter& w) const;
  // Of a tree with one key whose root is [0, 100) of file 0. Commit time is the generation.
  VersionColumns& Add(uint64_t generation_number);
};
struct VersionNodeColumns {
  std::optional<uint64_t> num_children;
  Column generation, file, offset, length, num_generations, commit_time;
  Column entry_height;  // in manifests
  void Write(ByteWriter& w) const;
  VersionNodeColumns& Add(uint64_t generation_number, uint64_t generations);
};

struct ManifestForm {
  std::array<uint8_t, 16> uuid{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  uint64_t kind = 0;
  uint64_t max_inline_value_bytes = 1024;
  uint64_t max_decoded_node_bytes = 100000000;
  uint64_t arity_log2 = 4;
  uint64_t compression_method = 1;
  uint32_t zstd_level = 0;
  FileTableColumns files;
  VersionColumns versions;
  VersionNodeColumns version_nodes;
  ByteVector Body() const;
};
struct VersionTreeNodeForm {
  uint64_t arity_log2 = 4;
  uint64_t height = 0;
  FileTableColumns files;
  VersionColumns versions;
  VersionNodeColumns version_nodes;
  ByteVector Body() const;
};

// -- A whole database in memory

struct NodeHandle {
  ocdbt::IndirectDataReference reference;
  uint8_t height = 0;
  ocdbt::BtreeNodeStatistics statistics;
};
struct ChildItem {
  std::string key;
  uint64_t common_prefix_length = 0;
  NodeHandle node;
};

struct DatabaseWriter {
  std::map<std::string, ByteVector> files;  // path in the database → bytes
  ocdbt::DataFileId node_file{"", "d/nodes"};
  bool zstd = false;

  // Appends to a file; gives where.
  ocdbt::IndirectDataReference Append(const ocdbt::DataFileId& file, Bytes bytes);
  NodeHandle AddLeaf(const std::vector<LeafItem>& items,
                     const std::vector<ocdbt::DataFileId>& value_files = {});
  // The children's files are named in full: the node itself must lie in a file without base path.
  NodeHandle AddInterior(const std::vector<ChildItem>& children);
  NodeHandle AddNode(Bytes body, uint8_t height, const ocdbt::BtreeNodeStatistics& below);
};

ocdbt::BtreeGenerationReference Version(const NodeHandle& root, uint64_t generation_number = 1);
// The bytes of a `manifest.ocdbt` with this one generation.
ByteVector WriteManifest(const NodeHandle& root, uint64_t generation_number = 1);

}  // namespace leafsum::test
