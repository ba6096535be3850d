#include "verify/key_digest_stage.h"

#include <algorithm>

#include "base/checked.h"
#include "base/phrase.h"
#include "hash/blake3.h"
#include "hash/sha256.h"
#include "verify/array_task.h"

namespace leafsum::verify {
namespace {

constexpr uint64_t kBatchBytes = 4 << 20;
constexpr size_t kBatchValues = 1024;

}  // namespace

KeyDigestStage::KeyDigestStage(plan::Context& context) : plan::Stage(context) {
  for (uint32_t s = 0; s < context.scans.size(); ++s) {
    plan::Scan& scan = context.scans[s];
    for (uint32_t i = 0; i < scan.items.size(); ++i) {
      plan::ItemScan& item = scan.items[i];
      const auto& entries = item.store.entries();
      item.key_digests.resize(entries.size());
      for (uint32_t e = 0; e < entries.size(); ++e) {
        const kvstore::ValueRef& ref = entries[e].value;
        plan::KeyDigest& digest = item.key_digests[e];
        if (ref.is_inline()) {
          const Bytes value = item.store.InlineValue(ref);
          digest.blake3 = hash::Blake3Of(value);
          if (!context.options.sha256) continue;
          auto sha256 = hash::MakeSha256();
          sha256->Update(value);
          digest.sha256 = sha256->Finish();
          continue;
        }
        const auto size = scan.files.size(ref.file);
        if (!size && scan.listed)
          Report(
              {s, i, e},
              {ErrorCode::kMissing, "the file with values of the store is not there", {}, "", ""});
        else if (size && !RangeFits(ref.offset, ref.length, *size))
          Report({s, i, e}, {ErrorCode::kTruncated,
                             "the file ends before a value of the store does",
                             {},
                             "",
                             Phrase(*size) + " bytes"});
        else
          values_.push_back({s, i, e});
      }
    }
  }
}

// One finding for a file, however many values it had: equal ones are kept once.
void KeyDigestStage::Report(const Value& v, Error error) {
  plan::Scan& scan = context_.scans[v.scan];
  const plan::ItemScan& item = scan.items[v.item];
  context_.Add(scan, item,
               plan::FindingOf(error, scan.files.path(item.store.entries()[v.entry].value.file)));
}

bool KeyDigestStage::Supply(PendingAsks& asks) {
  if (next_ == values_.size()) return false;
  const size_t begin = next_;
  const uint32_t source = values_[begin].scan;
  content::Job job;
  job.memory = std::min(kStreamMemory, context_.options.max_memory);
  std::map<uint32_t, uint32_t> file_ids;
  uint64_t bytes = 0;
  while (next_ < values_.size() && next_ - begin < kBatchValues) {
    const Value& v = values_[next_];
    const plan::Scan& scan = context_.scans[v.scan];
    const kvstore::ValueRef& ref = scan.items[v.item].store.entries()[v.entry].value;
    if (next_ > begin && (bytes + ref.length > kBatchBytes || v.scan != source)) break;
    bytes += ref.length;
    const auto [file, is_new] = file_ids.emplace(ref.file, static_cast<uint32_t>(job.files.size()));
    if (is_new) job.files.emplace_back(scan.files.path(ref.file));
    content::LeafTask task;
    task.leaf = static_cast<uint32_t>(next_ - begin);
    task.sha256 = context_.options.sha256;
    task.array.source = scan.source;
    task.array.metadata = RawMetadata(ref.length);
    if (ref.length > 0) task.array.chunks.push_back({0, file->second, ref.offset, ref.length});
    job.tasks.push_back(std::move(task));
    ++next_;
  }
  open_.emplace(next_tag_, std::make_pair(begin, next_));
  asks.Want(AskFor(job), next_tag_++);
  return true;
}

void KeyDigestStage::Answer(uint64_t tag, Bytes bytes) {
  const auto [begin, end] = open_.extract(tag).mapped();
  const auto results = content::ParseResults(bytes);
  std::vector<bool> seen(end - begin);
  if (results) {
    for (const content::LeafResult& result : *results) {
      if (result.leaf >= seen.size() || seen[result.leaf]) continue;
      seen[result.leaf] = true;
      Take(values_[begin + result.leaf], result);
    }
  }
  for (size_t i = begin; i < end; ++i)
    if (!seen[i - begin])
      Report(values_[i],
             {ErrorCode::kUnreadable,
              "the worker gave no result for a value: this is a bug of leafsum, please report it",
              {},
              "",
              ""});
}

void KeyDigestStage::Failed(uint64_t tag, Error error) {
  const auto [begin, end] = open_.extract(tag).mapped();
  for (size_t i = begin; i < end; ++i)
    Report(values_[i], {ErrorCode::kUnreadable, "the worker failed: " + error.message, {}, "", ""});
}

void KeyDigestStage::Take(const Value& v, const content::LeafResult& result) {
  plan::Scan& scan = context_.scans[v.scan];
  plan::ItemScan& item = scan.items[v.item];
  if (result.memory_needed != 0)
    return Report(v, {ErrorCode::kLimit,
                      "reading a value takes " + plan::MiB(result.memory_needed) +
                          " of memory; raise --max-memory",
                      {},
                      "",
                      ""});
  for (report::Finding finding : result.findings) context_.Add(scan, item, std::move(finding));
  if (result.complete) item.key_digests[v.entry] = {result.blake3, result.sha256};
  const kvstore::ValueRef& ref = item.store.entries()[v.entry].value;
  scan.coverage.Mark(ref.file, ref.offset, ref.length,
                     result.complete ? plan::ByteClass::kLeaf : plan::ByteClass::kUnread);
}

}  // namespace leafsum::verify
