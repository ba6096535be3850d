#include "ocdbt/manifest.h"

#include <string>

#include "base/byte_reader.h"
#include "base/limits.h"
#include "base/text.h"
#include "ocdbt/data_file_table.h"
#include "ocdbt/envelope.h"
#include "ocdbt/version_array.h"

namespace leafsum::ocdbt {
namespace {

Config DecodeConfig(ByteReader& r) {
  Config config;
  config.uuid = r.Array<16>();
  const uint8_t kind = r.U8();
  if (kind > 1) r.Fail(ErrorCode::kUnsupported, "unknown manifest_kind", "0 or 1", Text(kind));
  config.manifest_kind = kind == 1 ? ManifestKind::kNumbered : ManifestKind::kSingle;
  config.max_inline_value_bytes = r.Varint32();
  config.max_decoded_node_bytes = r.Varint32();
  config.version_tree_arity_log2 = r.U8();
  if (config.version_tree_arity_log2 == 0 ||
      config.version_tree_arity_log2 > kMaxVersionTreeArityLog2)
    r.Fail(ErrorCode::kInvalid, "version_tree_arity_log2 is out of range",
           Text("1..", kMaxVersionTreeArityLog2), Text(config.version_tree_arity_log2));
  // Only says how future blocks are written; each block names its own compression.
  const uint32_t method = r.Varint32();
  if (method > 1)
    r.Fail(ErrorCode::kUnsupported, "unknown compression_method", "0 or 1", Text(method));
  config.zstd = method == 1;
  if (config.zstd) config.zstd_level = r.I32Le();
  if (config.zstd_level < kMinZstdLevel || config.zstd_level > kMaxZstdLevel)
    r.Fail(ErrorCode::kInvalid, "zstd level is out of range",
           Text(kMinZstdLevel, "..", kMaxZstdLevel), Text(config.zstd_level));
  return config;
}

Manifest DecodeBody(ByteReader& r) {
  Manifest manifest;
  manifest.config = DecodeConfig(r);
  if (!r.ok() || manifest.config.manifest_kind == ManifestKind::kNumbered) return manifest;
  const DataFileTable files = DecodeDataFileTable(r, 0);
  if (!r.ok()) return manifest;
  const VersionArrayContext context{manifest.config.version_tree_arity_log2, "", &files};
  manifest.versions = DecodeVersions(r, context);
  if (!r.ok()) return manifest;
  const uint64_t newest = manifest.versions.back().generation_number;
  manifest.version_nodes = DecodeManifestVersionNodes(r, context, newest);
  return manifest;
}

bool EndsEarly(Bytes start) {
  ByteReader r(start);
  DecodeBody(r);
  return r.ok() && r.remaining() > 0;
}

}  // namespace

Result<Manifest> DecodeManifest(Bytes file) {
  if (file.size() > kMaxManifest)
    return Error{ErrorCode::kLimit, "manifest is too large", std::nullopt,
                 AtMostBytes(kMaxManifest), ByteCount(file.size())};
  const auto body = DecodeEnvelope(file, {kManifestMagic, kMaxManifest, EndsEarly});
  if (!body) return body.error().Prefixed("manifest");
  ByteReader r(*body);
  Manifest manifest = DecodeBody(r);
  if (!r.End()) return r.error().Prefixed("manifest body");
  return manifest;
}

}  // namespace leafsum::ocdbt
