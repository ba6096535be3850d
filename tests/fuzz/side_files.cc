// The JSON files beside `_METADATA`: the first byte chooses which.
#include "orbax/side_files.h"

#include "fuzz/fuzz.h"
#include "orbax/sharding.h"
#include "plan/options.h"

namespace leafsum::fuzz {
namespace {

void RunCheckpointMetadata(Bytes text) {
  const auto metadata = orbax::ParseCheckpointMetadata(text);
  if (!metadata) return;
  FUZZ_CHECK(!(metadata->handler && metadata->item_handlers));
  FUZZ_CHECK(!metadata->commit_timestamp_nsecs || metadata->has_commit_timestamp_member);
}

void RunArrayMetadatas(Bytes text) {
  const auto metadatas = orbax::ParseArrayMetadatas(text);
  if (!metadatas) return;
  for (const auto& array : metadatas->arrays) {
    FUZZ_CHECK(array.write_shape.size() <= text.size());
    FUZZ_CHECK(array.chunk_shape.size() <= text.size());
  }
}

void RunSharding(Bytes text) {
  const auto file = orbax::ParseSharding(text);
  if (!file) return;
  for (const auto& entry : file->entries) FUZZ_CHECK(!(entry.parts && entry.problem));
}

void RunStrings(Bytes text) {
  const auto strings = orbax::ParseStrings(text);
  FUZZ_CHECK(!strings || strings->values.size() <= text.size());
}

}  // namespace

void Run(Bytes input) {
  Choices choices(input);
  switch (choices.Below(6)) {
    case 0:
      return RunCheckpointMetadata(choices.Rest());
    case 1:
      return RunArrayMetadatas(choices.Rest());
    case 2:
      return RunSharding(choices.Rest());
    case 3:
      return RunStrings(choices.Rest());
    case 4:
      (void)orbax::ParseDeletionJournal(choices.Rest());
      return;
    case 5:
      // Ours, from the host: read as carefully.
      (void)plan::ParseOptions(choices.Rest());
      return;
  }
}

}  // namespace leafsum::fuzz
