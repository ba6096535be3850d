// A node of the version tree, and the reference that it is checked against.
#include "base/limits.h"
#include "fuzz/envelope_mutator.h"
#include "ocdbt/version_tree.h"

namespace leafsum::fuzz {
namespace {

// Of what the reference says of the node: arity, height, newest generation (le16).
constexpr size_t kHead = 4;

}  // namespace

void Run(Bytes input) {
  Choices choices(input);
  ocdbt::VersionNodeReference reference;
  const uint8_t arity = choices.U8();
  reference.height = choices.U8();
  reference.generation_number = choices.U16();
  reference.location.file_id.base_path = "base/";
  const auto node = ocdbt::DecodeVersionTreeNode(choices.Rest(), reference, arity);
  if (!node) return;
  FUZZ_CHECK(arity >= 1 && arity <= kMaxVersionTreeArityLog2);
  FUZZ_CHECK(node->height == reference.height);
  const size_t most = size_t{1} << arity;
  FUZZ_CHECK((node->height == 0) == node->version_nodes.empty());
  FUZZ_CHECK((node->height > 0) == node->versions.empty());
  FUZZ_CHECK(node->versions.size() <= most && node->version_nodes.size() <= most);
  uint64_t before = 0;
  for (const auto& version : node->versions) {
    FUZZ_CHECK(version.generation_number > before);
    before = version.generation_number;
    FUZZ_CHECK(version.root.IsMissing() ||
               version.root.offset <= kMaxFileEnd - version.root.length);
  }
  for (const auto& child : node->version_nodes) {
    FUZZ_CHECK(child.generation_number > before);
    before = child.generation_number;
    FUZZ_CHECK(child.height + 1 == node->height);
    FUZZ_CHECK(child.location.offset <= kMaxFileEnd - child.location.length);
  }
  FUZZ_CHECK(before == reference.generation_number);
}

}  // namespace leafsum::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  return leafsum::fuzz::MutateEnvelope(data, size, max_size, seed, leafsum::fuzz::kHead,
                                       leafsum::ocdbt::kVersionTreeNodeMagic);
}
