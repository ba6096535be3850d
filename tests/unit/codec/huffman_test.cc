// Literals of every code length and size against a model that goes bit by bit; whole and damaged.
#include "codec/huffman.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <random>

#include "support/catch.h"
#include "support/hex.h"

using namespace leafsum;
using leafsum::test::Exact;

namespace {

struct Code {
  unsigned log = 0;
  std::vector<uint8_t> weight;   // of each symbol, 0 where it has no code
  std::vector<uint32_t> bits;    // its code
  std::vector<unsigned> length;  // and how many bits that has
  HuffmanTable table{};
};

// A random complete code whose longest codes have `log` bits: leaves of a tree, split until there
// are `symbols`.
Code MakeCode(std::mt19937& random, unsigned log, size_t symbols) {
  std::vector<unsigned> leaves(1, 0);
  for (unsigned deepest = 0; deepest < log; ++deepest) {
    leaves.back() = deepest + 1;
    leaves.push_back(deepest + 1);
  }
  while (leaves.size() < symbols) {
    const auto fits = [&](unsigned length) { return length < log; };
    if (std::none_of(leaves.begin(), leaves.end(), fits)) break;
    unsigned& leaf = leaves[random() % leaves.size()];
    if (!fits(leaf)) continue;
    leaves.push_back(++leaf);
  }
  std::shuffle(leaves.begin(), leaves.end(), random);
  Code code;
  code.log = log;
  uint32_t count[kHuffmanMaxLog + 1] = {};
  for (const unsigned length : leaves) {
    if (leaves.size() < 200 && random() % 4 == 0) {  // a symbol that does not occur
      code.weight.push_back(0);
      ++count[0];
    }
    code.weight.push_back(static_cast<uint8_t>(log + 1 - length));
    ++count[code.weight.back()];
  }
  code.bits.resize(code.weight.size());
  code.length.resize(code.weight.size());
  uint32_t at = 0;
  for (unsigned w = 1; w <= log; ++w) {
    for (size_t s = 0; s < code.weight.size(); ++s) {
      if (code.weight[s] != w) continue;
      code.bits[s] = at >> (w - 1);
      code.length[s] = log + 1 - w;
      at += 1u << (w - 1);
    }
  }
  REQUIRE(at == 1u << log);
  HuffmanFill(&code.table, code.weight.data(), static_cast<unsigned>(code.weight.size()), count,
              log);
  return code;
}

ByteVector Symbols(std::mt19937& random, const Code& code, size_t n) {
  ByteVector out;
  while (out.size() < n) {
    const size_t s = random() % code.weight.size();
    if (code.weight[s] != 0) out.push_back(static_cast<uint8_t>(s));
  }
  return out;
}

ByteVector Encode1(const Code& code, Bytes content) {
  std::vector<bool> bits;
  for (size_t i = content.size(); i-- > 0;) {
    for (unsigned b = 0; b < code.length[content[i]]; ++b)
      bits.push_back(code.bits[content[i]] >> b & 1);
  }
  bits.push_back(true);
  ByteVector out((bits.size() + 7) / 8);
  for (size_t i = 0; i < bits.size(); ++i)
    out[i / 8] = static_cast<uint8_t>(out[i / 8] | bits[i] << i % 8);
  return out;
}

ByteVector Encode4(const Code& code, Bytes content) {
  const size_t quarter = (content.size() + 3) / 4;
  ByteVector out(6), streams;
  for (size_t i = 0; i < 4; ++i) {
    const size_t from = i * quarter;
    const ByteVector stream =
        Encode1(code, content.subspan(from, i == 3 ? content.size() - from : quarter));
    if (i < 3)
      out[2 * i] = static_cast<uint8_t>(stream.size()),
              out[2 * i + 1] = static_cast<uint8_t>(stream.size() >> 8);
    streams.insert(streams.end(), stream.begin(), stream.end());
  }
  out.insert(out.end(), streams.begin(), streams.end());
  return out;
}

// Nothing where the stream does not end with the last of `n` symbols.
std::optional<ByteVector> Model1(const Code& code, Bytes in, size_t n) {
  if (in.empty() || in.back() == 0) return std::nullopt;
  size_t left = in.size() * 8 - 1;
  while (!(in[left / 8] >> left % 8 & 1)) --left;
  ByteVector out;
  while (out.size() < n) {
    uint32_t bits = 0;
    unsigned length = 0;
    size_t found = code.weight.size();
    while (found == code.weight.size()) {
      if (left == 0) return std::nullopt;
      --left;
      bits = bits << 1 | (in[left / 8] >> left % 8 & 1);
      ++length;
      for (size_t s = 0; s < code.weight.size(); ++s) {
        if (code.length[s] == length && code.bits[s] == bits) found = s;
      }
    }
    out.push_back(static_cast<uint8_t>(found));
  }
  return left == 0 ? std::optional(out) : std::nullopt;
}

std::optional<ByteVector> Model4(const Code& code, Bytes in, size_t n) {
  const size_t quarter = (n + 3) / 4;
  ByteVector out;
  size_t at = 6;
  for (size_t i = 0; i < 4; ++i) {
    const size_t size = i == 3 ? in.size() - at : in[2 * i] | in[2 * i + 1] << 8;
    if (size > in.size() - at) return std::nullopt;
    const auto part = Model1(code, in.subspan(at, size), i == 3 ? n - 3 * quarter : quarter);
    if (!part) return std::nullopt;
    out.insert(out.end(), part->begin(), part->end());
    at += size;
  }
  return out;
}

template <typename Decode>
std::optional<ByteVector> Run(Decode decode, const Code& code, Bytes in, size_t n) {
  const Exact exact(in);  // own allocations, whose bounds the sanitizers watch
  const std::unique_ptr<uint8_t[]> out(new uint8_t[n]);
  const Bytes bytes = exact;
  if (!decode(&code.table, out.get(), n, bytes.data(), bytes.size())) return std::nullopt;
  return ByteVector(out.get(), out.get() + n);
}

constexpr size_t kSizes[] = {6, 7, 9, 16, 33, 100, 257, 1000, 4099};

}  // namespace

TEST_CASE("Huffman literals of all code lengths", "[huffman]") {
  std::mt19937 random(1);
  for (unsigned log = 1; log <= kHuffmanMaxLog; ++log) {
    for (const size_t symbols : {2, 5, 60, 256}) {
      const Code code = MakeCode(random, log, symbols);
      for (const size_t n : kSizes) {
        CAPTURE(log, symbols, n);
        const ByteVector content = Symbols(random, code, n);
        CHECK(Run(HuffmanDecode1, code, Encode1(code, content), n) == content);
        CHECK(Run(HuffmanDecode4, code, Encode4(code, content), n) == content);
      }
    }
  }
}

TEST_CASE("Damaged Huffman literals: accepted are those whose streams end where they must",
          "[huffman]") {
  std::mt19937 random(2);
  size_t accepted = 0, refused = 0;
  for (unsigned log = 1; log <= kHuffmanMaxLog; ++log) {
    const Code code = MakeCode(random, log, 30);
    for (const size_t n : {7, 40, 300}) {
      const ByteVector intact = Encode4(code, Symbols(random, code, n));
      for (int i = 0; i < 60; ++i) {
        ByteVector damaged = intact;
        size_t size = n;
        switch (i % 4) {
          case 0:
            damaged.resize(std::max<size_t>(10, damaged.size() - random() % 9));
            break;
          case 1:
            damaged.insert(damaged.begin() + static_cast<long>(6 + random() % (damaged.size() - 6)),
                           1);
            break;
          case 2:
            size += random() % 2 ? 1 : 4;
            break;
          default:
            break;
        }
        if (i % 4 != 2)
          damaged[random() % damaged.size()] ^= static_cast<uint8_t>(1 << random() % 8);
        CAPTURE(log, n, i);
        const auto expected = Model4(code, damaged, size);
        CHECK(Run(HuffmanDecode4, code, damaged, size) == expected);
        (expected ? accepted : refused) += 1;
      }
    }
  }
  CHECK(accepted > 20);
  CHECK(refused > 1000);
}
