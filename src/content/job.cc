#include "content/job.h"

#include <algorithm>
#include <cstring>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/checked.h"
#include "base/limits.h"
#include "base/text.h"
#include "hash/blake3.h"
#include "zarr/chunk_grid.h"

namespace leafsum::content {
namespace {

// Each structure lists its fields once, for both directions: `io` is a Writer or a Reader.
template <class Io>
void Fields(Io& io, codec::CodecSpec& v) {
  io.Enum(v.kind);
  io(v.trailing_bytes_ignored);
}
template <class Io>
void Fields(Io& io, zarr::CodecChain& v) {
  io(v.transpose), io(v.big_endian), io(v.sharding), io(v.bytes_codecs);
}
template <class Io>
void Fields(Io& io, zarr::ShardingSpec& v) {
  io(v.chunk_shape);
  io.Nested(v.codecs);
  io(v.index_codecs), io(v.index_transpose), io(v.index_big_endian), io(v.index_at_end);
}
template <class Io>
void Fields(Io& io, zarr::DataType& v) {
  io(v.name), io(v.itemsize), io(v.swap_size), io(v.mask), io(v.is_bool);
}
template <class Io>
void Fields(Io& io, zarr::ArrayMetadata& v) {
  io(v.shape), io(v.chunk_shape), io(v.type), io(v.codecs), io(v.key_encoding.is_default);
  io.Enum(v.key_encoding.separator);
  io(v.fill_value), io(v.nbytes), io(v.chunk_nbytes);
}
template <class Io>
void Fields(Io& io, ChunkRef& v) {
  io(v.index), io(v.file), io(v.offset), io(v.length);
}
template <class Io>
void Fields(Io& io, ArrayTask& v) {
  io(v.source), io(v.metadata), io(v.key_prefix), io(v.document_name), io(v.document);
  io(v.chunks), io(v.inline_bytes), io(v.kept), io(v.max_unbacked), io(v.first_row);
}
template <class Io>
void Fields(Io& io, ContentPart& v) {
  io(v.skip), io(v.take), io(v.whole), io(v.begin), io(v.hand_out);
  io(v.owned);
}
template <class Io>
void Fields(Io& io, ContentTask& v) {
  io(v.sha256), io(v.stored), io(v.chunk_digests), io(v.expected_stored), io(v.part);
}
template <class Io>
void Fields(Io&, StoredTask&) {}
template <class Io>
void Fields(Io& io, CompareTask& v) {
  io(v.other);
}
template <class Io>
void Fields(Io& io, FileTask& v) {
  io.Enum(v.algorithm);
  io(v.shard);
}
template <class Io>
void Fields(Io& io, LeafTask& v) {
  io(v.leaf), io(v.array), io(v.what);
}
template <class Io>
void Fields(Io& io, Job& v) {
  io(v.memory), io(v.budget), io(v.files), io(v.tasks);
}
template <class Io>
void Fields(Io& io, report::Finding& v) {
  io.Enum(v.code);
  io.Enum(v.severity);
  io(v.file), io(v.offset), io(v.expected), io(v.actual), io(v.message);
}
template <class Io>
void Fields(Io& io, ValueDifference& v) {
  io(v.differing), io(v.first_index), io(v.first_a), io(v.first_b), io(v.max_abs), io(v.max_rel);
}
template <class Io>
void Fields(Io& io, LeafResult& v) {
  io(v.leaf), io(v.complete), io(v.memory_needed), io(v.stored_matched), io(v.blake3);
  io(v.sha256), io(v.stored), io(v.blocks), io(v.chunks), io(v.difference), io(v.findings);
}

struct Writer {
  ByteWriter w;

  void operator()(bool v) { w.U8(v); }
  void operator()(uint8_t v) { w.U8(v); }
  void operator()(uint32_t v) { w.Varint(v); }
  void operator()(uint64_t v) { w.Varint(v); }
  void operator()(double v) {
    uint64_t bits;
    std::memcpy(&bits, &v, 8);
    w.U64Le(bits);
  }
  void operator()(const std::string& v) { w.Sized(v); }
  void operator()(const ByteVector& v) { w.Sized(Bytes(v)); }
  void operator()(const hash::Digest& v) { w.Raw(v); }
  template <class E>
  void Enum(E v) {
    w.U8(static_cast<uint8_t>(v));
  }
  template <class T>
  void operator()(const std::vector<T>& v) {
    w.Varint(v.size());
    for (const T& x : v) (*this)(x);
  }
  template <class T>
  void operator()(const std::optional<T>& v) {
    w.U8(v.has_value());
    if (v) (*this)(*v);
  }
  template <class... Kinds>
  void operator()(const std::variant<Kinds...>& v) {
    w.U8(static_cast<uint8_t>(v.index()));
    (Kind(std::get_if<Kinds>(&v)), ...);
  }
  template <class T>
  void Kind(const T* v) {
    if (v) (*this)(*v);
  }
  template <class T>
  void operator()(const T& v) {
    Fields(*this, const_cast<T&>(v));  // a Writer changes nothing
  }
  void Nested(const zarr::CodecChain& v) { (*this)(v); }
};

struct Reader {
  ByteReader r;
  int depth = 0;

  void operator()(bool& v) { v = r.U8() != 0; }
  void operator()(uint8_t& v) { v = r.U8(); }
  void operator()(uint32_t& v) { v = r.Varint32(); }
  void operator()(uint64_t& v) { v = r.Varint64(); }
  void operator()(double& v) {
    const uint64_t bits = r.U64Le();
    std::memcpy(&v, &bits, 8);
  }
  void operator()(std::string& v) { v = AsText(r.Take(r.Varint64())); }
  void operator()(ByteVector& v) { v = ToVector(r.Take(r.Varint64())); }
  void operator()(hash::Digest& v) { v = r.Array<32>(); }
  template <class E>
  void Enum(E& v) {
    v = static_cast<E>(r.U8());
  }
  template <class T>
  void operator()(std::vector<T>& v) {
    const uint64_t n = r.Count("list", ~uint64_t{0}, 1);
    List(v, n);
  }
  // At most one.
  void operator()(std::vector<zarr::ShardingSpec>& v) { List(v, r.Count("sharding", 1, 1)); }
  template <class T>
  void List(std::vector<T>& v, uint64_t n) {
    for (uint64_t i = 0; i < n && r.ok(); ++i) (*this)(v.emplace_back());
  }
  template <class T>
  void operator()(std::optional<T>& v) {
    if (r.U8() != 0) (*this)(v.emplace());
  }
  template <class... Kinds>
  void operator()(std::variant<Kinds...>& v) {
    const uint8_t index = r.U8();
    if (index >= sizeof...(Kinds)) return r.Fail(ErrorCode::kInvalid, "no kind of task");
    uint8_t kind = 0;
    ((kind++ == index ? (*this)(v.template emplace<Kinds>()) : void()), ...);
  }
  template <class T>
  void operator()(T& v) {
    Fields(*this, v);
  }
  // Shards may lie within shards, but only as deep as metadata allows, whatever the bytes say.
  void Nested(zarr::CodecChain& v) {
    constexpr int kMaxDepth = 64;
    if (++depth > kMaxDepth) r.Fail(ErrorCode::kLimit, "shards within shards too deep");
    (*this)(v);
    --depth;
  }
};

bool IsTransposeOf(const std::vector<uint32_t>& transpose, size_t rank) {
  if (transpose.empty()) return true;
  std::vector<uint8_t> seen(rank);
  for (uint32_t axis : transpose) {
    if (axis >= rank || seen[axis]) return false;
    seen[axis] = true;
  }
  return transpose.size() == rank;
}

bool IsShardingOf(const zarr::CodecChain& codecs, const std::vector<uint64_t>& chunk_shape) {
  if (codecs.sharding.empty()) return true;
  const zarr::ShardingSpec& spec = codecs.sharding[0];
  const std::vector<uint64_t> outer = zarr::StoredShape(codecs, chunk_shape);
  if (spec.chunk_shape.size() != outer.size() ||
      !IsTransposeOf(spec.codecs.transpose, outer.size()) ||
      !IsTransposeOf(spec.index_transpose, outer.size() + 1))
    return false;
  for (size_t i = 0; i < outer.size(); ++i)
    if (spec.chunk_shape[i] == 0 || outer[i] % spec.chunk_shape[i] != 0) return false;
  return IsShardingOf(spec.codecs, spec.chunk_shape);
}

bool IsSizeOf(uint64_t nbytes, const std::vector<uint64_t>& shape, uint32_t itemsize) {
  const auto elements = CheckedProduct(shape);
  return elements && CheckedMul(*elements, itemsize) == nbytes;
}

// Checks what the readers of a job's arrays rely on: both sides are the same build, but a worker's
// input is still input.
Status Validate(const ArrayTask& array, size_t files) {
  const zarr::ArrayMetadata& m = array.metadata;
  const auto bad = [](const std::string& what) {
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
  const auto grid = zarr::GridShape(m.shape, m.chunk_shape);
  const auto count = zarr::ChunkCount(grid);
  if (!array.kept.empty() && array.kept.size() != grid.size()) return bad("part");
  for (size_t i = 0; i < array.kept.size(); ++i)
    if (array.kept[i].size() != grid[i]) return bad("part");
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

bool IsRare(const ArrayTask& array) { return zarr::HasRareCodec(array.metadata.codecs); }
bool IsRare(const LeafTask& task) {
  return IsRare(task.array) || (task.comparison() && IsRare(task.comparison()->other));
}

Status Validate(const ContentPart& part) {
  if (part.whole == 0 ||
      (part.begin % hash::kBlockSize == 0 && RangeFits(part.begin, part.take, part.whole)))
    return std::nullopt;
  return Error{ErrorCode::kInvalid, "job: part of the content", {}, "", ""};
}

}  // namespace

bool HashesTogether(const Job& job) {
  return std::count_if(job.tasks.begin(), job.tasks.end(),
                       [](const LeafTask& task) { return task.WantsSha256(); }) > 1;
}

Ask JobAsk(Job& job, uint64_t budget, bool host_hashes) {
  job.budget = budget;
  Ask ask;
  ask.kind = AskKind::kJob;
  ask.input = Serialize(job);
  // A job that needs the whole budget may have to be read in parts, which only codecs.wasm can do.
  ask.rare_codecs = job.memory >= budget || (!host_hashes && HashesTogether(job)) ||
                    std::any_of(job.tasks.begin(), job.tasks.end(),
                                [](const LeafTask& task) { return IsRare(task); });
  ask.cost = std::min(budget, job.memory + ask.input.size());
  return ask;
}

std::string ValuesOf(const Job& job) {
  constexpr size_t kMost = 4 << 20;  // bytes; values not listed are read when they are asked for
  std::string out = "[[";
  for (const std::string& file : job.files) {
    if (out.size() > 2) out += ',';
    AppendJsonString(out, file);
  }
  out += ']';
  for (const LeafTask& task : job.tasks) {
    // A part may need one chunk of a shard's many.
    if (task.content() && task.content()->part && task.content()->part->hand_out &&
        !task.array.metadata.codecs.sharding.empty())
      continue;
    for (const ArrayTask* array = &task.array; array;) {
      for (const ChunkRef& chunk : array->chunks)
        if (chunk.file != kInlineChunk && out.size() < kMost)
          out += ',' + UintList({array->source, chunk.file, chunk.offset, chunk.length});
      array = array == &task.array && task.comparison() ? &task.comparison()->other : nullptr;
    }
  }
  return out + ']';
}

std::optional<uint64_t> LargerGrant(uint64_t grant, uint64_t needed, uint64_t budget) {
  if (needed <= grant || grant >= budget) return std::nullopt;
  return std::min(budget, std::max(needed, 2 * grant));
}

ByteVector Serialize(const Job& job) {
  Writer writer;
  writer(job);
  return writer.w.Release();
}

Result<Job> ParseJob(Bytes bytes) {
  Reader reader{ByteReader(bytes)};
  Job job;
  reader(job);
  if (!reader.r.End()) return reader.r.error().Prefixed("job");
  for (const LeafTask& task : job.tasks) {
    if (Status s = Validate(task.array, job.files.size())) return *s;
    if (task.comparison())
      if (Status s = Validate(task.comparison()->other, job.files.size())) return *s;
    if (task.file() && task.file()->algorithm > hash::FileAlgorithm::kBlake3)
      return Error{ErrorCode::kInvalid, "job: no such algorithm", {}, "", ""};
    if (task.content() && task.content()->part)
      if (Status s = Validate(*task.content()->part)) return *s;
  }
  return job;
}

ByteVector Serialize(const std::vector<LeafResult>& results) {
  Writer writer;
  writer(results);
  return writer.w.Release();
}

Result<std::vector<LeafResult>> ParseResults(Bytes bytes) {
  Reader reader{ByteReader(bytes)};
  std::vector<LeafResult> results;
  reader(results);
  if (!reader.r.End()) return reader.r.error().Prefixed("job result");
  return results;
}

}  // namespace leafsum::content
