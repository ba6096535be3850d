// bit_flips STATE: every bit of every base is flipped once, and `verify` asked.
//
// A unit of work is a file. Its row in STATE: how many flips ended how, how many lay in a leaf's
// values and were blamed on that leaf, and which flips were VERIFIED, as [byte, bits of it]: these
// are for the real readers to judge (oracle.py).
#include <cstdio>
#include <map>

#include "campaigns/damage/judge.h"
#include "campaigns/damage/state.h"

namespace leafsum::campaign {
namespace {

using nlohmann::json;

struct Tally {
  std::map<std::string, uint64_t> exits, codes;
  uint64_t flips = 0, in_leaf = 0, blamed = 0;
  json verified = json::array(), not_blamed = json::array(), unequal = json::array();
};

void Count(const Base& base, const std::string& file, uint64_t at, unsigned bit, Tally& tally,
           unsigned& passed) {
  const Said said = Verify(base, base.source);
  ++tally.flips;
  ++tally.exits[std::to_string(said.exit_code)];
  for (const report::Finding& finding : said.findings)
    ++tally.codes[std::string(report::CodeName(finding.code))];
  if (said.Verified()) {
    passed |= 1u << bit;
    // What the stored digests let pass, values let pass too: now and then.
    if (at % 16 == bit && !Verify(base, base.source, true).Verified())
      tally.unequal.push_back({at, bit});
    return;
  }
  const auto leaves = base.LeavesAt(file, at, at + 1);
  if (leaves.empty()) return;
  ++tally.in_leaf;
  if (said.NamesOnly(leaves)) {
    ++tally.blamed;
  } else if (tally.not_blamed.size() < 20) {
    tally.not_blamed.push_back({at, bit, said.ToString()});
  }
}

json FlipAll(Base& base, const std::string& file) {
  Tally tally;
  ByteVector& bytes = *base.source.Find(file);
  for (uint64_t at = 0; at < bytes.size(); ++at) {
    BeginCase(base.name.c_str(), file.c_str(), "byte", at, 0);
    unsigned passed = 0;
    for (unsigned bit = 0; bit < 8; ++bit) {
      bytes[at] ^= static_cast<uint8_t>(1u << bit);
      Count(base, file, at, bit, tally, passed);
      bytes[at] ^= static_cast<uint8_t>(1u << bit);
    }
    if (passed != 0) tally.verified.push_back({at, passed});
  }
  return {{"base", base.name},        {"file", file},
          {"flips", tally.flips},     {"exits", tally.exits},
          {"codes", tally.codes},     {"in_leaf", tally.in_leaf},
          {"blamed", tally.blamed},   {"verified", tally.verified},
          {"unequal", tally.unequal}, {"not_blamed", tally.not_blamed}};
}

}  // namespace
}  // namespace leafsum::campaign

int main(int argc, char** argv) {
  using namespace leafsum::campaign;
  if (argc < 2) return std::fprintf(stderr, "bit_flips STATE\n"), 2;
  State state(argv[1]);
  for (const std::string& name : BaseNames()) {
    Base base = LoadBase(name);
    std::vector<std::string> files;
    for (const auto& [file, bytes] : base.source.files()) files.push_back(file);
    for (const std::string& file : files) {
      const std::string unit = name + " " + file;
      if (!state.Has(unit)) state.Add(unit, FlipAll(base, file));
    }
    std::fprintf(stderr, "%s\n", name.c_str());
  }
}
