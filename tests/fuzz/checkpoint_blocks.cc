#include "fuzz/checkpoint_blocks.h"

#include "base/path.h"
#include "ocdbt/envelope.h"
#include "ocdbt/manifest.h"
#include "support/ocdbt_writer.h"

namespace leafsum::fuzz {
namespace {

constexpr uint64_t kMaxBody = 1 << 20;

struct Block {
  size_t offset = 0, length = 0;
  uint32_t magic = 0;
};

uint64_t Number(Bytes bytes, bool big_endian) {
  uint64_t n = 0;
  for (size_t i = 0; i < bytes.size(); ++i)
    n = n << 8 | bytes[big_endian ? i : bytes.size() - 1 - i];
  return n;
}

// Where a magic number is followed by a length that fits.
std::vector<Block> BlocksOf(Bytes file) {
  std::vector<Block> blocks;
  for (size_t at = 0; at + ocdbt::kMinEnvelope <= file.size();) {
    const auto magic = static_cast<uint32_t>(Number(file.subspan(at, 4), true));
    const uint64_t length = Number(file.subspan(at + 4, 8), false);
    const bool known = magic == ocdbt::kManifestMagic || magic == ocdbt::kBtreeNodeMagic ||
                       magic == ocdbt::kVersionTreeNodeMagic;
    if (known && length >= ocdbt::kMinEnvelope && length <= file.size() - at) {
      blocks.push_back({at, static_cast<size_t>(length), magic});
      at += static_cast<size_t>(length);
    } else {
      ++at;
    }
  }
  return blocks;
}

// A manifest with the same content, whose newest roots at [offset, offset + length) of a file named
// `name` are at `to` now.
void Redirect(ByteVector& file, const std::string& name, const Block& from, const Block& to) {
  const auto manifest = ocdbt::DecodeManifest(file);
  if (!manifest || manifest->versions.empty() || !manifest->version_nodes.empty()) return;
  test::ManifestForm form;
  std::vector<ocdbt::DataFileId> ids;
  bool found = false;
  for (const auto& version : manifest->versions) {
    auto root = version.root;
    if (!root.IsMissing() && root.offset == from.offset && root.length == from.length &&
        NameOf(root.file_id.relative_path) == name) {
      root.offset = to.offset;
      root.length = to.length;
      found = true;
    }
    auto& v = form.versions;
    v.generation.push_back(version.generation_number);
    v.height.push_back(version.root_height);
    v.file.push_back(ids.size());
    v.offset.push_back(root.offset);
    v.length.push_back(root.length);
    v.num_keys.push_back(version.statistics.num_keys);
    v.num_tree_bytes.push_back(version.statistics.num_tree_bytes);
    v.num_indirect_value_bytes.push_back(version.statistics.num_indirect_value_bytes);
    v.commit_time.push_back(version.commit_time_nsecs);
    ids.push_back(root.file_id);
  }
  if (!found) return;
  const auto& config = manifest->config;
  form.uuid = config.uuid;
  form.kind = static_cast<uint64_t>(config.manifest_kind);
  form.max_inline_value_bytes = config.max_inline_value_bytes;
  form.max_decoded_node_bytes = config.max_decoded_node_bytes;
  form.arity_log2 = config.version_tree_arity_log2;
  form.compression_method = config.zstd ? 1 : 0;
  form.zstd_level = static_cast<uint32_t>(config.zstd_level);
  form.files = test::MakeFileTable(ids);
  file = test::WriteManifestEnvelope(form.Body());
}

}  // namespace

void ChangeBlock(std::map<std::string, ByteVector>& files, const std::string& path, size_t n,
                 const std::function<void(ByteVector&)>& change) {
  ByteVector& file = files[path];
  const std::vector<Block> blocks = BlocksOf(file);
  if (blocks.empty()) return;
  const Block block = blocks[n % blocks.size()];
  const Bytes encoded = Bytes(file).subspan(block.offset, block.length);
  const auto decoded = ocdbt::DecodeEnvelope(encoded, {block.magic, kMaxBody, nullptr});
  if (!decoded) return;
  ByteVector body = *decoded;
  change(body);
  test::EnvelopeForm form;
  form.magic = block.magic;
  form.zstd = n % 2 == 0;
  const ByteVector written = test::WriteEnvelope(body, form);
  if (block.magic == ocdbt::kManifestMagic) {
    file = written;
    return;
  }
  const Block moved{file.size(), written.size(), block.magic};
  file.insert(file.end(), written.begin(), written.end());
  const std::string name(NameOf(path));
  for (auto& [other, bytes] : files)
    if (other.ends_with("manifest.ocdbt")) Redirect(bytes, name, block, moved);
}

}  // namespace leafsum::fuzz
