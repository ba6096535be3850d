#include "support/ocdbt_writer.h"

#include <algorithm>

#include "support/encode.h"

namespace leafsum::test {
namespace {

void WriteColumn(ByteWriter& w, const Column& column) {
  for (uint64_t v : column) w.Varint(v);
}
void WriteBytes(ByteWriter& w, const Column& column) {
  for (uint64_t v : column) w.U8(static_cast<uint8_t>(v));
}
void WriteU64(ByteWriter& w, const Column& column) {
  for (uint64_t v : column) w.U64Le(v);
}

size_t CommonPrefix(std::string_view a, std::string_view b, size_t limit) {
  size_t n = 0;
  while (n < a.size() && n < b.size() && n < limit && a[n] == b[n]) ++n;
  return n;
}

// Lengths and suffixes of keys, each prefix as long as it can be.
template <class Items, class Columns>
void CompressKeys(const Items& items, Columns& out) {
  std::string_view previous;
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string_view key = items[i].key;
    const size_t prefix = CommonPrefix(previous, key, 65535);
    if (i > 0) out.prefix_length.push_back(prefix);
    out.suffix_length.push_back(key.size() - (i > 0 ? prefix : 0));
    out.suffixes += key.substr(i > 0 ? prefix : 0);
    previous = key;
  }
}

}  // namespace

ByteVector WriteEnvelope(Bytes body, const EnvelopeForm& form) {
  ByteWriter header;
  header.Varint(form.version).Varint(form.compression.value_or(form.zstd ? 1 : 0));
  const ByteVector content = form.zstd ? ZstdOf(body) : ToVector(body);
  const uint64_t length = 12 + header.bytes().size() + content.size() + 4;
  ByteWriter w;
  for (int shift = 24; shift >= 0; shift -= 8) w.U8(static_cast<uint8_t>(form.magic >> shift));
  w.U64Le(form.length.value_or(length)).Raw(header.bytes()).Raw(content);
  const uint32_t crc = Crc32cOf(w.bytes());
  return w.U32Le(form.crc.value_or(crc)).Release();
}

namespace {
ByteVector WriteWithMagic(Bytes body, uint32_t magic, bool zstd) {
  EnvelopeForm form;
  form.magic = magic;
  form.zstd = zstd;
  return WriteEnvelope(body, form);
}
}  // namespace

// The numbers stand here once more, so that a wrong one in the decoder does not agree with itself.
ByteVector WriteManifestEnvelope(Bytes body, bool zstd) {
  return WriteWithMagic(body, 0x0cdb3a2a, zstd);
}
ByteVector WriteBtreeNodeEnvelope(Bytes body, bool zstd) {
  return WriteWithMagic(body, 0x0cdb20de, zstd);
}
ByteVector WriteVersionTreeNodeEnvelope(Bytes body, bool zstd) {
  return WriteWithMagic(body, 0x0cdb1234, zstd);
}

void FileTableColumns::Write(ByteWriter& w) const {
  w.Varint(num_files.value_or(base_length.size()));
  WriteColumn(w, prefix_length);
  WriteColumn(w, suffix_length);
  WriteColumn(w, base_length);
  w.Raw(AsBytes(suffixes));
}

FileTableColumns MakeFileTable(const std::vector<ocdbt::DataFileId>& files) {
  FileTableColumns out;
  std::string previous;
  for (size_t i = 0; i < files.size(); ++i) {
    const std::string path = files[i].Path();
    const size_t base = files[i].base_path.size();
    size_t limit = 65535;
    if (i > 0 && base != files[i - 1].base_path.size())
      limit = std::min(base, files[i - 1].base_path.size());
    const size_t prefix = i > 0 ? CommonPrefix(previous, path, limit) : 0;
    if (i > 0) out.prefix_length.push_back(prefix);
    out.suffix_length.push_back(path.size() - prefix);
    out.base_length.push_back(base);
    out.suffixes += path.substr(prefix);
    previous = path;
  }
  return out;
}

LeafItem Inline(std::string key, std::string value) {
  LeafItem item;
  item.key = std::move(key);
  item.inline_value = std::move(value);
  return item;
}

LeafItem Indirect(std::string key, uint64_t file, uint64_t offset, uint64_t length) {
  LeafItem item;
  item.key = std::move(key);
  item.indirect = true;
  item.file = file;
  item.offset = offset;
  item.length = length;
  return item;
}

LeafColumns LeafNode(const std::vector<ocdbt::DataFileId>& files,
                     const std::vector<LeafItem>& items) {
  LeafColumns out;
  out.files = MakeFileTable(files);
  CompressKeys(items, out);
  for (const LeafItem& item : items) {
    out.value_length.push_back(item.indirect ? item.length : item.inline_value.size());
    out.value_kind.push_back(item.indirect ? 1 : 0);
    if (item.indirect) {
      out.file.push_back(item.file);
      out.offset.push_back(item.offset);
    } else {
      out.inline_values += item.inline_value;
    }
  }
  return out;
}

ByteVector LeafColumns::Body() const {
  ByteWriter w;
  w.U8(height);
  files.Write(w);
  w.Varint(num_entries.value_or(suffix_length.size()));
  WriteColumn(w, prefix_length);
  WriteColumn(w, suffix_length);
  w.Raw(AsBytes(suffixes));
  WriteColumn(w, value_length);
  WriteBytes(w, value_kind);
  WriteColumn(w, file);
  WriteColumn(w, offset);
  return w.Raw(AsBytes(inline_values)).Release();
}

InteriorColumns InteriorNode(uint8_t height, const std::vector<ocdbt::DataFileId>& files,
                             const std::vector<InteriorItem>& items) {
  InteriorColumns out;
  out.height = height;
  out.files = MakeFileTable(files);
  CompressKeys(items, out);
  for (const InteriorItem& item : items) {
    out.common_prefix_length.push_back(item.common_prefix_length);
    out.file.push_back(item.file);
    out.offset.push_back(item.offset);
    out.length.push_back(item.length);
    out.num_keys.push_back(item.statistics.num_keys);
    out.num_tree_bytes.push_back(item.statistics.num_tree_bytes);
    out.num_indirect_value_bytes.push_back(item.statistics.num_indirect_value_bytes);
  }
  return out;
}

ByteVector InteriorColumns::Body() const {
  ByteWriter w;
  w.U8(height);
  files.Write(w);
  w.Varint(num_entries.value_or(suffix_length.size()));
  WriteColumn(w, prefix_length);
  WriteColumn(w, suffix_length);
  WriteColumn(w, common_prefix_length);
  w.Raw(AsBytes(suffixes));
  for (const Column* c :
       {&file, &offset, &length, &num_keys, &num_tree_bytes, &num_indirect_value_bytes})
    WriteColumn(w, *c);
  return w.Release();
}

void VersionColumns::Write(ByteWriter& w) const {
  w.Varint(num_versions.value_or(generation.size()));
  WriteColumn(w, generation);
  WriteBytes(w, height);
  for (const Column* c :
       {&file, &offset, &length, &num_keys, &num_tree_bytes, &num_indirect_value_bytes})
    WriteColumn(w, *c);
  WriteU64(w, commit_time);
}

VersionColumns& VersionColumns::Add(uint64_t generation_number) {
  generation.push_back(generation_number);
  height.push_back(0);
  file.push_back(0);
  offset.push_back(0);
  length.push_back(100);
  num_keys.push_back(1);
  num_tree_bytes.push_back(100);
  num_indirect_value_bytes.push_back(0);
  commit_time.push_back(generation_number);
  return *this;
}

void VersionNodeColumns::Write(ByteWriter& w) const {
  w.Varint(num_children.value_or(generation.size()));
  for (const Column* c : {&generation, &file, &offset, &length, &num_generations})
    WriteColumn(w, *c);
  WriteU64(w, commit_time);
  WriteBytes(w, entry_height);
}

VersionNodeColumns& VersionNodeColumns::Add(uint64_t generation_number, uint64_t generations) {
  generation.push_back(generation_number);
  file.push_back(0);
  offset.push_back(0);
  length.push_back(100);
  num_generations.push_back(generations);
  commit_time.push_back(generation_number);
  return *this;
}

ByteVector ManifestForm::Body() const {
  ByteWriter w;
  w.Raw(uuid)
      .U8(static_cast<uint8_t>(kind))
      .Varint(max_inline_value_bytes)
      .Varint(max_decoded_node_bytes);
  w.U8(static_cast<uint8_t>(arity_log2)).Varint(compression_method);
  if (compression_method == 1) w.U32Le(zstd_level);
  if (kind != 0) return w.Release();
  files.Write(w);
  versions.Write(w);
  version_nodes.Write(w);
  return w.Release();
}

ByteVector VersionTreeNodeForm::Body() const {
  ByteWriter w;
  w.U8(static_cast<uint8_t>(arity_log2)).U8(static_cast<uint8_t>(height));
  files.Write(w);
  if (height == 0)
    versions.Write(w);
  else
    version_nodes.Write(w);
  return w.Release();
}

ocdbt::IndirectDataReference DatabaseWriter::Append(const ocdbt::DataFileId& file, Bytes bytes) {
  ByteVector& out = files[file.Path()];
  const ocdbt::IndirectDataReference reference{file, out.size(), bytes.size()};
  out.insert(out.end(), bytes.begin(), bytes.end());
  return reference;
}

NodeHandle DatabaseWriter::AddNode(Bytes body, uint8_t height,
                                   const ocdbt::BtreeNodeStatistics& below) {
  NodeHandle out{Append(node_file, WriteBtreeNodeEnvelope(body, zstd)), height, below};
  out.statistics.num_tree_bytes += out.reference.length;
  return out;
}

NodeHandle DatabaseWriter::AddLeaf(const std::vector<LeafItem>& items,
                                   const std::vector<ocdbt::DataFileId>& value_files) {
  ocdbt::BtreeNodeStatistics statistics{items.size(), 0, 0};
  for (const LeafItem& item : items)
    if (item.indirect) statistics.num_indirect_value_bytes += item.length;
  return AddNode(LeafNode(value_files, items).Body(), 0, statistics);
}

NodeHandle DatabaseWriter::AddInterior(const std::vector<ChildItem>& children) {
  std::vector<ocdbt::DataFileId> table;
  std::vector<InteriorItem> items;
  ocdbt::BtreeNodeStatistics sum;
  for (const ChildItem& child : children) {
    const auto& reference = child.node.reference;
    auto at = std::find(table.begin(), table.end(), reference.file_id);
    const uint64_t file = static_cast<uint64_t>(at - table.begin());
    if (at == table.end()) table.push_back(reference.file_id);
    const auto& s = child.node.statistics;
    items.push_back(
        {child.key, child.common_prefix_length, file, reference.offset, reference.length, s});
    sum.num_keys += s.num_keys;
    sum.num_tree_bytes += s.num_tree_bytes;
    sum.num_indirect_value_bytes += s.num_indirect_value_bytes;
  }
  const uint8_t height = static_cast<uint8_t>(children[0].node.height + 1);
  return AddNode(InteriorNode(height, table, items).Body(), height, sum);
}

ocdbt::BtreeGenerationReference Version(const NodeHandle& root, uint64_t generation_number) {
  ocdbt::BtreeGenerationReference out;
  out.generation_number = generation_number;
  out.root_height = root.height;
  out.root = root.reference;
  out.statistics = root.statistics;
  out.commit_time_nsecs = generation_number;
  return out;
}

ByteVector WriteManifest(const NodeHandle& root, uint64_t generation_number) {
  ManifestForm form;
  form.files = MakeFileTable({root.reference.file_id});
  auto& v = form.versions;
  v.Add(generation_number);
  v.height[0] = root.height;
  v.offset[0] = root.reference.offset;
  v.length[0] = root.reference.length;
  v.num_keys[0] = root.statistics.num_keys;
  v.num_tree_bytes[0] = root.statistics.num_tree_bytes;
  v.num_indirect_value_bytes[0] = root.statistics.num_indirect_value_bytes;
  return WriteManifestEnvelope(form.Body(), true);
}

}  // namespace leafsum::test
