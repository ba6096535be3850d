#include "support/drive.h"

#include <cstdio>
#include <cstdlib>

#include "content/leaf_job.h"
#include "content/parts_reader.h"
#include "hash/sha256.h"

namespace leafsum::test {
namespace {

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "Drive: %s\n", what);
  std::abort();
}

}  // namespace

uint64_t OpenAsks::Budget() {
  if (seed_ == 0) return uint64_t{64} << 20;
  return random_.Pick<uint64_t>({0, 1, 4 << 10, 100000, 1 << 20, 64 << 20});
}

void OpenAsks::Add(std::vector<Ask> asks, uint64_t budget) {
  uint64_t cost = 0;
  for (const Ask& ask : open_) cost += ask.cost;
  for (Ask& ask : asks) {
    cost += ask.cost;
    if (cost > budget && !open_.empty()) Die("more was asked for than the budget allows");
    for (const Ask& other : open_)
      if (other.id == ask.id) Die("two open asks have one id");
    open_.push_back(std::move(ask));
  }
}

void OpenAsks::Starve() const { Die("nothing is open, nothing was asked for, and Done is false"); }

Ask OpenAsks::Take() {
  const size_t i = seed_ == 0 ? 0 : static_cast<size_t>(random_.Below(open_.size()));
  Ask ask = std::move(open_[i]);
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
  return ask;
}

const MemorySource& OpenAsks::SourceOf(const Ask& ask) const {
  if (ask.source >= sources_.size()) Die("an ask names a source that does not exist");
  return *sources_[ask.source];
}

ByteVector OpenAsks::Compute(const Ask& ask) {
  if (ask.kind == AskKind::kDigest) return ToVector(hash::Sha256Of(ask.input));
  return RunJob(ask.input, sources_, seed_ == 0 ? 0 : random_.Next() | 1, abilities_);
}

content::Abilities AllAbilities() {
  content::Abilities all;
  all.parts = content::MakePartsReader;
  all.sha256_of_all = hash::Sha256OfAll;
  return all;
}

ByteVector RunJob(Bytes job, const Sources& sources, uint64_t seed,
                  const content::Abilities& abilities) {
  const Exact input(job);
  const Result<content::Job> parsed = content::ParseJob(input);
  if (!parsed) Die("a job cannot be read");
  if (content::Serialize(*parsed) != ToVector(job))
    Die("a job is not what it was after reading and writing");
  content::LeafJob machine(input, abilities);
  Drive(machine, sources, seed);
  return machine.TakeResult();
}

}  // namespace leafsum::test
