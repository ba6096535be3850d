#include "verify/job.h"

#include <cstring>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/checked.h"
#include "base/limits.h"
#include "zarr/chunk_grid.h"

namespace leafsum::verify {
namespace {

// Every type has a Put and a Get side by side, so that the two are read together.

void Put(ByteWriter& w, bool v) { w.U8(v); }
void Get(ByteReader& r, bool& v) { v = r.U8() != 0; }
void Put(ByteWriter& w, uint64_t v) { w.Varint(v); }
void Get(ByteReader& r, uint64_t& v) { v = r.Varint64(); }
void Put(ByteWriter& w, uint32_t v) { w.Varint(v); }
void Get(ByteReader& r, uint32_t& v) { v = r.Varint32(); }
void Put(ByteWriter& w, uint8_t v) { w.U8(v); }
void Get(ByteReader& r, uint8_t& v) { v = r.U8(); }
void Put(ByteWriter& w, double v) {
  uint64_t bits;
  std::memcpy(&bits, &v, 8);
  w.U64Le(bits);
}
void Get(ByteReader& r, double& v) {
  uint64_t bits = r.U64Le();
  std::memcpy(&v, &bits, 8);
}
void Put(ByteWriter& w, const std::string& v) { w.Sized(v); }
void Get(ByteReader& r, std::string& v) { v = AsText(r.Take(r.Varint64())); }
void Put(ByteWriter& w, const ByteVector& v) { w.Sized(Bytes(v)); }
void Get(ByteReader& r, ByteVector& v) { v = ToVector(r.Take(r.Varint64())); }
void Put(ByteWriter& w, const hash::Digest& v) { w.Raw(v); }
void Get(ByteReader& r, hash::Digest& v) { v = r.Array<32>(); }

// Declared ahead: containers and structures hold each other.
void Put(ByteWriter& w, const zarr::ShardingSpec& v);
void Get(ByteReader& r, zarr::ShardingSpec& v, int depth);
void Put(ByteWriter& w, const codec::CodecSpec& v);
void Get(ByteReader& r, codec::CodecSpec& v);
void Put(ByteWriter& w, const ChunkRef& v);
void Get(ByteReader& r, ChunkRef& v);
void Put(ByteWriter& w, const ArrayTask& v);
void Get(ByteReader& r, ArrayTask& v);
void Put(ByteWriter& w, const LeafTask& v);
void Get(ByteReader& r, LeafTask& v);
void Put(ByteWriter& w, const LeafResult& v);
void Get(ByteReader& r, LeafResult& v);
void Put(ByteWriter& w, const report::Finding& v);
void Get(ByteReader& r, report::Finding& v);
void Put(ByteWriter& w, const ValueDifference& v);
void Get(ByteReader& r, ValueDifference& v);

template <class T>
void Put(ByteWriter& w, const std::vector<T>& v) {
  w.Varint(v.size());
  for (const T& x : v) Put(w, x);
}
template <class T>
void Get(ByteReader& r, std::vector<T>& v) {
  const uint64_t n = r.Count("list", ~uint64_t{0}, 1);
  for (uint64_t i = 0; i < n && r.ok(); ++i) {
    v.emplace_back();
    Get(r, v.back());
  }
}
template <class T>
void Put(ByteWriter& w, const std::optional<T>& v) {
  w.U8(v.has_value());
  if (v) Put(w, *v);
}
template <class T>
void Get(ByteReader& r, std::optional<T>& v) {
  if (r.U8() == 0) return;
  v.emplace();
  Get(r, *v);
}
template <class E>
void GetEnum(ByteReader& r, E& v) {
  v = static_cast<E>(r.U8());
}

void Put(ByteWriter& w, const codec::CodecSpec& v) {
  w.U8(static_cast<uint8_t>(v.kind));
  Put(w, v.trailing_bytes_ignored);
}
void Get(ByteReader& r, codec::CodecSpec& v) {
  GetEnum(r, v.kind);
  Get(r, v.trailing_bytes_ignored);
}
void Put(ByteWriter& w, const zarr::CodecChain& v) {
  Put(w, v.transpose);
  Put(w, v.big_endian);
  Put(w, v.sharding);
  Put(w, v.bytes_codecs);
}
// Shards may lie within shards, as metadata allows it: only so deep, whatever the bytes say.
void Get(ByteReader& r, zarr::CodecChain& v, int depth) {
  constexpr int kMaxDepth = 64;
  if (depth > kMaxDepth) r.Fail(ErrorCode::kLimit, "shards within shards too deep");
  Get(r, v.transpose);
  Get(r, v.big_endian);
  const uint64_t n = r.Count("sharding", 1, 1);
  for (uint64_t i = 0; i < n && r.ok(); ++i) {
    v.sharding.emplace_back();
    Get(r, v.sharding.back(), depth + 1);
  }
  Get(r, v.bytes_codecs);
}
void Put(ByteWriter& w, const zarr::ShardingSpec& v) {
  Put(w, v.chunk_shape);
  Put(w, v.codecs);
  Put(w, v.index_codecs);
  Put(w, v.index_big_endian);
  Put(w, v.index_at_end);
}
void Get(ByteReader& r, zarr::ShardingSpec& v, int depth) {
  Get(r, v.chunk_shape);
  Get(r, v.codecs, depth);
  Get(r, v.index_codecs);
  Get(r, v.index_big_endian);
  Get(r, v.index_at_end);
}
void Put(ByteWriter& w, const zarr::DataType& v) {
  Put(w, v.name);
  Put(w, v.itemsize);
  Put(w, v.swap_size);
  Put(w, v.mask);
  Put(w, v.is_bool);
}
void Get(ByteReader& r, zarr::DataType& v) {
  Get(r, v.name);
  Get(r, v.itemsize);
  Get(r, v.swap_size);
  Get(r, v.mask);
  Get(r, v.is_bool);
}
void Put(ByteWriter& w, const zarr::ArrayMetadata& v) {
  Put(w, v.shape);
  Put(w, v.chunk_shape);
  Put(w, v.type);
  Put(w, v.codecs);
  Put(w, v.key_encoding.is_default);
  w.U8(static_cast<uint8_t>(v.key_encoding.separator));
  Put(w, v.fill_value);
  Put(w, v.nbytes);
  Put(w, v.chunk_nbytes);
}
void Get(ByteReader& r, zarr::ArrayMetadata& v) {
  Get(r, v.shape);
  Get(r, v.chunk_shape);
  Get(r, v.type);
  Get(r, v.codecs, 0);
  Get(r, v.key_encoding.is_default);
  v.key_encoding.separator = static_cast<char>(r.U8());
  Get(r, v.fill_value);
  Get(r, v.nbytes);
  Get(r, v.chunk_nbytes);
}
void Put(ByteWriter& w, const ChunkRef& v) {
  Put(w, v.index);
  Put(w, v.file);
  Put(w, v.offset);
  Put(w, v.length);
}
void Get(ByteReader& r, ChunkRef& v) {
  Get(r, v.index);
  Get(r, v.file);
  Get(r, v.offset);
  Get(r, v.length);
}
void Put(ByteWriter& w, const ArrayTask& v) {
  Put(w, v.source);
  Put(w, v.metadata);
  Put(w, v.key_prefix);
  Put(w, v.document_name);
  Put(w, v.document);
  Put(w, v.chunks);
  Put(w, v.inline_bytes);
}
void Get(ByteReader& r, ArrayTask& v) {
  Get(r, v.source);
  Get(r, v.metadata);
  Get(r, v.key_prefix);
  Get(r, v.document_name);
  Get(r, v.document);
  Get(r, v.chunks);
  Get(r, v.inline_bytes);
}
void Put(ByteWriter& w, const LeafTask& v) {
  Put(w, v.leaf);
  Put(w, v.content);
  Put(w, v.sha256);
  Put(w, v.stored);
  Put(w, v.chunk_digests);
  Put(w, v.expected_stored);
  Put(w, v.array);
  Put(w, v.other);
}
void Get(ByteReader& r, LeafTask& v) {
  Get(r, v.leaf);
  Get(r, v.content);
  Get(r, v.sha256);
  Get(r, v.stored);
  Get(r, v.chunk_digests);
  Get(r, v.expected_stored);
  Get(r, v.array);
  Get(r, v.other);
}
void Put(ByteWriter& w, const report::Finding& v) {
  w.U8(static_cast<uint8_t>(v.code));
  w.U8(static_cast<uint8_t>(v.severity));
  Put(w, v.file);
  Put(w, v.offset);
  Put(w, v.expected);
  Put(w, v.actual);
  Put(w, v.message);
}
void Get(ByteReader& r, report::Finding& v) {
  GetEnum(r, v.code);
  GetEnum(r, v.severity);
  Get(r, v.file);
  Get(r, v.offset);
  Get(r, v.expected);
  Get(r, v.actual);
  Get(r, v.message);
}
void Put(ByteWriter& w, const ValueDifference& v) {
  Put(w, v.differing);
  Put(w, v.first_index);
  Put(w, v.first_a);
  Put(w, v.first_b);
  Put(w, v.max_abs);
  Put(w, v.max_rel);
}
void Get(ByteReader& r, ValueDifference& v) {
  Get(r, v.differing);
  Get(r, v.first_index);
  Get(r, v.first_a);
  Get(r, v.first_b);
  Get(r, v.max_abs);
  Get(r, v.max_rel);
}
void Put(ByteWriter& w, const LeafResult& v) {
  Put(w, v.leaf);
  Put(w, v.complete);
  Put(w, v.memory_needed);
  Put(w, v.stored_matched);
  Put(w, v.blake3);
  Put(w, v.sha256);
  Put(w, v.stored);
  Put(w, v.blocks);
  Put(w, v.chunks);
  Put(w, v.difference);
  Put(w, v.findings);
}
void Get(ByteReader& r, LeafResult& v) {
  Get(r, v.leaf);
  Get(r, v.complete);
  Get(r, v.memory_needed);
  Get(r, v.stored_matched);
  Get(r, v.blake3);
  Get(r, v.sha256);
  Get(r, v.stored);
  Get(r, v.blocks);
  Get(r, v.chunks);
  Get(r, v.difference);
  Get(r, v.findings);
}

bool IsTransposeOf(const std::vector<uint32_t>& transpose, size_t rank) {
  if (transpose.empty()) return true;
  std::vector<bool> seen(rank);
  for (uint32_t axis : transpose) {
    if (axis >= rank || seen[axis]) return false;
    seen[axis] = true;
  }
  return transpose.size() == rank;
}

// Shards within these are refused by who reads them.
bool IsShardingOf(const zarr::CodecChain& codecs, const std::vector<uint64_t>& chunk_shape) {
  if (codecs.sharding.empty()) return true;
  const zarr::ShardingSpec& spec = codecs.sharding[0];
  const std::vector<uint64_t> outer = zarr::StoredShape(codecs, chunk_shape);
  if (spec.chunk_shape.size() != outer.size() ||
      !IsTransposeOf(spec.codecs.transpose, outer.size()))
    return false;
  for (size_t i = 0; i < outer.size(); ++i)
    if (spec.chunk_shape[i] == 0 || outer[i] % spec.chunk_shape[i] != 0) return false;
  return true;
}

bool IsSizeOf(uint64_t nbytes, const std::vector<uint64_t>& shape, uint32_t itemsize) {
  const auto elements = CheckedProduct(shape);
  return elements && CheckedMul(*elements, itemsize) == nbytes;
}

// What the readers of a job's arrays rely on: both sides are one build, yet a worker's input is
// input.
Status Validate(const ArrayTask& array, size_t files) {
  const zarr::ArrayMetadata& m = array.metadata;
  const auto bad = [](std::string what) {
    return Error{ErrorCode::kInvalid, "job: " + what, {}, "", ""};
  };
  if (m.shape.size() != m.chunk_shape.size() || m.shape.size() > kMaxRank) return bad("rank");
  if (m.type.itemsize == 0 || m.fill_value.size() != m.type.itemsize) return bad("fill value");
  if (m.type.swap_size == 0 || m.type.itemsize % m.type.swap_size != 0)
    return bad("unit of byte order");
  for (uint64_t c : m.chunk_shape)
    if (c == 0) return bad("chunk shape");
  if (!IsSizeOf(m.nbytes, m.shape, m.type.itemsize)) return bad("size of the content");
  if (!IsSizeOf(m.chunk_nbytes, m.chunk_shape, m.type.itemsize)) return bad("size of a chunk");
  if (!IsTransposeOf(m.codecs.transpose, m.shape.size())) return bad("transpose");
  if (!IsShardingOf(m.codecs, m.chunk_shape)) return bad("sharding");
  const auto count = zarr::ChunkCount(zarr::GridShape(m.shape, m.chunk_shape));
  for (size_t i = 0; i < array.chunks.size(); ++i) {
    const ChunkRef& c = array.chunks[i];
    if (count && c.index >= *count) return bad("chunk outside the grid");
    if (i > 0 && c.index <= array.chunks[i - 1].index) return bad("order of chunks");
    if (c.file != kInlineChunk && c.file >= files) return bad("file index");
    if (!CheckedAdd(c.offset, c.length)) return bad("range");
    if (c.file == kInlineChunk && !RangeFits(c.offset, c.length, array.inline_bytes.size()))
      return bad("inline range");
  }
  return std::nullopt;
}

}  // namespace

ByteVector Serialize(const Job& job) {
  ByteWriter w;
  Put(w, job.memory);
  Put(w, job.files);
  Put(w, job.tasks);
  return w.Release();
}

Result<Job> ParseJob(Bytes bytes) {
  ByteReader r(bytes);
  Job job;
  Get(r, job.memory);
  Get(r, job.files);
  Get(r, job.tasks);
  if (!r.End()) return r.error().Prefixed("job");
  for (const LeafTask& task : job.tasks) {
    if (Status s = Validate(task.array, job.files.size())) return *s;
    for (const ArrayTask& other : task.other)
      if (Status s = Validate(other, job.files.size())) return *s;
  }
  return job;
}

ByteVector Serialize(const std::vector<LeafResult>& results) {
  ByteWriter w;
  Put(w, results);
  return w.Release();
}

Result<std::vector<LeafResult>> ParseResults(Bytes bytes) {
  ByteReader r(bytes);
  std::vector<LeafResult> results;
  Get(r, results);
  if (!r.End()) return r.error().Prefixed("job result");
  return results;
}

}  // namespace leafsum::verify
