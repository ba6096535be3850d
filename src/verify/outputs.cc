#include "verify/outputs.h"

#include <cmath>

#include "base/checked.h"
#include "base/decimal.h"
#include "base/text.h"
#include "verify/check_readers.h"
#include "zarr/chunk_grid.h"

namespace leafsum::verify {
namespace {

std::string ShapeJson(const std::optional<std::vector<uint64_t>>& shape) {
  return shape ? UintList(*shape) : "null";
}

// JSON has no infinity, so that is a text.
std::string NumberJson(const std::optional<double>& value) {
  if (!value) return "null";
  if (std::isnan(*value)) return "\"NaN\"";
  if (std::isinf(*value)) return *value < 0 ? "\"-Infinity\"" : "\"Infinity\"";
  return DoubleText(*value);
}

std::string_view KindName(orbax::ItemKind kind) {
  switch (kind) {
    case orbax::ItemKind::kPyTree:
      return "pytree";
    case orbax::ItemKind::kMsgpack:
      return "msgpack";
    case orbax::ItemKind::kBareOcdbt:
      return "ocdbt";
    case orbax::ItemKind::kBareZarr:
      return "zarr";
    case orbax::ItemKind::kJson:
      return "json";
    case orbax::ItemKind::kProto:
      return "proto";
    case orbax::ItemKind::kAmbiguous:
      return "ambiguous";
  }
  return "";
}

void AppendLeaf(std::string& out, const plan::ItemScan& item, const plan::LeafPlan& leaf) {
  const evidence::LeafRecord& r = leaf.record;
  out += Text("{\"key_path\":", orbax::ToJson(r.key_path),
              ",\"value_type\":", JsonString(r.value_type), ",\"dtype\":", JsonString(r.dtype),
              ",\"shape\":", ShapeJson(r.shape), ",\"nbytes\":", r.nbytes);
  if (leaf.in_zarr && r.shape) {
    uint64_t stored = 0;
    for (const content::ChunkRef& chunk : leaf.chunks)
      stored = CheckedAdd(stored, chunk.length).value_or(~uint64_t{0});
    out += Text(",\"chunks\":", leaf.chunks.size(),
                ",\"chunk_shape\":", UintList(leaf.metadata.chunk_shape),
                ",\"stored_nbytes\":", stored, ",\"zarr_format\":", leaf.metadata.zarr_format,
                ",\"document\":", JsonString(item.store.entries()[leaf.document_entry].key));
  }
  out += '}';
}

void AppendKey(std::string& out, const plan::ItemScan& item, size_t e) {
  const kvstore::KvStore::Entry& entry = item.store.entries()[e];
  if (IsUtf8(entry.key)) {
    out += "{\"key\":";
    AppendJsonString(out, entry.key);
  } else {
    out += Text("{\"key\":null,\"key_hex\":\"", Hex(AsBytes(entry.key)), '"');
  }
  out += ",\"length\":";
  AppendUint(out, entry.value.length);
  if (e < item.key_digests.size() && item.key_digests[e].blake3) {
    const plan::KeyDigest& digest = item.key_digests[e];
    out += ",\"digest\":{\"blake3\":\"" + hash::ToHex(*digest.blake3);
    if (digest.sha256) out += "\",\"sha256\":\"" + hash::ToHex(*digest.sha256);
    out += "\"}";
  }
  out += '}';
}

bool ListsKeys(const plan::ItemScan& item, const plan::Options& options) {
  return options.keys && item.walked.read;
}

void AppendVersions(std::string& out, const plan::ItemScan& item) {
  out += Text(",\"generation\":", item.versions.generation->generation_number, ",\"versions\":[");
  auto member = [&](const char* name, uint64_t value) { out += Text(name, value); };
  for (size_t v = 0; v < item.versions.history.size(); ++v) {
    const ocdbt::BtreeGenerationReference& version = item.versions.history[v];
    member(v ? ",{\"generation\":" : "{\"generation\":", version.generation_number);
    member(",\"commit_time_nsecs\":\"", version.commit_time_nsecs);
    member("\",\"root_height\":", version.root_height);
    member(",\"num_keys\":", version.statistics.num_keys);
    member(",\"num_tree_bytes\":", version.statistics.num_tree_bytes);
    member(",\"num_indirect_value_bytes\":", version.statistics.num_indirect_value_bytes);
    out += '}';
  }
  out += "],\"versions_unreadable\":[";
  for (size_t g = 0; g < item.versions.gaps.size(); ++g) {
    const plan::HistoryGap& gap = item.versions.gaps[g];
    member(g ? ",{\"newest_generation\":" : "{\"newest_generation\":", gap.newest_generation);
    member(",\"num_generations\":", gap.num_generations);
    out += Text(",\"reason\":", JsonString(gap.reason), '}');
  }
  out += ']';
}

}  // namespace

std::string ListRows(const plan::Scan& scan, const plan::Options& options, ListPlace& place,
                     size_t list, size_t& next, size_t bytes) {
  std::string out;
  if (list < place.first_list) place = {};
  for (; place.item < scan.items.size(); ++place.item) {
    const plan::ItemScan& item = scan.items[place.item];
    const bool keys = ListsKeys(item, options);
    if (list - place.first_list > size_t{keys}) {
      place.first_list += 1 + keys;
      continue;
    }
    list -= place.first_list;
    const size_t rows = list ? item.store.entries().size() : item.leaves.size();
    out.reserve(bytes + bytes / 8);
    for (; next < rows && out.size() < bytes; ++next) {
      if (!list && item.leaves[next].left_out) continue;
      if (!out.empty()) out += ',';
      if (list)
        AppendKey(out, item, next);
      else
        AppendLeaf(out, item, item.leaves[next]);
    }
    break;
  }
  return out;
}

std::string ListJson(const plan::Scan& scan, const plan::Options& options) {
  std::string out = "{\"source\":{";
  if (scan.step_chosen && scan.layout.chosen->number())
    out += Text("\"step\":", *scan.layout.chosen->number(), ",");
  out += Text("\"files\":", scan.total_files, ",\"bytes\":", scan.total_bytes, "},\"items\":[");
  uint64_t leaves = 0, parameters = 0, nbytes = 0;
  for (size_t i = 0; i < scan.items.size(); ++i) {
    const plan::ItemScan& item = scan.items[i];
    out += Text(i ? "," : "", "{\"name\":", JsonString(item.item.name), ",\"kind\":\"",
                KindName(item.item.kind), "\",\"directory\":", JsonString(item.item.directory),
                item.ocdbt ? ",\"ocdbt\":true" : ",\"ocdbt\":false", ",\"leaves\":[\n]");
    for (const plan::LeafPlan& leaf : item.leaves) {
      if (leaf.left_out) continue;
      leaves += leaf.record.has_content;
      nbytes = CheckedAdd(nbytes, leaf.record.nbytes).value_or(~uint64_t{0});
      if (leaf.record.shape) parameters += CheckedProduct(*leaf.record.shape).value_or(0);
    }
    if (ListsKeys(item, options)) out += ",\"keys\":[\n]";
    if (options.versions && item.versions.generation) AppendVersions(out, item);
    out += '}';
  }
  out += ']';
  if (options.readers) out += ",\"auto\":" + AutoJson(scan);
  return Text(out, ",\"totals\":{\"leaves\":", leaves, ",\"parameters\":", parameters,
              ",\"nbytes\":", nbytes, "}}\n");
}

std::string DiffJson(const evidence::Comparison& comparison,
                     const std::map<size_t, content::ValueDifference>& differences) {
  std::string out = "{\"leaves\":[";
  for (size_t k = 0; k < comparison.leaves.size(); ++k) {
    const evidence::LeafOutcome& o = comparison.leaves[k];
    const evidence::LeafRecord& any = o.actual ? *o.actual : *o.expected;
    const bool other_kind =
        o.expected && o.actual &&
        (o.expected->dtype != o.actual->dtype || o.expected->shape != o.actual->shape);
    const evidence::Sign sign =
        o.sign == evidence::Sign::kDifferent && other_kind ? evidence::Sign::kNotRead : o.sign;
    out += Text(k ? "," : "", "{\"sign\":\"", static_cast<char>(sign),
                "\",\"item\":", JsonString(o.item), ",\"key_path\":", orbax::ToJson(o.key_path()),
                ",\"dtype\":", JsonString(any.dtype), ",\"shape\":", ShapeJson(any.shape));
    auto digest = [](const evidence::LeafRecord* r) {
      return r && r->blake3 ? Text("\"blake3:", hash::ToHex(*r->blake3), '"') : std::string("null");
    };
    out += Text(",\"a\":", digest(o.expected), ",\"b\":", digest(o.actual));
    if (auto it = differences.find(k); it != differences.end()) {
      const content::ValueDifference& d = it->second;
      out +=
          Text(",\"values\":{\"differing\":", d.differing, ",\"first_index\":", d.first_index,
               ",\"first_a\":", JsonString(d.first_a), ",\"first_b\":", JsonString(d.first_b),
               ",\"max_abs\":", NumberJson(d.max_abs), ",\"max_rel\":", NumberJson(d.max_rel), "}");
    }
    out += '}';
  }
  const report::LeafCounts& c = comparison.counts;
  return Text(out, "],\"summary\":{\"equal\":", c.equal, ",\"different\":", c.different,
              ",\"missing\":", c.missing, ",\"extra\":", c.extra, ",\"not_read\":", c.not_read,
              "}}\n");
}

}  // namespace leafsum::verify
