// A host for the core's state machines: answers what Verifier and LeafJob ask for, in an order and
// within budgets that a seed chooses. Whatever the seed, the result must be the same bytes.
#pragma once

#include <string>
#include <vector>

#include "content/abilities.h"
#include "io/ask.h"
#include "support/hex.h"
#include "support/memory_source.h"
#include "support/random.h"

namespace leafsum::test {

// Ask::source counts into these.
using Sources = std::vector<const MemorySource*>;

// What codecs.wasm has, without a host's own engines.
content::Abilities AllAbilities();
// The result of a LeafJob that ran this serialized job.
ByteVector RunJob(Bytes job, const Sources& sources, uint64_t seed,
                  const content::Abilities& abilities = AllAbilities());

// Asks that were handed out and not answered yet. Seed 0 answers them in order, one at a time, with
// a large budget. Aborts where the core breaks its side: asks nothing while it waits, or more than
// the budget.
class OpenAsks {
 public:
  // `abilities`: of those that run its jobs.
  OpenAsks(Sources sources, uint64_t seed, content::Abilities abilities = AllAbilities())
      : sources_(std::move(sources)),
        seed_(seed),
        random_(seed),
        abilities_(std::move(abilities)) {}

  uint64_t Budget();
  void Add(std::vector<Ask> asks, uint64_t budget);
  bool Empty() const { return open_.empty(); }
  [[noreturn]] void Starve() const;
  bool Hungry() { return open_.empty() || (seed_ != 0 && random_.OneIn(2)); }
  Ask Take();
  const MemorySource& SourceOf(const Ask& ask) const;
  // What the host computes: kDigest and kJob.
  ByteVector Compute(const Ask& ask);
  Random& random() { return random_; }

 private:
  Sources sources_;
  uint64_t seed_;
  Random random_;
  content::Abilities abilities_;
  std::vector<Ask> open_;
};

template <class Machine>
void AnswerAsk(Machine& machine, OpenAsks& asks, const Ask& ask) {
  if (ask.kind != AskKind::kRead && ask.kind != AskKind::kSize) {
    machine.Feed(ask.id, Exact(asks.Compute(ask)));
    return;
  }
  const ReadAnswer answer = Answer(asks.SourceOf(ask), ask);
  if (answer.refusal) {
    machine.Fail(ask.id, answer.refusal->failure, answer.refusal->why);
    return;
  }
  if (ask.kind == AskKind::kSize) {
    ByteVector size(8);
    for (size_t i = 0; i < 8; ++i) size[i] = static_cast<uint8_t>(answer.size >> 8 * i);
    return machine.Feed(ask.id, Exact(size));
  }
  if constexpr (requires { machine.TooLarge(ask.id, answer.size); }) {
    if (answer.too_large) {
      machine.TooLarge(ask.id, answer.size);
      return;
    }
  }
  if constexpr (requires { machine.Reserve(ask.id, uint64_t{}); }) {
    if (asks.random().OneIn(2)) {
      const uint64_t n = ask.range ? ask.range->length : answer.bytes.size();
      const MutableBytes room = machine.Reserve(ask.id, n);
      std::copy(answer.bytes.begin(), answer.bytes.end(), room.begin());
      machine.Commit(ask.id, answer.bytes.size());
      return;
    }
  }
  machine.Feed(ask.id, Exact(answer.bytes));
}

template <class Machine>
void Drive(Machine& machine, const Sources& sources, uint64_t seed,
           const content::Abilities& abilities = AllAbilities()) {
  OpenAsks asks(sources, seed, abilities);
  while (!machine.Done()) {
    if (asks.Hungry()) {
      const uint64_t budget = asks.Budget();
      asks.Add(machine.Poll(budget), budget);
      if (machine.Done()) break;  // the first Poll may find that there is nothing to read
    }
    if constexpr (requires { machine.Paused(); }) {
      if (asks.Empty() && machine.Paused()) continue;
    }
    if (asks.Empty()) asks.Starve();
    AnswerAsk(machine, asks, asks.Take());
  }
}

// A Verifier's output, of `ls` with its rows in their places, made in pieces of `bytes`.
template <class Machine>
std::string WholeOutput(const Machine& verifier, size_t bytes) {
  std::string out;
  size_t list = 0;
  const std::string& text = verifier.output();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    size_t next = 0, before = 0;
    for (std::string rows; !(rows = verifier.Rows(list, next, bytes)).empty(); before = next)
      out += (before ? "," : "") + rows;
    ++list;
  }
  return out;
}

}  // namespace leafsum::test
