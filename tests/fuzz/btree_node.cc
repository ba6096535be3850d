// A node of the b-tree: its table of files, its keys, and where its values and children lie.
#include "base/limits.h"
#include "fuzz/envelope_mutator.h"
#include "ocdbt/btree.h"

namespace leafsum::fuzz {
namespace {

template <class Entry>
void CheckKeys(const ocdbt::BtreeNode& node, const std::vector<Entry>& entries) {
  ocdbt::KeyCursor cursor("prefix/");
  std::string before;
  for (size_t i = 0; i < entries.size(); ++i) {
    const std::string key = cursor.Next(entries[i].key).substr(7);
    FUZZ_CHECK(key.size() == entries[i].key.size() && key.size() <= kMaxKeyLength);
    FUZZ_CHECK(i == 0 || before < key);
    if (i == 0) FUZZ_CHECK(key == node.first_key);
    before = key;
  }
  FUZZ_CHECK(before == node.last_key);
}

void CheckFiles(const ocdbt::BtreeNode& node) {
  FUZZ_CHECK(node.files.path_bytes() <= kMaxTablePathBytes);
  if (node.files.path_bytes() > 1 << 20) return;
  const auto files = node.files.Expand("transitive/");
  FUZZ_CHECK(files.size() == node.files.count());
  uint64_t bytes = 0;
  for (const auto& file : files) {
    FUZZ_CHECK(file.base_path.starts_with("transitive/"));
    FUZZ_CHECK(file.Path().size() <= kMaxPathLength);
    bytes += file.Path().size();
  }
  FUZZ_CHECK(bytes == node.files.path_bytes());
}

}  // namespace

void Run(Bytes input) {
  constexpr size_t kTransitive = 11;
  const auto node = ocdbt::DecodeBtreeNode(input, kTransitive);
  if (!node) return;
  CheckFiles(*node);
  FUZZ_CHECK((node->height == 0) == node->interior_entries.empty());
  FUZZ_CHECK((node->height > 0) == node->leaf_entries.empty());
  const size_t files = node->files.count();
  for (const auto& entry : node->leaf_entries) {
    if (entry.indirect) {
      FUZZ_CHECK(entry.file < files);
      FUZZ_CHECK(entry.length <= kMaxFileEnd && entry.offset <= kMaxFileEnd - entry.length);
    } else {
      FUZZ_CHECK(entry.length <= kMaxInlineValue && entry.offset <= node->body.size());
      FUZZ_CHECK(entry.length <= node->body.size() - entry.offset);
    }
  }
  for (const auto& entry : node->interior_entries) {
    FUZZ_CHECK(entry.subtree_common_prefix_length <= entry.key.size());
    FUZZ_CHECK(entry.location.file < files && !entry.location.IsMissing());
    FUZZ_CHECK(entry.location.length <= kMaxFileEnd);
    FUZZ_CHECK(entry.location.offset <= kMaxFileEnd - entry.location.length);
  }
  if (node->height == 0)
    CheckKeys(*node, node->leaf_entries);
  else
    CheckKeys(*node, node->interior_entries);
}

}  // namespace leafsum::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  return leafsum::fuzz::MutateEnvelope(data, size, max_size, seed, 0,
                                       leafsum::ocdbt::kBtreeNodeMagic);
}
