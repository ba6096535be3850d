// `manifest.ocdbt`: the envelope and what is in it.
#include "ocdbt/manifest.h"

#include "base/limits.h"
#include "fuzz/envelope_mutator.h"
#include "ocdbt/envelope.h"
#include "ocdbt/numbered_manifest.h"

namespace leafsum::fuzz {
namespace {

void CheckReference(const ocdbt::IndirectDataReference& reference, bool may_be_missing) {
  if (reference.IsMissing()) {
    FUZZ_CHECK(may_be_missing);
    return;
  }
  FUZZ_CHECK(reference.length <= kMaxFileEnd);
  FUZZ_CHECK(reference.offset <= kMaxFileEnd - reference.length);
  FUZZ_CHECK(reference.file_id.Path().size() <= kMaxPathLength);
}

}  // namespace

void Run(Bytes input) {
  uint64_t work = 0;
  const auto body =
      ocdbt::DecodeEnvelope(input, {ocdbt::kManifestMagic, kMaxManifest, nullptr}, &work);
  FUZZ_CHECK(!body || body->size() <= kMaxManifest);
  FUZZ_CHECK(!body || work >= body->size());
  const auto manifest = ocdbt::DecodeManifest(input);
  if (!manifest) {
    FUZZ_CHECK(!manifest.error().message.empty());
    FUZZ_CHECK(!body || !manifest.error().offset || *manifest.error().offset <= body->size());
    return;
  }
  FUZZ_CHECK(body);
  FUZZ_CHECK(input.size() >= ocdbt::kMinEnvelope);
  const auto& config = manifest->config;
  FUZZ_CHECK(config.version_tree_arity_log2 >= 1);
  FUZZ_CHECK(config.version_tree_arity_log2 <= kMaxVersionTreeArityLog2);
  FUZZ_CHECK(config.zstd_level >= kMinZstdLevel && config.zstd_level <= kMaxZstdLevel);
  const bool numbered = config.manifest_kind == ocdbt::ManifestKind::kNumbered;
  FUZZ_CHECK(!numbered || (manifest->versions.empty() && manifest->version_nodes.empty()));
  uint64_t before = 0;
  for (const auto& version : manifest->versions) {
    FUZZ_CHECK(version.generation_number > before);
    before = version.generation_number;
    CheckReference(version.root, true);
  }
  FUZZ_CHECK(manifest->versions.size() <= uint64_t{1} << config.version_tree_arity_log2);
  for (const auto& node : manifest->version_nodes) CheckReference(node.location, false);
  if (before != 0) {
    FUZZ_CHECK(ocdbt::NumberedManifestGeneration(ocdbt::NumberedManifestName(before)) ==
                   std::optional(before) ||
               before >> 60 > 9);
    (void)ocdbt::CheckNumberedManifest(*manifest, before, config);
  }
}

}  // namespace leafsum::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  return leafsum::fuzz::MutateEnvelope(data, size, max_size, seed, 0,
                                       leafsum::ocdbt::kManifestMagic);
}
