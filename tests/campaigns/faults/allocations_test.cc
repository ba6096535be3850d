// Decoders whose libraries get no memory: values by real encoders, with each allocation failing.
// That is `limit`, the memory of this machine, and never damage; with memory the same decoder is of
// use again.
#include "campaigns/faults/allocations.h"

#include "support/catch.h"
#include "support/encode.h"
#include "support/vectors.h"
#include "unit/codec/run.h"

namespace leafsum::campaign {
namespace {

using codec::CodecKind;
using codec::CodecSpecs;
namespace run = codec::test;

struct Value {
  std::string name;
  CodecSpecs specs;
  ByteVector encoded;
  uint64_t size = 0;
};

std::vector<Value> Values() {
  const std::map<std::string, CodecKind> kinds = {
      {"zstd", CodecKind::kZstd},     {"zlib", CodecKind::kZlib}, {"gzip", CodecKind::kGzip},
      {"crc32c", CodecKind::kCrc32c}, {"bz2", CodecKind::kBz2},   {"blosc", CodecKind::kBlosc}};
  std::vector<Value> values;
  const auto vectors = test::LoadVectors("codec/encoded.json");
  for (const auto& v : vectors["encoded"]) {
    Value value;
    value.name = v["name"].get<std::string>();
    for (const auto& one : v["codecs"]) value.specs.push_back({kinds.at(one.get<std::string>())});
    value.size = v["content"]["size"].get<uint64_t>();
    value.encoded = test::FromHex(v["encoded"].get<std::string>());
    values.push_back(std::move(value));
  }
  return values;
}

TEST_CASE("a decoder whose library gets no memory says so, and finds no damage") {
  std::map<CodecKind, uint64_t> failed;  // by the codec that is undone first
  for (const Value& value : Values()) {
    const run::Outcome whole = run::Run(value.specs, value.encoded, value.size);
    REQUIRE(whole.code() == "done");
    for (const run::Pieces pieces : {run::Pieces{}, run::Pieces{100, 1000}}) {
      for (const bool forever : {false, true}) {
        for (uint64_t n = 0;; ++n) {
          INFO(value.name << ", allocation " << n << (forever ? " and all later" : ""));
          const auto decoder = codec::MakeDecoder(value.specs, value.size);
          FailAllocation(Allocations::kOfLibraries, n, forever);
          const run::Outcome outcome = run::Run(*decoder, value.encoded, value.size, pieces);
          FailNone();
          if (!HasFailed()) {
            CHECK(outcome.bytes == whole.bytes);
            break;
          }
          ++failed[value.specs.back().kind];
          REQUIRE(outcome.code() == "limit");
          CHECK(outcome.error->message.find("no memory to decode") != std::string::npos);
          decoder->Reset();
          const run::Outcome again = run::Run(*decoder, value.encoded, value.size, pieces);
          CHECK((again.code() == "limit" || again.bytes == whole.bytes));
        }
      }
    }
  }
  for (const CodecKind kind :
       {CodecKind::kZstd, CodecKind::kZlib, CodecKind::kGzip, CodecKind::kBz2, CodecKind::kBlosc})
    CHECK(failed[kind] > 0);
}

TEST_CASE("a node whose library gets no memory is no damaged node") {
  const ByteVector content = test::Pattern(5000);
  const ByteVector frame = test::ZstdOf(content);
  uint64_t n = 0;
  for (;; ++n) {
    FailAllocation(Allocations::kOfLibraries, n, false);
    const auto decoded = codec::DecodeZstdFrame(frame, 1 << 20);
    FailNone();
    if (!HasFailed()) {
      REQUIRE(decoded);
      CHECK(*decoded == content);
      break;
    }
    REQUIRE(!decoded);
    CHECK(decoded.error().code == ErrorCode::kLimit);
  }
  CHECK(n > 0);
}

}  // namespace
}  // namespace leafsum::campaign
