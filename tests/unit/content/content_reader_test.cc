#include "content/content_reader.h"

#include <numeric>

#include "support/catch.h"
#include "support/drive.h"
#include "support/encode.h"
#include "support/queue_machine.h"
#include "support/stored_array.h"

using namespace leafsum;
using namespace leafsum::content;
using test::ArrayForm;
using test::Random;
using test::StoredArray;
using test::StoredValue;
using State = ContentReader::State;
using codec::CodecKind;

namespace {

constexpr uint64_t kPlenty = uint64_t{256} << 20;

struct Outcome {
  State state = State::kBytes;
  ByteVector content;
  report::Finding failure;
  uint64_t memory_needed = 0;
  uint64_t begin = 0;  // in the content
  std::vector<report::Finding> warnings;
  std::vector<std::pair<uint64_t, std::string>> values;  // index, digest
};

// From the group on that holds byte `from`; then without the values' digests.
Outcome Read(const StoredArray& a, uint64_t seed, uint64_t memory = kPlenty,
             std::optional<uint64_t> from = {}) {
  Outcome o;
  ReadQueue queue(a.files);
  test::QueueMachine machine{queue};
  test::OpenAsks asks({&a.source}, seed);
  ContentReader::OnValue on_value;
  if (ContentReader::HashesValues(a.task.metadata) && !from)
    on_value = [&](const ChunkRef& ref, const hash::Digest& d) {
      o.values.emplace_back(ref.index, hash::ToHex(d));
    };
  ContentReader reader(a.task, queue, memory, on_value);
  if (from) o.begin = reader.StartAt(*from);
  for (;;) {
    Bytes out;
    o.state = reader.Next(out);
    if (o.state == State::kBytes) {
      o.content.insert(o.content.end(), out.begin(), out.end());
    } else if (o.state == State::kBlocked) {
      if (asks.Hungry()) {
        const uint64_t budget = asks.Budget();
        asks.Add(machine.Poll(budget), budget);
      }
      if (asks.Empty()) asks.Starve();
      test::AnswerAsk(machine, asks, asks.Take());
    } else {
      break;
    }
  }
  Bytes nothing;
  CHECK(reader.Next(nothing) == o.state);  // the end stays the end
  if (o.state == State::kFailed) o.failure = reader.failure();
  o.memory_needed = reader.memory_needed();
  o.warnings = reader.TakeWarnings();
  return o;
}

std::string Describe(const ArrayForm& f) {
  const auto text = [](const auto& v) {
    std::string s = "[";
    for (auto x : v) s += std::to_string(x) + " ";
    return s + "]";
  };
  const auto codecs = [](const codec::CodecSpecs& specs) {
    std::string s;
    for (const auto& c : specs) s += " codec" + std::to_string(static_cast<int>(c.kind));
    return s;
  };
  std::string s = f.type + " shape " + text(f.shape) + " chunks " + text(f.chunk_shape) +
                  " transpose " + text(f.codecs.transpose) + codecs(f.codecs.bytes_codecs) +
                  (f.codecs.big_endian ? " big" : "");
  for (const auto& shard : f.codecs.sharding)
    s += " inner " + text(shard.chunk_shape) + " transpose " + text(shard.codecs.transpose) +
         codecs(shard.codecs.bytes_codecs) + (shard.codecs.big_endian ? " big" : "");
  return s;
}

codec::CodecSpecs RandomCodecs(Random& r) {
  using Specs = codec::CodecSpecs;
  const codec::CodecSpec zstd{CodecKind::kZstd, false}, gzip{CodecKind::kGzip, false};
  const codec::CodecSpec zlib{CodecKind::kZlib, false}, crc{CodecKind::kCrc32c, false},
      blosc{CodecKind::kBlosc, false};
  switch (r.Below(10)) {
    case 0:
      return Specs{zstd};
    case 1:
      return Specs{zlib};
    case 2:
      return Specs{gzip};
    case 3:
      return Specs{crc};
    case 4:
      return Specs{zstd, crc};
    case 5:
      return Specs{crc, gzip};
    case 6:
      return Specs{blosc};
    case 7:
      return Specs{blosc, zlib};
    default:
      return Specs{};
  }
}

std::vector<uint32_t> RandomTranspose(Random& r, size_t rank) {
  std::vector<uint32_t> t;
  if (rank == 0 || !r.OneIn(3)) return t;
  t.resize(rank);
  std::iota(t.begin(), t.end(), 0u);
  if (r.OneIn(3)) {
    std::reverse(t.begin(), t.end());  // order "F"
  } else {
    r.Shuffle(t);
  }
  return t;
}

// More inner chunks along an axis than any small form has room for would only repeat them, by the
// 10,000.
constexpr uint64_t kMostInnerChunks = 10;

uint64_t RandomDivisor(Random& r, uint64_t n) {
  uint64_t parts = 0;
  do parts = r.Between(1, std::min(n, kMostInnerChunks));
  while (n % parts != 0);
  return n / parts;
}

// Puts sharding between a chunk and its elements.
void Shard(zarr::CodecChain& codecs, const std::vector<uint64_t>& chunk_shape, Random& r) {
  zarr::ShardingSpec shard;
  shard.codecs = std::move(codecs);
  codecs = {};
  codecs.transpose = RandomTranspose(r, chunk_shape.size());
  for (uint64_t n : zarr::StoredShape(codecs, chunk_shape))
    shard.chunk_shape.push_back(RandomDivisor(r, n));
  if (r.OneIn(2)) shard.index_codecs = {{CodecKind::kCrc32c, false}};
  shard.index_big_endian = r.OneIn(3);
  shard.index_at_end = !r.OneIn(3);
  if (r.OneIn(3)) shard.index_transpose = RandomTranspose(r, chunk_shape.size() + 1);
  codecs.sharding.push_back(std::move(shard));
}

void AddSharding(ArrayForm& f, Random& r) {
  Shard(f.codecs, f.chunk_shape, r);
  zarr::ShardingSpec* innermost = &f.codecs.sharding[0];
  while (r.OneIn(2)) {
    Shard(innermost->codecs, innermost->chunk_shape, r);
    innermost = &innermost->codecs.sharding[0];
  }
  f.empty_one_in = r.Pick<uint64_t>({0, 3});
  f.gaps_in_shards = r.OneIn(3);
}

void ChooseRest(ArrayForm& f, Random& r, bool sharded) {
  const auto type = zarr::ParseZarr3Type(f.type);
  f.codecs.big_endian = type->swap_size > 1 && r.OneIn(3);
  f.codecs.transpose = RandomTranspose(r, f.shape.size());
  f.codecs.bytes_codecs = RandomCodecs(r);
  f.absent_one_in = r.Pick<uint64_t>({0, 2, 5});
  f.inline_one_in = r.Pick<uint64_t>({0, 0, 2, 1});
  f.own_files = r.OneIn(2);
  f.windowed_zstd = r.OneIn(2);
  if (sharded) AddSharding(f, r);
}

ArrayForm SmallForm(Random& r, bool sharded) {
  ArrayForm f;
  f.type =
      r.Pick<const char*>({"bool", "int4", "int2", "float4_e2m1fn", "uint8", "int16", "bfloat16",
                           "float32", "float64", "complex64", "complex128", "r40", "r8", "r24"});
  const size_t rank = static_cast<size_t>(r.Below(5));
  for (size_t d = 0; d < rank; ++d) {
    f.shape.push_back(r.OneIn(25) ? 0 : r.Between(1, 7));
    f.chunk_shape.push_back(r.Between(1, f.shape.back() + 3));
  }
  ChooseRest(f, r, sharded);
  return f;
}

// Chunks side by side that are too large to be decoded whole.
ArrayForm LargeForm(Random& r, bool sharded) {
  ArrayForm f;
  f.type = r.Pick<const char*>({"float64", "complex64", "r40", "r96"});
  f.shape = {r.Between(1, 4), r.Between(60000, 90000)};
  f.chunk_shape = {r.Between(1, 2), r.Between(30000, 60000)};
  if (sharded && f.chunk_shape[1] % 2 != 0) ++f.chunk_shape[1];
  ChooseRest(f, r, sharded);
  return f;
}

void CheckReads(const StoredArray& a, uint64_t seed) {
  const Outcome o = Read(a, seed);
  if (o.state == State::kFailed) FAIL(o.failure.message);
  REQUIRE(o.state == State::kDone);
  REQUIRE(o.content.size() == a.content.size());
  if (o.content != a.content) {
    size_t i = 0;
    while (o.content[i] == a.content[i]) ++i;
    FAIL("content differs at byte " << i << " of " << a.content.size());
  }
  CHECK(o.warnings.empty());
  if (!ContentReader::HashesValues(a.task.metadata)) return;
  REQUIRE(o.values.size() == a.values.size());
  for (size_t i = 0; i < a.values.size(); ++i) {
    CHECK(o.values[i].first == a.values[i].index);
    CHECK(o.values[i].second == hash::ToHex(hash::Blake3Of(a.values[i].bytes)));
  }
}

}  // namespace

TEST_CASE("Content of small arrays of every form, as a model says element by element") {
  for (uint64_t n = 0; n < 3000; ++n) {
    Random random(n);
    const ArrayForm form = SmallForm(random, n % 3 == 0);
    CAPTURE(n, Describe(form));
    const StoredArray a = test::StoreArray(form, random);
    for (uint64_t seed : {uint64_t{0}, n + 1}) CheckReads(a, seed);
  }
}

TEST_CASE("Content from the middle on, without the chunks before") {
  size_t skipped = 0;
  for (uint64_t n = 0; n < 1500; ++n) {
    Random random(n);
    const ArrayForm form = SmallForm(random, n % 3 == 0);
    CAPTURE(n, Describe(form));
    const StoredArray a = test::StoreArray(form, random);
    if (a.content.empty()) continue;
    const uint64_t from = random.Below(a.content.size());
    const Outcome o = Read(a, n, kPlenty, from);
    REQUIRE(o.state == State::kDone);
    CHECK(o.begin <= from);
    CHECK(o.content.size() + o.begin == a.content.size());
    CHECK(std::equal(o.content.begin(), o.content.end(),
                     a.content.begin() + static_cast<ptrdiff_t>(o.begin)));
    skipped += o.begin > 0;
  }
  CHECK(skipped > 300);
}

TEST_CASE("Content of chunks that are decoded side by side as streams") {
  for (uint64_t n = 0; n < 12; ++n) {
    Random random(1000 + n);
    const ArrayForm form = LargeForm(random, n % 3 == 0);
    CAPTURE(n, Describe(form));
    const StoredArray a = test::StoreArray(form, random);
    for (uint64_t seed : {uint64_t{0}, n + 1}) CheckReads(a, seed);
  }
}

TEST_CASE("A chunk of many read pieces") {
  for (const char* type : {"float32", "r40", "bool"}) {
    for (const bool compressed : {false, true}) {
      Random random(5);
      ArrayForm form;
      form.type = type;
      form.shape = {900001};
      form.chunk_shape = {1000000};
      if (compressed) form.codecs.bytes_codecs = {{CodecKind::kZstd, false}};
      CAPTURE(type, compressed);
      const StoredArray a = test::StoreArray(form, random);
      for (uint64_t seed : {0, 1, 2}) CheckReads(a, seed);
    }
  }
}

TEST_CASE(
    "What a grant does not allow is refused with one that does, whatever the order of answers") {
  size_t refused = 0;
  for (uint64_t n = 0; n < 120; ++n) {
    Random random(n);
    const bool large = n % 20 == 19;
    const ArrayForm form = large ? LargeForm(random, n % 40 == 19) : SmallForm(random, n % 3 == 0);
    CAPTURE(n, Describe(form));
    const StoredArray a = test::StoreArray(form, random);
    if (a.content.empty()) continue;
    uint64_t memory = 1;
    for (int round = 0;; ++round) {
      REQUIRE(round < 8);  // a group after the other may say more; the grant doubles at least
      const Outcome o = Read(a, 0, memory), other = Read(a, n + 1, memory);
      REQUIRE(o.state == other.state);
      CHECK(o.memory_needed == other.memory_needed);
      if (o.state == State::kDone) {
        CHECK(o.content == a.content);
        CHECK(other.content == a.content);
        break;
      }
      ++refused;
      REQUIRE(o.state == State::kNeedsMemory);
      REQUIRE(o.memory_needed > memory);
      CHECK(Read(a, n + 2, o.memory_needed - 1).state == State::kNeedsMemory);
      memory = std::max(o.memory_needed, 2 * memory);  // as HashStage: a later group may need more
    }
    CHECK(memory <= kPlenty);
  }
  CHECK(refused > 100);
}

TEST_CASE("What no grant allows is refused without an overflow") {
  ArrayTask task;
  zarr::ArrayMetadata& m = task.metadata;
  m.type = *zarr::ParseZarr3Type("uint8");
  m.fill_value = {0};
  ReadQueue queue({"f"});
  const auto needed = [&](std::vector<uint64_t> shape, std::vector<uint64_t> chunk,
                          std::vector<uint32_t> transpose) {
    m.shape = std::move(shape);
    m.chunk_shape = std::move(chunk);
    m.codecs.transpose = std::move(transpose);
    m.nbytes = m.chunk_nbytes = 1;
    for (uint64_t s : m.shape) m.nbytes *= s;
    for (uint64_t s : m.chunk_shape) m.chunk_nbytes *= s;
    task.chunks = {{0, 0, 0, 100}};
    ContentReader reader(task, queue, kPlenty, nullptr);
    Bytes out;
    REQUIRE(reader.Next(out) == State::kNeedsMemory);
    return reader.memory_needed();
  };
  const uint64_t big = uint64_t{1} << 31;
  CHECK(needed({2, big, big}, {2, 1, 1}, {}) > big);          // 2^62 chunks side by side
  CHECK(needed({big, big}, {big, big}, {1, 0}) > big * big);  // one transposed chunk of 2^62 bytes
  CHECK(needed({big, 4, big / 2}, {2, 2, big / 2}, {2, 1, 0}) > big);
}

TEST_CASE("A zstd window counts against the grant before it is allocated") {
  // 8 MiB of window, one block.
  Random random(3);
  ArrayForm form;
  form.type = "uint8";
  form.shape = form.chunk_shape = {100};
  form.codecs.bytes_codecs = {{CodecKind::kZstd, false}};
  const StoredArray a = test::StoreArray(form, random, [](StoredValue& v) {
    ByteVector content(v.bytes.end() - 100, v.bytes.end());
    test::ZstdFrameOptions options;
    options.window = uint8_t{13 << 3};
    v.bytes = test::ZstdFrame({{content, 0}}, options);
  });
  const Outcome refused = Read(a, 1, 4 << 20);
  REQUIRE(refused.state == State::kNeedsMemory);
  CHECK(refused.memory_needed > 8 << 20);
  CHECK(Read(a, 1, refused.memory_needed).content == a.content);
}

TEST_CASE("Bytes behind a zstd frame are a warning where readers ignore them, else an error") {
  for (const bool ignored : {true, false}) {
    for (const uint64_t columns : {uint64_t{5}, uint64_t{40000}}) {  // whole, stream
      Random random(1);
      ArrayForm form;
      form.type = "float64";
      form.shape = {2, 2 * columns};
      form.chunk_shape = {2, columns};
      form.codecs.bytes_codecs = {{CodecKind::kZstd, ignored}};
      const StoredArray a = test::StoreArray(form, random, [](StoredValue& v) {
        if (v.index == 1) v.bytes.insert(v.bytes.end(), 7, 0xab);
      });
      CAPTURE(ignored, columns);
      const Outcome o = Read(a, 9);
      if (!ignored) {
        REQUIRE(o.state == State::kFailed);
        CHECK(o.failure.code == report::Code::kInvalid);
        continue;
      }
      REQUIRE(o.state == State::kDone);
      CHECK(o.content == a.content);
      REQUIRE(o.warnings.size() == 1);
      CHECK(o.warnings[0].code == report::Code::kTrailingBytes);
      CHECK(o.warnings[0].file == "d/all");
      CHECK(o.warnings[0].offset == a.task.chunks[1].offset + a.task.chunks[1].length - 7);
      CHECK(o.warnings[0].actual == "7 bytes");
    }
  }
}

namespace {

struct Damage {
  const char* what;
  report::Code code;
  std::function<void(ArrayForm&)> form;
  std::function<void(StoredValue&)> value;  // of chunk 1
  std::function<void(StoredArray&)> array;
};

void Codec(ArrayForm& f, CodecKind kind) { f.codecs.bytes_codecs = {{kind, false}}; }
void Shards(ArrayForm& f, bool at_end) {
  zarr::ShardingSpec shard;
  shard.chunk_shape = {f.chunk_shape[0], f.chunk_shape[1] / 2};
  shard.index_codecs = {{CodecKind::kCrc32c, false}};
  shard.index_at_end = at_end;
  f.codecs.sharding.push_back(shard);
}
// The index is two entries and a checksum, at the end.
void SetShardIndex(StoredValue& v, size_t at, uint64_t entry) {
  ByteVector index(v.bytes.end() - 36, v.bytes.end() - 4);
  v.bytes.resize(v.bytes.size() - 36);
  for (size_t i = 0; i < 8; ++i) index[at * 8 + i] = static_cast<uint8_t>(entry >> (8 * i));
  index = test::Crc32cAfter(index);
  v.bytes.insert(v.bytes.end(), index.begin(), index.end());
}
std::string FileOf(const StoredArray& a, size_t chunk) {
  return a.files[a.task.chunks[chunk].file];
}

std::vector<Damage> Damages() {
  using report::Code;
  const auto none = [](ArrayForm&) {};
  const auto zstd = [](ArrayForm& f) { Codec(f, CodecKind::kZstd); };
  const auto crc = [](ArrayForm& f) { Codec(f, CodecKind::kCrc32c); };
  const auto gzip = [](ArrayForm& f) { Codec(f, CodecKind::kGzip); };
  const auto zlib = [](ArrayForm& f) { Codec(f, CodecKind::kZlib); };
  const auto shards = [](ArrayForm& f) { Shards(f, true); };
  const auto shards_start = [](ArrayForm& f) { Shards(f, false); };
  const auto cut = [](StoredValue& v) { v.bytes.pop_back(); };
  const auto grow = [](StoredValue& v) { v.bytes.push_back(0); };
  const auto flip_last = [](StoredValue& v) { v.bytes.back() ^= 1; };
  const auto flip_first = [](StoredValue& v) { v.bytes.front() ^= 1; };
  const auto clear = [](StoredValue& v) { v.bytes.clear(); };
  const auto middle = [](StoredValue& v) { v.bytes[v.bytes.size() / 2] ^= 1; };
  return {
      {"stored as it is, one byte short", Code::kInvalid, none, cut, {}},
      {"stored as it is, one byte long", Code::kInvalid, none, grow, {}},
      {"no bytes at all", Code::kInvalid, none, clear, {}},
      {"zstd, cut", Code::kTruncated, zstd, cut, {}},
      {"zstd, no bytes at all", Code::kTruncated, zstd, clear, {}},
      {"zstd, something behind", Code::kInvalid, zstd, grow, {}},
      {"zstd, bad magic", Code::kInvalid, zstd, flip_first, {}},
      {"zstd of too few bytes",
       Code::kInvalid,
       zstd,
       [](StoredValue& v) { v.bytes = test::ZstdOf(ByteVector(8)); },
       {}},
      {"zstd of one byte too many",
       Code::kInvalid,
       zstd,
       [](StoredValue& v) {
         v.bytes = test::ZstdFrame({{{0}, 128 << 10},
                                    {{0}, 128 << 10},
                                    {{0}, 128 << 10},
                                    {{0}, 128 << 10},
                                    {{0}, 128 << 10},
                                    {{0}, 1}},
                                   {.content_size = {}, .window = uint8_t{0x50}, .dictionary = {}});
       },
       {}},
      {"zstd with a dictionary",
       Code::kInvalid,
       zstd,
       [](StoredValue& v) {
         v.bytes = test::ZstdFrame({{{0}, 1}}, {.content_size = 1, .window = {}, .dictionary = 5});
       },
       {}},
      {"crc32c, bad checksum", Code::kChecksum, crc, flip_last, {}},
      {"crc32c, bad content", Code::kChecksum, crc, flip_first, {}},
      {"crc32c, content bad in the middle", Code::kChecksum, crc, middle, {}},
      {"crc32c, cut to three bytes",
       Code::kTruncated,
       crc,
       [](StoredValue& v) { v.bytes.resize(3); },
       {}},
      {"gzip, bad magic", Code::kInvalid, gzip, flip_first, {}},
      {"gzip, bad length", Code::kInvalid, gzip, flip_last, {}},
      {"gzip, bad checksum",
       Code::kChecksum,
       gzip,
       [](StoredValue& v) { v.bytes[v.bytes.size() - 8] ^= 1; },
       {}},
      {"gzip, cut", Code::kTruncated, gzip, cut, {}},
      {"zlib, bad checksum", Code::kChecksum, zlib, flip_last, {}},
      {"zlib, cut", Code::kTruncated, zlib, cut, {}},
      {"missing file",
       Code::kMissingFile,
       none,
       {},
       [](StoredArray& a) { a.source.Remove(FileOf(a, 1)); }},
      {"file cut",
       Code::kTruncated,
       none,
       {},
       [](StoredArray& a) { a.source.Find(FileOf(a, 1))->pop_back(); }},
      {"file cut, zstd",
       Code::kTruncated,
       zstd,
       {},
       [](StoredArray& a) { a.source.Find(FileOf(a, 1))->pop_back(); }},
      {"file empty",
       Code::kTruncated,
       none,
       {},
       [](StoredArray& a) { a.source.Find(FileOf(a, 1))->clear(); }},
      {"unreadable",
       Code::kUnreadable,
       none,
       {},
       [](StoredArray& a) { a.source.Refuse(FileOf(a, 1), {Failure::kUnreadable, "EIO"}); }},
      {"changed",
       Code::kChangedDuringRead,
       zstd,
       {},
       [](StoredArray& a) { a.source.Refuse(FileOf(a, 1), {Failure::kChanged, ""}); }},
      {"shard index, bad checksum", Code::kChecksum, shards, flip_last, {}},
      {"shard index at the start, bad checksum", Code::kChecksum, shards_start, flip_first, {}},
      {"shard shorter than its index",
       Code::kTruncated,
       shards,
       [](StoredValue& v) { v.bytes.resize(35); },
       {}},
      {"inner chunk outside the shard",
       Code::kInvalid,
       shards,
       [](StoredValue& v) { SetShardIndex(v, 2, 1 << 30); },
       {}},
      {"inner chunk that overflows",
       Code::kInvalid,
       shards,
       [](StoredValue& v) { SetShardIndex(v, 2, ~uint64_t{1}); },
       {}},
      {"entry half empty",
       Code::kInvalid,
       shards,
       [](StoredValue& v) { SetShardIndex(v, 2, ~uint64_t{0}); },
       {}},
      {"inner chunk too short",
       Code::kInvalid,
       shards,
       [](StoredValue& v) { SetShardIndex(v, 3, 8); },
       {}},
      {"inner chunk too long",
       Code::kInvalid,
       shards,
       [](StoredValue& v) {
         SetShardIndex(v, 2, 0);
         SetShardIndex(v, 3, v.bytes.size());
       },
       {}},
      {"inner chunk of no bytes",
       Code::kInvalid,
       shards,
       [](StoredValue& v) { SetShardIndex(v, 3, 0); },
       {}},
      {"shards in a missing file",
       Code::kMissingFile,
       shards,
       {},
       [](StoredArray& a) { a.source.Remove(FileOf(a, 1)); }},
      {"a bit of the index of a shard within a shard",
       Code::kChecksum,
       [](ArrayForm& f) {
         Shards(f, true);
         zarr::ShardingSpec inner = f.codecs.sharding[0];
         inner.chunk_shape[0] = 1;
         inner.index_at_end = false;  // hence the first bytes of one that begins the outer one
         f.codecs.sharding[0].codecs.sharding.push_back(inner);
       },
       [](StoredValue& v) { v.bytes[0] ^= 1; },
       {}},
  };
}

}  // namespace

TEST_CASE("Damage is one finding with file and offset, the same for every order of answers") {
  for (const uint64_t columns : {uint64_t{10}, uint64_t{40000}}) {  // decoded whole, as streams
    for (const Damage& damage : Damages()) {
      CAPTURE(damage.what, columns);
      Random random(1);
      ArrayForm form;
      form.type = "float64";
      form.shape = {3, 2 * columns};
      form.chunk_shape = {2, columns};
      form.own_files = true;
      damage.form(form);
      StoredArray a = test::StoreArray(form, random, [&](StoredValue& v) {
        if (v.index == 1 && damage.value) damage.value(v);
      });
      if (damage.array) damage.array(a);
      std::optional<Outcome> first;
      for (uint64_t seed = 0; seed < 6; ++seed) {
        CAPTURE(seed);
        const Outcome o = Read(a, seed);
        REQUIRE(o.state == State::kFailed);
        CHECK(report::CodeName(o.failure.code) == report::CodeName(damage.code));
        CHECK(o.failure.file == FileOf(a, 1));
        REQUIRE(o.failure.offset);
        CHECK(*o.failure.offset <= a.task.chunks[1].length);
        CHECK_THAT(o.failure.message, Catch::Matchers::StartsWith("chunk a.b/c/0/1: "));
        if (!first) first = o;
        CHECK(o.failure == first->failure);
      }
    }
  }
}

TEST_CASE("What the index says of inner chunks beyond the array's edge is not read") {
  for (const bool inside : {true, false}) {
    Random random(1);
    ArrayForm form;
    form.type = "float64";
    form.shape = {3, 15};  // the second shard's second inner chunk begins at 15
    form.chunk_shape = {3, 10};
    Shards(form, true);
    const StoredArray a = test::StoreArray(form, random, [&](StoredValue& v) {
      if (v.index == 1) SetShardIndex(v, inside ? 0 : 2, ~uint64_t{0});
    });
    const Outcome o = Read(a, 0);
    CAPTURE(inside);
    CHECK(o.state == (inside ? State::kFailed : State::kDone));
    CHECK((o.content == a.content) == !inside);
  }
}

TEST_CASE("The offset of damage in a file is where the value lies in it") {
  Random random(1);
  ArrayForm form;
  form.type = "float32";
  form.shape = form.chunk_shape = {50};
  form.codecs.bytes_codecs = {{CodecKind::kCrc32c, false}};
  StoredArray a = test::StoreArray(form, random, [](StoredValue& v) { v.bytes.back() ^= 1; });
  const uint64_t shift = 1000;
  ByteVector& file = *a.source.Find("d/all");
  file.insert(file.begin(), shift, 0);
  const uint64_t before = a.task.chunks[0].offset;
  const Outcome o0 = Read(a, 0);
  REQUIRE(o0.state == State::kFailed);  // other bytes
  a.task.chunks[0].offset += shift;
  const Outcome o = Read(a, 0);
  REQUIRE(o.state == State::kFailed);
  CHECK(o.failure.code == report::Code::kChecksum);
  REQUIRE(o.failure.offset);
  CHECK(*o.failure.offset >= before + shift);
  CHECK(*o.failure.offset <= before + shift + a.task.chunks[0].length);
}

TEST_CASE("A bool that is neither 0 nor 1 is found in the chunk that it lies in") {
  for (size_t chunk = 0; chunk < 4; ++chunk) {
    Random random(1);
    ArrayForm form;
    form.type = "bool";
    form.shape = {4, 12};
    form.chunk_shape = {2, 6};
    form.own_files = true;
    const StoredArray a = test::StoreArray(form, random, [&](StoredValue& v) {
      if (v.index == chunk) v.bytes[7] = 2;
    });
    CAPTURE(chunk);
    for (uint64_t seed : {0, 1}) {
      const Outcome o = Read(a, seed);
      REQUIRE(o.state == State::kFailed);
      CHECK(o.failure.code == report::Code::kInvalid);
      CHECK(o.failure.file == FileOf(a, chunk));
      CHECK(o.failure.offset == 7);
      CHECK(o.failure.actual == "2");
    }
  }
}

TEST_CASE("Damage in several chunks: the first in order of the content is named") {
  Random random(1);
  ArrayForm form;
  form.type = "float64";
  form.shape = {4, 80000};
  form.chunk_shape = {2, 40000};
  form.own_files = true;
  StoredArray a = test::StoreArray(form, random);
  for (size_t chunk : {1, 2, 3}) a.source.Remove(FileOf(a, chunk));
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const Outcome o = Read(a, seed);
    REQUIRE(o.state == State::kFailed);
    CHECK(o.failure.file == FileOf(a, 1));
  }
}
