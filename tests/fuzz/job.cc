// Jobs and their results, which cross from one instance of the core to another as bytes.
#include "content/job.h"

#include "fuzz/fuzz.h"

namespace leafsum::fuzz {

void Run(Bytes input) {
  Choices choices(input);
  if (choices.Bool()) {
    const auto job = content::ParseJob(choices.Rest());
    if (!job) return;
    const ByteVector written = content::Serialize(*job);
    const auto again = content::ParseJob(written);
    FUZZ_CHECK(again && content::Serialize(*again) == written);
    (void)content::ValuesOf(*job);
    (void)content::HashesTogether(*job);
  } else {
    const auto results = content::ParseResults(choices.Rest());
    if (!results) return;
    const ByteVector written = content::Serialize(*results);
    const auto again = content::ParseResults(written);
    FUZZ_CHECK(again && content::Serialize(*again) == written);
  }
}

}  // namespace leafsum::fuzz
