#include "support/stored_array.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "support/encode.h"
#include "support/hex.h"

namespace leafsum::test {
namespace {

using Index = std::vector<uint64_t>;

uint64_t Product(const Index& v) {
  return std::accumulate(v.begin(), v.end(), uint64_t{1}, std::multiplies<>());
}

// Steps `at` through `shape` in C order; false after the last. A zero in `shape`: call Product
// first.
bool Step(Index& at, const Index& shape) {
  for (size_t d = shape.size(); d-- > 0;) {
    if (++at[d] < shape[d]) return true;
    at[d] = 0;
  }
  return false;
}

uint32_t AxisOf(const std::vector<uint32_t>& transpose, size_t i) {
  return transpose.empty() ? static_cast<uint32_t>(i) : transpose[i];
}

void AppendLe64(ByteVector& out, uint64_t v, bool big) {
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<uint8_t>(v >> (8 * (big ? 7 - i : i))));
}

struct Writer {
  const ArrayForm& form;
  const zarr::ArrayMetadata& m;
  Bytes content;
  Random& random;

  // The element at `at` as it is stored; outside the shape, whatever.
  void Element(ByteVector& out, const Index& at, bool big_endian) {
    const uint32_t item = m.type.itemsize;
    uint64_t linear = 0;
    bool inside = true;
    for (size_t d = 0; d < at.size(); ++d) {
      inside = inside && at[d] < m.shape[d];
      linear = linear * m.shape[d] + at[d];
    }
    if (!inside) {
      const ByteVector garbage = random.SomeBytes(item);
      out.insert(out.end(), garbage.begin(), garbage.end());
      return;
    }
    const uint8_t* source = content.data() + linear * item;
    out.insert(out.end(), source, source + item);
    uint8_t* e = out.data() + out.size() - item;
    if (m.type.mask != 0xff)
      e[0] |= static_cast<uint8_t>(random.Next()) & static_cast<uint8_t>(~m.type.mask);
    if (big_endian)
      for (size_t i = 0; i < item; i += m.type.swap_size)
        std::reverse(e + i, e + i + m.type.swap_size);
  }

  // A box of the array. `axes`: of each axis of the box, the axis of the array; `from`: its start
  // in the array.
  ByteVector Encode(const zarr::CodecChain& codecs, const Index& box,
                    const std::vector<uint32_t>& axes, const Index& from) {
    Index stored(box.size());
    std::vector<uint32_t> stored_axes(box.size());
    for (size_t i = 0; i < box.size(); ++i) {
      stored[i] = box[AxisOf(codecs.transpose, i)];
      stored_axes[i] = axes[AxisOf(codecs.transpose, i)];
    }
    if (!codecs.sharding.empty()) return EncodeShard(codecs.sharding[0], stored, stored_axes, from);
    ByteVector out;
    out.reserve(static_cast<size_t>(Product(box) * m.type.itemsize));
    Index at(box.size()), element;
    do {
      element = from;
      for (size_t i = 0; i < at.size(); ++i) element[stored_axes[i]] += at[i];
      Element(out, element, codecs.big_endian);
    } while (Step(at, stored));
    return EncodeBytes(codecs.bytes_codecs, std::move(out), form.windowed_zstd);
  }

  bool OnlyFill(const Index& box, const std::vector<uint32_t>& axes, const Index& from) {
    Index at(box.size()), element;
    do {
      uint64_t linear = 0;
      element = from;
      for (size_t i = 0; i < at.size(); ++i) element[axes[i]] += at[i];
      bool inside = true;
      for (size_t d = 0; d < element.size(); ++d) {
        inside = inside && element[d] < m.shape[d];
        linear = linear * m.shape[d] + element[d];
      }
      if (!inside) continue;
      const auto e = content.begin() + static_cast<std::ptrdiff_t>(linear * m.type.itemsize);
      if (!std::equal(m.fill_value.begin(), m.fill_value.end(), e)) return false;
    } while (Step(at, box));
    return true;
  }

  ByteVector EncodeShard(const zarr::ShardingSpec& spec, const Index& box,
                         const std::vector<uint32_t>& axes, const Index& from) {
    Index grid(box.size());
    for (size_t i = 0; i < box.size(); ++i) grid[i] = box[i] / spec.chunk_shape[i];
    const size_t count = static_cast<size_t>(Product(grid));
    std::vector<ByteVector> chunks(count);
    std::vector<bool> empty(count);
    Index at(box.size());
    for (size_t n = 0; n < count; ++n, Step(at, grid)) {
      Index start(from);
      for (size_t i = 0; i < at.size(); ++i) start[axes[i]] += at[i] * spec.chunk_shape[i];
      empty[n] = OnlyFill(spec.chunk_shape, axes, start) && random.OneIn(2);
      if (!empty[n]) chunks[n] = Encode(spec.codecs, spec.chunk_shape, axes, start);
    }
    const size_t index_size = count * 16 + 4 * spec.index_codecs.size();
    std::vector<size_t> order(count);
    std::iota(order.begin(), order.end(), size_t{0});
    random.Shuffle(order);
    ByteVector body;
    std::vector<uint64_t> offsets(count);
    for (size_t n : order) {
      if (empty[n]) continue;
      if (form.gaps_in_shards)
        body.resize(body.size() + static_cast<size_t>(random.Below(9)), 0xee);
      offsets[n] = body.size() + (spec.index_at_end ? 0 : index_size);
      body.insert(body.end(), chunks[n].begin(), chunks[n].end());
    }
    if (form.gaps_in_shards) body.resize(body.size() + static_cast<size_t>(random.Below(9)), 0xee);
    // The array [grid..., 2], with its axes permuted.
    Index dims(grid), stored(grid.size() + 1), place(stored.size());
    dims.push_back(2);
    for (size_t i = 0; i < stored.size(); ++i) stored[i] = dims[AxisOf(spec.index_transpose, i)];
    ByteVector index;
    do {
      Index entry(dims.size());
      for (size_t i = 0; i < stored.size(); ++i) entry[AxisOf(spec.index_transpose, i)] = place[i];
      uint64_t n = 0;
      for (size_t i = 0; i < grid.size(); ++i) n = n * grid[i] + entry[i];
      const size_t at_n = static_cast<size_t>(n);
      AppendLe64(index,
                 empty[at_n]         ? ~uint64_t{0}
                 : entry.back() == 0 ? offsets[at_n]
                                     : chunks[at_n].size(),
                 spec.index_big_endian);
    } while (Step(place, stored));
    index = EncodeBytes(spec.index_codecs, std::move(index), false);
    if (index.size() != index_size) std::abort();
    return spec.index_at_end ? Concat({body, index}) : Concat({index, body});
  }
};

void SetBox(ByteVector& content, const zarr::ArrayMetadata& m, const Index& box,
            const Index& from) {
  Index at(box.size());
  do {
    uint64_t linear = 0;
    bool inside = true;
    for (size_t d = 0; d < at.size(); ++d) {
      inside = inside && from[d] + at[d] < m.shape[d];
      linear = linear * m.shape[d] + from[d] + at[d];
    }
    if (inside)
      std::copy(m.fill_value.begin(), m.fill_value.end(),
                content.begin() + static_cast<std::ptrdiff_t>(linear * m.type.itemsize));
  } while (Step(at, box));
}

// The shape of an inner chunk along the array's axes.
Index InnerBox(const zarr::CodecChain& codecs) {
  Index box(codecs.sharding[0].chunk_shape.size());
  for (size_t i = 0; i < box.size(); ++i)
    box[AxisOf(codecs.transpose, i)] = codecs.sharding[0].chunk_shape[i];
  return box;
}

void ForEachBox(const Index& shape, const Index& box,
                const std::function<void(uint64_t, const Index&)>& f) {
  Index grid(shape.size());
  for (size_t d = 0; d < shape.size(); ++d) grid[d] = (shape[d] + box[d] - 1) / box[d];
  if (Product(grid) == 0) return;
  Index at(shape.size());
  uint64_t index = 0;
  do {
    Index from(at);
    for (size_t d = 0; d < at.size(); ++d) from[d] *= box[d];
    f(index++, from);
  } while (Step(at, grid));
}

ByteVector Elements(const zarr::DataType& type, uint64_t count, Random& random) {
  ByteVector out = random.SomeBytes(static_cast<size_t>(count * type.itemsize));
  for (uint8_t& b : out) b &= type.is_bool ? 1 : type.mask;
  return out;
}

}  // namespace

ByteVector EncodeBytes(const codec::CodecSpecs& specs, ByteVector bytes, bool windowed_zstd) {
  for (const codec::CodecSpec& spec : specs) {
    if (spec.kind == codec::CodecKind::kZstd && windowed_zstd) {
      std::vector<ZstdBlock> blocks;
      for (size_t at = 0; at < bytes.size() || blocks.empty(); at += 1000) {
        const size_t n = std::min<size_t>(1000, bytes.size() - at);
        blocks.push_back({ToVector(Bytes(bytes).subspan(at, n)), 0});
      }
      ZstdFrameOptions options;
      options.window = uint8_t{0};  // 1 KiB
      bytes = ZstdFrame(blocks, options);
    } else {
      const auto encode = WriterOf(spec.kind).encode;
      if (!encode) std::abort();
      bytes = encode(bytes);
    }
  }
  return bytes;
}

zarr::ArrayMetadata MetadataOf(const ArrayForm& form, Random& random) {
  zarr::ArrayMetadata m;
  auto type = zarr::ParseZarr3Type(form.type);
  if (!type) std::abort();
  m.type = *type;
  m.zarr_format = 3;
  m.shape = form.shape;
  m.chunk_shape = form.chunk_shape;
  m.codecs = form.codecs;
  m.key_encoding = {true, '/'};
  m.fill_value = Elements(m.type, 1, random);
  m.nbytes = Product(m.shape) * m.type.itemsize;
  m.chunk_nbytes = Product(m.chunk_shape) * m.type.itemsize;
  return m;
}

StoredArray StoreArray(const ArrayForm& form, Random& random,
                       const std::function<void(StoredValue&)>& change) {
  StoredArray a;
  a.task.metadata = MetadataOf(form, random);
  const zarr::ArrayMetadata& m = a.task.metadata;
  a.task.key_prefix = "a.b/";
  a.task.document_name = "zarr.json";
  a.task.document = ToVector(AsBytes("{}"));
  a.content = Elements(m.type, Product(m.shape), random);

  std::vector<bool> absent;
  ForEachBox(m.shape, m.chunk_shape, [&](uint64_t, const Index& from) {
    absent.push_back(form.absent_one_in != 0 && random.OneIn(form.absent_one_in));
    if (absent.back()) SetBox(a.content, m, m.chunk_shape, from);
  });
  if (!m.codecs.sharding.empty() && form.empty_one_in != 0) {
    const Index box = InnerBox(m.codecs);
    ForEachBox(m.shape, box, [&](uint64_t, const Index& from) {
      if (random.OneIn(form.empty_one_in)) SetBox(a.content, m, box, from);
    });
  }

  std::vector<uint32_t> axes(m.shape.size());
  std::iota(axes.begin(), axes.end(), 0u);
  Writer writer{form, m, a.content, random};
  ForEachBox(m.shape, m.chunk_shape, [&](uint64_t index, const Index& from) {
    if (absent[static_cast<size_t>(index)]) return;
    StoredValue value{index, writer.Encode(m.codecs, m.chunk_shape, axes, from)};
    if (change) change(value);
    a.values.push_back(std::move(value));
  });

  // Where they lie: in any order.
  a.task.chunks.resize(a.values.size());
  std::vector<size_t> order(a.values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  random.Shuffle(order);
  ByteVector together;
  for (size_t i : order) {
    content::ChunkRef& ref = a.task.chunks[i];
    const ByteVector& bytes = a.values[i].bytes;
    ref.index = a.values[i].index;
    ref.length = bytes.size();
    if (form.inline_one_in != 0 && random.OneIn(form.inline_one_in)) {
      ref.offset = a.task.inline_bytes.size();
      a.task.inline_bytes.insert(a.task.inline_bytes.end(), bytes.begin(), bytes.end());
    } else if (form.own_files) {
      ref.file = static_cast<uint32_t>(a.files.size());
      a.files.push_back("c/" + std::to_string(ref.index));
      a.source.Put(a.files.back(), bytes);
    } else {
      together.resize(together.size() + static_cast<size_t>(random.Below(20)), 0xcc);
      ref.file = 0;
      ref.offset = together.size();
      together.insert(together.end(), bytes.begin(), bytes.end());
    }
  }
  if (!form.own_files) {
    a.files.push_back("d/all");
    a.source.Put("d/all", std::move(together));
  }
  return a;
}

}  // namespace leafsum::test
