#include "verify/key_digest_stage.h"

#include <algorithm>
#include <map>

#include "base/checked.h"
#include "base/text.h"
#include "hash/blake3.h"
#include "hash/sha256.h"
#include "verify/array_task.h"

namespace leafsum::verify {
namespace {

constexpr size_t kBatchValues = 1024;

}  // namespace

KeyDigestStage::KeyDigestStage(plan::Context& context)
    : JobStage(context,
               {"the worker gave no result for a value: this is a bug of leafsum, please report it",
                "the worker failed: ", "reading a value"}) {
  const uint64_t memory = std::min(kStreamMemory, context.options.max_memory);
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
          auto sha256 = hash::MakeSha256(context_.sha256);
          sha256->Update(value);
          digest.sha256 = sha256->Finish();
          continue;
        }
        const auto size = scan.files.size(ref.file);
        if (!size && scan.listed)
          Report({s, i, e},
                 {ErrorCode::kMissing, "the file with values of the store is missing", {}, "", ""});
        else if (size && !RangeFits(ref.offset, ref.length, *size))
          Report({s, i, e}, {ErrorCode::kTruncated,
                             "the file ends before a value of the store does",
                             {},
                             "",
                             ByteCount(*size)});
        else {
          const bool apart = !values_.empty() && values_.back().scan != s;
          Gather(values_.size(), ref.length, memory, kBatchValues, apart);
          values_.push_back({s, i, e});
        }
      }
    }
  }
}

// One finding for each file, however many values it holds, because equal findings are kept once.
void KeyDigestStage::Report(const Value& v, const Error& error) {
  plan::Scan& scan = context_.scans[v.scan];
  const plan::ItemScan& item = scan.items[v.item];
  context_.Add(scan, item,
               plan::FindingOf(error, scan.files.path(item.store.entries()[v.entry].value.file)));
}

content::Job KeyDigestStage::MakeJob(const Work& work) {
  content::Job job;
  std::map<uint32_t, uint32_t> file_ids;
  for (size_t piece = work.begin; piece < work.end; ++piece) {
    const Value& v = values_[piece];
    const plan::Scan& scan = context_.scans[v.scan];
    const kvstore::ValueRef& ref = scan.items[v.item].store.entries()[v.entry].value;
    const auto [file, is_new] = file_ids.emplace(ref.file, static_cast<uint32_t>(job.files.size()));
    if (is_new) job.files.emplace_back(scan.files.path(ref.file));
    AddStream(job, static_cast<uint32_t>(piece - work.begin), scan.source, file->second, ref.offset,
              ref.length);
    job.tasks.back().content()->sha256 = context_.options.sha256;
  }
  return job;
}

void KeyDigestStage::Unread(size_t piece, report::Finding finding) {
  const Value& v = values_[piece];
  plan::Scan& scan = context_.scans[v.scan];
  const plan::ItemScan& item = scan.items[v.item];
  finding.file = scan.files.path(item.store.entries()[v.entry].value.file);
  context_.Add(scan, item, std::move(finding));
}

void KeyDigestStage::Take(size_t piece, const content::LeafResult& result) {
  if (result.memory_needed != 0) return Unread(piece, TooLarge(result.memory_needed));
  const Value& v = values_[piece];
  plan::Scan& scan = context_.scans[v.scan];
  plan::ItemScan& item = scan.items[v.item];
  for (report::Finding finding : result.findings) context_.Add(scan, item, std::move(finding));
  if (result.complete) item.key_digests[v.entry] = {result.blake3, result.sha256};
  const kvstore::ValueRef& ref = item.store.entries()[v.entry].value;
  scan.coverage.Mark(ref.file, ref.offset, ref.length,
                     result.complete ? plan::ByteClass::kLeaf : plan::ByteClass::kUnread);
}

}  // namespace leafsum::verify
