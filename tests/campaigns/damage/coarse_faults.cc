// coarse_faults STATE: every file of every base is cut at every length, has blocks of zeros in it,
// is doubled, missing, swapped with another, or taken from another step or checkpoint.
//
// A unit of work is a file with one kind of fault. Its row in STATE: how many cases ended how, how
// many of those not VERIFIED name the file or a leaf in it, and the edits that were VERIFIED: these
// are for the real readers to judge (oracle.py).
#include <cstdio>
#include <map>

#include "campaigns/damage/judge.h"
#include "campaigns/damage/state.h"

namespace leafsum::campaign {
namespace {

using nlohmann::json;
using Edit = std::pair<std::string, json>;  // a file, and what oracle.py makes of it

constexpr uint64_t kBlocks[] = {16, 256, 4096};

class Faults {
 public:
  Faults(const std::vector<Base>& bases, size_t at, State& state)
      : bases_(bases), base_(bases[at]), at_(at), state_(state) {}

  void Run() {
    for (const auto& [file, bytes] : base_.source.files()) {
      Unit("cut", file, &Faults::Cuts);
      Unit("zero", file, &Faults::Zeros);
      Unit("whole", file, &Faults::Whole);
      Unit("swap", file, &Faults::Swaps);
      Unit("take", file, &Faults::Taken);
    }
  }

 private:
  void Unit(const std::string& kind, const std::string& file,
            void (Faults::*make)(const std::string&)) {
    const std::string unit = base_.name + " " + kind + " " + file;
    if (state_.Has(unit)) return;
    exits_.clear();
    cases_ = named_ = 0;
    verified_ = not_named_ = json::array();
    BeginCase(base_.name.c_str(), file.c_str(), kind.c_str(), 0, 0);
    (this->*make)(file);
    state_.Add(unit, {{"base", base_.name},
                      {"kind", kind},
                      {"file", file},
                      {"cases", cases_},
                      {"exits", exits_},
                      {"named", named_},
                      {"verified", verified_},
                      {"not_named", not_named_}});
  }

  const ByteVector& Bytes(const std::string& file) const { return *base_.source.Find(file); }

  void Cuts(const std::string& file) {
    ByteVector bytes = Bytes(file);
    while (!bytes.empty()) {
      bytes.pop_back();
      Try(file, bytes, {"cut", bytes.size()});
    }
  }

  void Zeros(const std::string& file) {
    const ByteVector& whole = Bytes(file);
    for (const uint64_t block : kBlocks) {
      for (uint64_t from = 0; from < whole.size(); from += block / 2) {
        ByteVector bytes = whole;
        const uint64_t n = std::min<uint64_t>(block, whole.size() - from);
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(from), n, uint8_t{0});
        Try(file, bytes, {"zero", from, n});
      }
    }
  }

  void Whole(const std::string& file) {
    ByteVector twice = Bytes(file);
    twice.insert(twice.end(), Bytes(file).begin(), Bytes(file).end());
    Try(file, twice, {"double"});
    test::MemorySource source = base_.source;
    source.Remove(file);
    Judge(source, {{file, {"remove"}}});
  }

  void Swaps(const std::string& file) {
    for (const auto& [other, bytes] : base_.source.files()) {
      if (other <= file || bytes == Bytes(file)) continue;
      test::MemorySource source = base_.source;
      source.Put(other, Bytes(file));
      source.Put(file, bytes);
      Judge(source, {{file, {"swap", other}}});
    }
  }

  // From every other checkpoint the file of the same name, and two more.
  void Taken(const std::string& file) {
    const auto name_of = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
    for (size_t b = 0; b < bases_.size(); ++b) {
      size_t others = 0;
      for (const auto& [other, bytes] : bases_[b].source.files()) {
        if (b == at_ && other == file) continue;
        if (name_of(other) != name_of(file) && (b == at_ || ++others > 2)) continue;
        Try(file, bytes, {"take", bases_[b].name + "/" + other});
      }
    }
  }

  void Try(const std::string& file, const ByteVector& bytes, json edit) {
    if (bytes == Bytes(file)) return;
    test::MemorySource source = base_.source;
    source.Put(file, bytes);
    Judge(source, {{file, std::move(edit)}});
  }

  void Judge(const test::MemorySource& source, const std::vector<Edit>& edits) {
    BeginCase(base_.name.c_str(), edits[0].first.c_str(), edits[0].second.dump().c_str(), 0, 0);
    const Said said = Verify(base_, source);
    ++cases_;
    ++exits_[std::to_string(said.exit_code)];
    if (said.Verified()) {
      verified_.push_back(edits);
      return;
    }
    const std::string& file = edits[0].first;
    std::set<LeafName> leaves;
    if (const auto found = base_.ranges.find(file); found != base_.ranges.end())
      for (const LeafRange& range : found->second)
        leaves.insert(range.leaves.begin(), range.leaves.end());
    if (said.NamesFile(file) || said.Names(leaves) ||
        (edits[0].second[0] == "swap" && said.NamesFile(edits[0].second[1])))
      ++named_;
    else if (not_named_.size() < 5)
      not_named_.push_back({edits, said.ToString()});
  }

  const std::vector<Base>& bases_;
  const Base& base_;
  size_t at_;
  State& state_;
  std::map<std::string, uint64_t> exits_;
  uint64_t cases_ = 0, named_ = 0;
  json verified_, not_named_;
};

}  // namespace
}  // namespace leafsum::campaign

int main(int argc, char** argv) {
  using namespace leafsum::campaign;
  if (argc < 2) return std::fprintf(stderr, "coarse_faults STATE\n"), 2;
  State state(argv[1]);
  std::vector<Base> bases;
  for (const std::string& name : BaseNames()) bases.push_back(LoadBase(name));
  for (size_t i = 0; i < bases.size(); ++i) {
    Faults(bases, i, state).Run();
    std::fprintf(stderr, "%s\n", bases[i].name.c_str());
  }
}
