// msgpack trees, as Orbax before 0.5.16 and Flax write them: a file that is read piece by piece.
#include "orbax/msgpack.h"

#include "base/limits.h"
#include "fuzz/fuzz.h"
#include "readers/flax_bytes.h"
#include "support/hex.h"

namespace leafsum::fuzz {
namespace {

void CheckLeaf(const orbax::MsgpackLeaf& leaf, uint64_t size) {
  FUZZ_CHECK(leaf.offset <= size);
  FUZZ_CHECK(leaf.key_types.size() == leaf.key_path.size());
  for (const auto& piece : leaf.pieces) {
    FUZZ_CHECK(piece.range.length <= size);
    FUZZ_CHECK(piece.range.offset <= size - piece.range.length);
  }
  if (leaf.kind == orbax::MsgpackLeaf::Kind::kPlaceholder && !leaf.problem)
    (void)orbax::ArrayDirectory(leaf, "checkpoint");
}

}  // namespace

void Run(Bytes input) {
  orbax::MsgpackReader reader(input.size());
  uint64_t position = 0, reads = 0;
  while (const auto want = reader.Want()) {
    FUZZ_CHECK(want->length > 0 && want->length <= input.size());
    FUZZ_CHECK(want->offset <= input.size() - want->length);
    // Forwards, so that it ends.
    FUZZ_CHECK(want->offset + want->length > position);
    position = want->offset + want->length;
    FUZZ_CHECK(++reads <= input.size());
    reader.Feed(test::Exact(
        input.subspan(static_cast<size_t>(want->offset), static_cast<size_t>(want->length))));
  }
  FUZZ_CHECK(reader.leaves().size() <= kMaxMsgpackLeaves + 1);
  for (const auto& leaf : reader.leaves()) CheckLeaf(leaf, input.size());
  if (reader.error()) {
    FUZZ_CHECK(!reader.error()->offset || *reader.error()->offset <= input.size());
    (void)readers::MayRestoreFlax(input.first(std::min<size_t>(input.size(), 64)), input.size());
    return;
  }
  // What we read to its end, Flax reads too, unless it is an empty container.
  const bool empty = reader.leaves().size() == 1 && reader.leaves()[0].key_path.empty() &&
                     reader.leaves()[0].kind == orbax::MsgpackLeaf::Kind::kEmpty;
  const auto head = input.first(std::min<size_t>(input.size(), readers::kFlaxHead));
  FUZZ_CHECK(empty || readers::MayRestoreFlax(head, input.size()));
  FUZZ_CHECK(empty || readers::MayRestoreFlax(input, input.size()));
}

}  // namespace leafsum::fuzz
