// Leaves whose values lie in a msgpack file, or in arrays that the file refers to.
#include <algorithm>

#include "base/checked.h"
#include "base/sort.h"
#include "base/text.h"
#include "plan/plan_stage.h"
#include "zarr/array_size.h"
#include "zarr/json_members.h"
#include "zarr/type_table.h"

namespace leafsum::plan {

using report::Finding;

std::vector<orbax::MsgpackLeaf*> PlanStage::MsgpackValues(Scan& scan, ItemScan& item) {
  std::vector<orbax::MsgpackLeaf*> values;
  if (!item.msgpack.reader) return values;
  uint64_t position = 0;
  for (orbax::MsgpackLeaf& leaf : item.msgpack.reader->leaves()) {
    values.push_back(&leaf);
    for (const auto& [range, elements] : leaf.pieces) {
      scan.coverage.Mark(item.msgpack.file, position, range.offset - position,
                         ByteClass::kStructural);
      position = range.offset + range.length;
    }
  }
  scan.coverage.Mark(item.msgpack.file, position, *scan.files.size(item.msgpack.file) - position,
                     item.msgpack.broken ? ByteClass::kUnread : ByteClass::kStructural);
  StableSort(values, [](const orbax::MsgpackLeaf* a, const orbax::MsgpackLeaf* b) {
    return orbax::KeyPathLess(a->key_path, b->key_path);
  });
  return values;
}

// A tree without `_METADATA`: the leaves are those of the file (contract §10.2).
void PlanStage::PlanMsgpack(size_t s, size_t i) {
  Scan& scan = context_.scans[s];
  ItemScan& item = scan.items[i];
  if (!item.msgpack.reader) return;
  item.tree_read = !item.msgpack.broken;
  const std::vector<orbax::MsgpackLeaf*> values = MsgpackValues(scan, item);
  item.leaves.resize(values.size());
  std::vector<size_t> placeholders;
  for (size_t l = 0; l < values.size(); ++l) {
    LeafPlan& leaf = item.leaves[l];
    orbax::MsgpackLeaf& value = *values[l];
    leaf.record.key_path = value.key_path;
    leaf.record.key_types = std::move(value.key_types);
    leaf.record.key_types_inferred = true;
    if (l > 0 && values[l - 1]->key_path == value.key_path) item.no_fingerprint = true;
    if (value.kind == orbax::MsgpackLeaf::Kind::kPlaceholder && !value.problem) {
      leaf.param_name = orbax::ArrayDirectory(value, scan.files.path(item.msgpack.file));
      leaf.claims = std::move(value.claims);
      leaf.by_path = value.reference != orbax::MsgpackLeaf::Reference::kOrbax;
      placeholders.push_back(l);
    } else {
      PlanMsgpackValue(scan, item, leaf, value);
    }
  }
  for (size_t l : placeholders) {
    LeafPlan& leaf = item.leaves[l];
    const bool is_string = !leaf.by_path && item.side.strings &&
                           item.side.strings->values.count(leaf.param_name) > 0 &&
                           !item.store.Find(orbax::KeyPrefix(leaf.param_name) + ".zarray");
    leaf.record.value_type = is_string ? "string" : "np.ndarray";
    if (is_string)
      PlanString(scan, item, leaf);
    else
      PlanArray(s, i, l, false);
  }
  item.msgpack.reader->leaves() = {};
  CheckNames(scan, item);
}

namespace {

// Sets the shapes of the array and its chunks from the pieces that hold it; returns what is wrong
// with them.
Status ShapeOfPieces(const orbax::MsgpackLeaf& value, zarr::ArrayMetadata& m) {
  Status problem;
  uint64_t elements = 0;
  for (const auto& piece : value.pieces) {
    if (CheckedMul(piece.elements, m.type.itemsize) != piece.range.length && !problem)
      problem =
          Error{ErrorCode::kInvalid, "the array's content is not as long as its shape and type say",
                piece.range.offset, Text(zarr::ShapeText(value.shape), " of ", value.dtype),
                ByteCount(piece.range.length)};
    // The pieces are chunks of a flat array, all of equal length except the last.
    const auto& first_piece = value.pieces[0];
    if (piece.elements > first_piece.elements ||
        (piece.elements < first_piece.elements && &piece != &value.pieces.back()))
      problem =
          Error{ErrorCode::kUnsupported, "an array in chunks of different lengths", {}, "", ""};
    elements += piece.elements;  // each is at most the size of the file
  }
  m.shape = value.shape;
  m.chunk_shape = value.shape;
  if (!problem) problem = zarr::SetSizes(m);
  if (problem || value.pieces.empty()) return problem;
  if (CheckedProduct(value.shape) != elements)
    problem = Error{ErrorCode::kInvalid,
                    "the chunks are not as long as the array's shape says",
                    {},
                    zarr::ShapeText(value.shape),
                    Text(elements, " elements")};
  m.shape = {elements};
  m.chunk_shape = {std::max<uint64_t>(1, value.pieces[0].elements)};
  m.chunk_nbytes = m.chunk_shape[0] * m.type.itemsize;
  return problem;
}

}  // namespace

// Plans a value inside the file: a number or text that was read, or a range of the file.
void PlanStage::PlanMsgpackValue(Scan& scan, ItemScan& item, LeafPlan& leaf,
                                 orbax::MsgpackLeaf& value) {
  using Kind = orbax::MsgpackLeaf::Kind;
  evidence::LeafRecord& r = leaf.record;
  leaf.state = LeafPlan::State::kPlanned;
  leaf.in_msgpack = true;
  r.has_content = value.kind != Kind::kEmpty;
  r.dtype = value.dtype;
  std::optional<Error> problem = std::move(value.problem);
  const bool typed = value.kind <= Kind::kNumber;
  zarr::ArrayMetadata& m = leaf.metadata;
  if (typed && !problem) {
    if (const zarr::TypeRow* row = zarr::FindType(value.dtype))
      m.type = zarr::FromRow(*row);
    else
      problem = Error{
          ErrorCode::kUnsupported, "an array of an unknown type", {}, "", JsonString(value.dtype)};
  }
  if (typed && !problem) {
    problem = ShapeOfPieces(value, m);
    m.fill_value.assign(m.type.itemsize, 0);
    r.shape = std::move(value.shape);
    r.nbytes = m.nbytes;
  }
  if (value.kind == Kind::kBytes) r.nbytes = value.pieces[0].range.length;
  for (const auto& piece : value.pieces)
    if (piece.range.length > 0)
      leaf.chunks.push_back(
          {leaf.chunks.size(), item.msgpack.file, piece.range.offset, piece.range.length});
  if (value.kind == Kind::kNumber || value.kind == Kind::kString) {
    leaf.raw = std::move(value.raw);
    r.nbytes = leaf.raw.size();
  }
  if (!r.has_content) leaf.state = LeafPlan::State::kEmpty;
  if (r.value_type.empty())
    r.value_type = value.kind == Kind::kArray ? "np.ndarray" : typed ? "scalar" : value.dtype;
  if (!problem) return;
  r.dtype.clear();  // its own claims must not be compared with anything
  r.shape.reset();
  r.nbytes = 0;
  Finding f = FindingOf(*problem, scan.files.path(item.msgpack.file));
  if (!f.offset) f.offset = value.offset;
  leaf.state = LeafPlan::State::kNotRead;
  context_.Add(scan, item, leaf, std::move(f));
}

}  // namespace leafsum::plan
