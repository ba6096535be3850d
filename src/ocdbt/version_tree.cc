#include "ocdbt/version_tree.h"

#include <string>

#include "base/byte_reader.h"
#include "base/limits.h"
#include "base/text.h"
#include "ocdbt/data_file_table.h"
#include "ocdbt/envelope.h"
#include "ocdbt/version_array.h"

namespace leafsum::ocdbt {
namespace {

// The first bytes of a body, which say how to read the rest.
struct Head {
  uint8_t arity_log2;
  uint8_t height;
};

Head DecodeHead(ByteReader& r) {
  const Head head{r.U8(), r.U8()};
  if (head.arity_log2 == 0 || head.arity_log2 > kMaxVersionTreeArityLog2)
    r.Fail(ErrorCode::kInvalid, "version_tree_arity_log2 is out of range",
           Text("1..", kMaxVersionTreeArityLog2), Text(head.arity_log2));
  else if ((head.height + 1u) * head.arity_log2 >= 64)
    r.Fail(ErrorCode::kInvalid, "height is too large for the version tree's arity",
           Text("at most ", 63 / head.arity_log2 - 1), Text(head.height));
  return head;
}

VersionTreeNode DecodeRest(ByteReader& r, const Head& head, std::string_view transitive_path) {
  VersionTreeNode node;
  node.height = head.height;
  const DataFileTable files = DecodeDataFileTable(r, transitive_path.size());
  if (!r.ok()) return node;
  const VersionArrayContext context{head.arity_log2, transitive_path, &files};
  if (node.height == 0)
    node.versions = DecodeVersions(r, context);
  else
    node.version_nodes = DecodeChildVersionNodes(r, context, node.height);
  return node;
}

bool EndsEarly(Bytes start) {
  ByteReader r(start);
  const Head head = DecodeHead(r);
  if (!r.ok()) return false;
  DecodeRest(r, head, "");
  return r.ok() && r.remaining() > 0;
}

Error Differs(std::string what, uint64_t expected, uint64_t actual) {
  return {ErrorCode::kInvalid, "version tree node: " + std::move(what), std::nullopt,
          Text(expected), Text(actual)};
}

}  // namespace

Result<VersionTreeNode> DecodeVersionTreeNode(Bytes encoded, const VersionNodeReference& reference,
                                              uint8_t version_tree_arity_log2, uint64_t* work) {
  const auto body =
      DecodeEnvelope(encoded, {kVersionTreeNodeMagic, kMaxDecodedNode, EndsEarly}, work);
  if (!body) return body.error().Prefixed("version tree node");
  ByteReader r(*body);
  const Head head = DecodeHead(r);
  if (!r.ok()) return r.error().Prefixed("version tree node body");
  // Checked before the arrays, whose rules depend on arity and height.
  if (head.arity_log2 != version_tree_arity_log2)
    return Differs("version_tree_arity_log2 is not the manifest's", version_tree_arity_log2,
                   head.arity_log2);
  if (head.height != reference.height)
    return Differs("height is not that of the reference", reference.height, head.height);
  VersionTreeNode node = DecodeRest(r, head, reference.location.file_id.base_path);
  if (!r.End()) return r.error().Prefixed("version tree node body");
  const uint64_t newest = node.height == 0 ? node.versions.back().generation_number
                                           : node.version_nodes.back().generation_number;
  if (newest != reference.generation_number)
    return Differs("newest generation is not that of the reference", reference.generation_number,
                   newest);
  return node;
}

}  // namespace leafsum::ocdbt
