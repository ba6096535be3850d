// `_METADATA`: the tree, and what Orbax's readers would build of it.
#include "orbax/tree_metadata.h"

#include "fuzz/fuzz.h"
#include "orbax/key_path.h"
#include "readers/rich_tree.h"
#include "readers/tree.h"

namespace leafsum::fuzz {

void Run(Bytes input) {
  const auto tree = orbax::ParseTreeMetadata(input);
  if (!tree) return;
  const orbax::TreeEntry* before = nullptr;
  bool equal = false;
  for (const auto& entry : tree->entries) {
    FUZZ_CHECK(entry.key_types.size() == entry.key_path.size());
    for (uint64_t type : entry.key_types) FUZZ_CHECK(type == 1 || type == 2);
    if (before) {
      FUZZ_CHECK(!orbax::KeyPathLess(entry.key_path, before->key_path));
      equal = equal || entry.key_path == before->key_path;
    }
    before = &entry;
    (void)readers::HasTypeHandler(entry.value_type);
    const std::string pointer = orbax::JsonPointer(entry.key_path);
    FUZZ_CHECK(pointer.empty() == entry.key_path.empty());
    FUZZ_CHECK(orbax::KeyPrefix(orbax::ParamName(entry.key_path)).ends_with('/') ||
               orbax::ParamName(entry.key_path).empty());
  }
  FUZZ_CHECK(equal == tree->has_equal_key_paths);
  for (const auto& divergence : readers::CheckTree(tree->entries))
    FUZZ_CHECK(!divergence.message.empty());
  if (tree->value_metadata_tree)
    (void)readers::CompareRichTree(*tree->value_metadata_tree, tree->entries);
}

}  // namespace leafsum::fuzz
