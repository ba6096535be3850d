// A fixed sample of the campaigns bit_flips and coarse_faults, without their real readers: what is
// VERIFIED has the digests that it had, and damage in a leaf's values is blamed on that leaf alone.
#include "campaigns/damage/judge.h"
#include "support/catch.h"

namespace leafsum::campaign {
namespace {

constexpr const char* kSome[] = {
    "seed000/artifacts/baseline_ckpt", "legacy/orbax-0.2.3/aggregate_some/ckpt",
    "legacy/orbax-0.5.10/zarr3_write_read_chunks/ckpt",
    "legacy/orbax-0.11.37/flax_legacy_checkpoint/ckpt", "hunt/bare_zarr/ckpt"};

std::string Digests(const test::MemorySource& source) {
  Run digest(R"({"command":"digest","all_steps":true})", source);
  digest.Go();
  return digest.output();
}

TEST_CASE("a flipped bit is blamed on the leaf that it lies in, or changes no leaf") {
  size_t in_leaf = 0, verified = 0;
  for (const char* name : kSome) {
    Base base = LoadBase(name);
    const std::string before = Digests(base.source);
    for (const auto& [file, whole] : std::map(base.source.files())) {
      ByteVector& bytes = *base.source.Find(file);
      for (size_t bit = 3; bit < 8 * bytes.size(); bit += 127) {
        INFO(name << " " << file << " byte " << bit / 8 << " bit " << bit % 8);
        bytes[bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
        const Said said = Verify(base, base.source);
        const auto leaves = base.LeavesAt(file, bit / 8, bit / 8 + 1);
        INFO(said.ToString());
        CHECK(said.exit_code != 2);
        if (said.Verified()) {
          ++verified;
          CHECK(Digests(base.source) == before);
        } else if (!leaves.empty()) {
          ++in_leaf;
          CHECK(said.NamesOnly(leaves));
        }
        bytes[bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
      }
    }
  }
  CHECK(in_leaf > 500);
  CHECK(verified > 50);
}

TEST_CASE("a file that is cut, zeroed or missing is VERIFIED only where no leaf is in it") {
  for (const char* name : kSome) {
    const Base base = LoadBase(name);
    const std::string before = Digests(base.source);
    for (const auto& [file, whole] : base.source.files()) {
      std::vector<ByteVector> broken = {ByteVector(whole.size())};
      for (size_t n = 0; n < whole.size(); n += 1 + whole.size() / 12)
        broken.emplace_back(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
      for (const ByteVector& bytes : broken) {
        INFO(name << " " << file << " " << bytes.size() << " of " << whole.size() << " bytes");
        test::MemorySource source = base.source;
        source.Put(file, bytes);
        const Said said = Verify(base, source);
        INFO(said.ToString());
        if (base.ranges.count(file) != 0) CHECK(!said.Verified());
        if (said.Verified()) CHECK(Digests(source) == before);
      }
    }
  }
}

}  // namespace
}  // namespace leafsum::campaign
