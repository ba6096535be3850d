#include "content/leaf_runner.h"

#include "content/compare_runner.h"
#include "content/content_runner.h"
#include "content/file_runner.h"
#include "content/stored_digest.h"

namespace leafsum::content {
namespace {

// Some ten milliseconds of hashing.
constexpr uint64_t kPauseEvery = 16 << 20;
constexpr uint64_t kUnseenWork = 64 << 10;  // counted for a step without content

class StoredRunner final : public LeafRunner {
 public:
  StoredRunner(const LeafTask& task, const Means& means)
      : LeafRunner(task, means), pass_(task.array, means.queue, true) {}

 private:
  bool Run() override {
    const StoredPass::State state = pass_.Advance();
    if (state == StoredPass::State::kBlocked) return false;
    if (state == StoredPass::State::kFailed) {
      Fail(pass_.failure());
      return true;
    }
    result_.stored = pass_.Finish();
    result_.chunks = pass_.chunk_digests();
    result_.complete = true;
    return true;
  }

  StoredPass pass_;
};

}  // namespace

std::unique_ptr<ContentReader> LeafRunner::Means::Open(const ArrayTask& array, uint64_t share,
                                                       ContentReader::OnValue on_value) const {
  auto reader = std::make_unique<ContentReader>(array, queue, memory / share, std::move(on_value));
  reader->AllowParts(budget / share, abilities.parts);
  return reader;
}

bool LeafRunner::Went(uint64_t bytes) {
  progress_ += bytes;
  since_pause_ += bytes == 0 ? kUnseenWork : bytes;
  return paused_ = since_pause_ >= kPauseEvery;
}

void LeafRunner::Fail(report::Finding finding) {
  result_.findings.clear();  // warnings concern only content that was read
  result_.findings.push_back(std::move(finding));
}

std::unique_ptr<LeafRunner> MakeRunner(const LeafTask& task, const LeafRunner::Means& means) {
  if (task.content()) return std::make_unique<ContentRunner>(task, *task.content(), means);
  if (task.comparison()) return std::make_unique<CompareRunner>(task, *task.comparison(), means);
  if (task.file()) return std::make_unique<FileRunner>(task, *task.file(), means);
  return std::make_unique<StoredRunner>(task, means);
}

}  // namespace leafsum::content
