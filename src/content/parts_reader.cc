#include "content/parts_reader.h"

#include <algorithm>
#include <cstring>

#include "hash/blake3_tree.h"

namespace leafsum::content {
namespace {

constexpr uint64_t kSurveyed = 64;  // chunks whose heads are read at a time
constexpr uint64_t kMaxSlots =
    1 << 20;  // in a group that is read in parts: each costs work in every pass

// First surveys the heads of the chunks, to make a plan. Then, by that plan, reads pass after pass,
// window after window, and gives out what the windows gave once all have had their turn.
class PlannedReader final : public PartsReader {
 public:
  PlannedReader(Reading& reading, ChunkRuns& runs, ChunkGroup& group, uint64_t budget)
      : reading_(reading), runs_(runs), group_(group), budget_(budget) {}

  void AllowValues(uint64_t begin, uint64_t alignment) override;
  bool Begin(uint64_t needed) override;
  ReadState Next(Bytes& out) override;
  uint64_t unit() const override { return plan_.unit; }
  uint64_t HashValues(Bytes values, uint64_t position, uint64_t skip, uint64_t end,
                      hash::BlockHasher& hasher) const override;
  const ReadPlan& plan() const override { return plan_; }

 private:
  enum class Stage { kSurvey, kRead, kGive, kEnd };

  ReadState Survey();
  ReadState MakePlan();
  ReadState ReadWindow();
  ReadState OpenWindow();
  void NextWindow(Stage then);
  void Keep(uint64_t offset, Bytes bytes);
  ReadState GiveKept(Bytes& out);
  bool is_last_pass() const { return pass_ + 1 == plan_.passes; }

  Reading& reading_;
  ChunkRuns& runs_;
  ChunkGroup& group_;
  const uint64_t budget_;
  uint64_t begin_ = 0, alignment_ = 1;
  Stage stage_ = Stage::kEnd;
  ReadPlan plan_;
  ChunkGroup::Window window_;
  bool is_open_ = false;  // the current window
  uint64_t columns_ = 0;  // most slots of a window
  ChunkGroup::Heads most_;
  uint64_t pass_ = 0;
  ByteVector kept_;
  size_t given_ = 0;  // how much of it was given out
};

void PlannedReader::AllowValues(uint64_t begin, uint64_t alignment) {
  static_assert(Reading::kStaging == kMaxUnit);  // so that staged content holds whole units
  if (Reading::kStaging % reading_.format.itemsize != 0) return;
  begin_ = begin;
  alignment_ = begin | alignment;
}

bool PlannedReader::Begin(uint64_t needed) {
  if (needed <= budget_ || budget_ == 0 || runs_.slots() <= 1 || runs_.slots() > kMaxSlots)
    return false;
  stage_ = Stage::kSurvey;
  plan_ = {};
  most_ = {};
  columns_ = kSurveyed;
  group_.ForgetHashes();
  window_ = {};
  window_.piece = codec::kHeadBytes;
  window_.to_the_end = false;
  is_open_ = false;
  return true;
}

ReadState PlannedReader::Next(Bytes& out) {
  while (stage_ != Stage::kEnd) {
    const ReadState state = stage_ == Stage::kSurvey ? Survey()
                            : stage_ == Stage::kRead ? ReadWindow()
                                                     : GiveKept(out);
    if (state != ReadState::kDone) return state;
  }
  return ReadState::kDone;
}

// Goes to the next window, or behind the last one to stage `then`.
void PlannedReader::NextWindow(Stage then) {
  is_open_ = false;
  window_.first += window_.count;
  if (window_.first < runs_.slots()) return;
  window_.first = 0;
  stage_ = then;
}

// kDone: the heads of the window were read.
ReadState PlannedReader::Survey() {
  ReadState state = ReadState::kDone;
  if (!is_open_) {
    window_.count = std::min(columns_, runs_.slots() - window_.first);
    state = group_.Begin(window_);
    is_open_ = true;
  }
  if (state == ReadState::kDone) state = group_.Survey(most_);
  if (state == ReadState::kNeedsMemory && columns_ > 1) {
    columns_ /= 2;
    is_open_ = false;
    return ReadState::kDone;
  }
  if (state != ReadState::kDone) return state;
  NextWindow(Stage::kRead);
  return stage_ == Stage::kRead ? MakePlan() : ReadState::kDone;
}

ReadState PlannedReader::MakePlan() {
  plan_ = PlanRead({runs_.columns(), runs_.lines(), runs_.line_bytes(), runs_.run_bytes()},
                   group_.CostOf(most_), budget_, alignment_);
  if (plan_.passes > kMaxPasses) return reading_.NeedMemory(std::max(plan_.memory, budget_ + 1));
  if (plan_.memory > reading_.memory) return reading_.NeedMemory(plan_.memory);
  columns_ = plan_.columns;
  window_.piece = OpenCost::Piece(columns_);
  pass_ = 0;
  kept_.resize(static_cast<size_t>(KeptBytes(plan_.lines * runs_.line_bytes(), plan_.unit)));
  window_.kept = kept_.size();
  return ReadState::kDone;
}

// The window stays closed if this pass reads nothing of it.
ReadState PlannedReader::OpenWindow() {
  const uint64_t in_line = runs_.columns() - window_.first % runs_.columns();
  window_.count = std::min({columns_, runs_.slots() - window_.first, in_line});
  window_.to_the_end = is_last_pass();
  const auto narrow = [&] {
    runs_.Narrow(window_.first, window_.count, pass_ * plan_.lines, (pass_ + 1) * plan_.lines);
  };
  narrow();
  Run run;
  if (!runs_.NextRun(run)) {
    if (!is_last_pass()) return ReadState::kDone;
    run.position = reading_.format.nbytes;  // each chunk is checked to its end
  }
  narrow();
  is_open_ = true;
  window_.position = run.position;
  window_.direct = plan_.unit == 1 && window_.count == 1;
  return group_.Begin(window_);
}

// kDone: this window has ended, or all windows of this pass have.
ReadState PlannedReader::ReadWindow() {
  ReadState state = is_open_ ? ReadState::kDone : OpenWindow();
  if (state == ReadState::kDone && is_open_) {
    Bytes bytes;
    state = group_.Next(bytes);
    if (state == ReadState::kBytes) Keep(group_.offset(), bytes);
  }
  if (state != ReadState::kDone) return state;
  NextWindow(Stage::kGive);
  given_ = 0;
  return ReadState::kDone;
}

void PlannedReader::Keep(uint64_t offset, Bytes bytes) {
  const uint64_t unit = plan_.unit;
  const uint64_t at = offset - pass_ * plan_.lines * runs_.line_bytes();
  uint8_t* to = kept_.data() + KeptBytes(at, unit);
  if (unit == 1) {
    std::memcpy(to, bytes.data(), bytes.size());
    return;
  }
  for (uint64_t first = begin_ + runs_.Begin() + offset; !bytes.empty();
       first += unit, to += hash::kBlockValueSize) {
    const hash::ChainingValue value =
        hash::SubtreeValue(bytes.first(static_cast<size_t>(unit)), first / hash::kChunkLen);
    std::memcpy(to, value.data(), value.size());
    bytes = bytes.subspan(static_cast<size_t>(unit));
  }
}

// kDone: this pass has ended, or the group has.
ReadState PlannedReader::GiveKept(Bytes& out) {
  const uint64_t lines = std::min(plan_.lines, runs_.lines() - pass_ * plan_.lines);
  const auto all = static_cast<size_t>(KeptBytes(lines * runs_.line_bytes(), plan_.unit));
  out = Bytes(kept_).first(all).subspan(given_).first(std::min(Reading::kScratch, all - given_));
  given_ += out.size();
  if (!out.empty()) return ReadState::kBytes;
  stage_ = Stage::kRead;
  if (++pass_ < plan_.passes) return ReadState::kDone;
  stage_ = Stage::kEnd;
  kept_ = ByteVector();
  return ReadState::kDone;
}

uint64_t PlannedReader::HashValues(Bytes values, uint64_t position, uint64_t skip, uint64_t end,
                                   hash::BlockHasher& hasher) const {
  const uint64_t unit = plan_.unit;
  const uint64_t content = ContentOf(values.size(), unit);
  const uint64_t from = std::clamp(skip, position, position + content),
                 to = std::clamp(end, from, position + content);
  hasher.UpdateValues(values.first(static_cast<size_t>(KeptBytes(to - position, unit)))
                          .subspan(static_cast<size_t>(KeptBytes(from - position, unit))),
                      unit);
  return content;
}

}  // namespace

std::unique_ptr<PartsReader> MakePartsReader(Reading& reading, ChunkRuns& runs, ChunkGroup& group,
                                             uint64_t budget) {
  return std::make_unique<PlannedReader>(reading, runs, group, budget);
}

}  // namespace leafsum::content
