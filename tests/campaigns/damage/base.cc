#include "campaigns/damage/base.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "campaigns/damage/judge.h"
#include "content/job.h"
#include "evidence/lockfile.h"
#include "support/fixtures.h"

namespace leafsum::campaign {
namespace {

// A pattern of --include that fits this leaf alone: no name of the bases has a wildcard.
std::string PatternOf(const LeafName& leaf) {
  return (leaf.first.empty() ? "" : leaf.first + ":") + orbax::JsonPointer(leaf.second);
}

// Where a run that is narrowed to one leaf has jobs read.
void FindRanges(Base& base, const LeafName& leaf) {
  nlohmann::json options = {{"command", "digest"}, {"all_steps", true}};
  if (!leaf.second.empty()) options["include"] = {PatternOf(leaf)};
  if (!leaf.first.empty()) options["item"] = leaf.first;
  Run run(options.dump(), base.source);
  run.watch = [&](const Ask& ask) {
    if (ask.kind != AskKind::kJob) return;
    const Result<content::Job> job = content::ParseJob(ask.input);
    for (const content::LeafTask& task : job->tasks)
      for (const content::ChunkRef& chunk : task.array.chunks)
        if (chunk.file != content::kInlineChunk)
          base.ranges[job->files[chunk.file]].push_back(
              {chunk.offset, chunk.offset + chunk.length, {leaf}});
  };
  run.Go();
}

// What is several leaves' is one range with all of them.
void Unite(std::vector<LeafRange>& ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const LeafRange& a, const LeafRange& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::vector<LeafRange> united;
  for (LeafRange& range : ranges) {
    if (united.empty() || united.back().end <= range.begin) {
      united.push_back(std::move(range));
      continue;
    }
    united.back().end = std::max(united.back().end, range.end);
    united.back().leaves.merge(range.leaves);
  }
  ranges = std::move(united);
}

}  // namespace

std::set<LeafName> Base::LeavesAt(const std::string& file, uint64_t begin, uint64_t end) const {
  const auto found = ranges.find(file);
  if (found == ranges.end()) return {};
  for (const LeafRange& range : found->second)
    if (range.begin <= begin && end <= range.end) return range.leaves;
  return {};
}

const std::vector<std::string>& BaseNames() {
  static const std::vector<std::string> names = {
      "seed000/artifacts/baseline_ckpt",                   // OCDBT, zarr v2, zstd
      "v1/save_pytree/ckpt",                               // Orbax v1
      "orbax/zarr2_nocompress/ckpt",                       // OCDBT, zarr v2 without compression
      "orbax/zarr3_slash_keys/ckpt",                       // OCDBT, zarr v3, zstd
      "legacy/orbax-0.2.3/aggregate_some/ckpt",            // Orbax's msgpack with arrays beside it
      "legacy/orbax-0.4.8/aggregate/ckpt",                 // Orbax's msgpack alone
      "legacy/orbax-0.11.37/flax_legacy_checkpoint/ckpt",  // Flax's msgpack
      "legacy/orbax-0.5.10/zarr3_write_read_chunks/ckpt",  // zarr v3, shards
      "orbax/zarr2_prng_keys/ckpt",                        // PRNG keys
      "orbax/plain_slash_keys/ckpt",                       // files, zarr v2
      "hunt/bare_zarr/ckpt",                               // zarr arrays without Orbax
      "orbax/zarr2_many_data_files/ckpt",                  // OCDBT, values in files of their own
      "v1/checkpointables/ckpt",                           // Orbax v1, several items
      "legacy/orbax-0.5.10/default/ckpt",                  // OCDBT, two years old
      "legacy/orbax-0.2.3/manager/ckpt",   // the first generation, a root with steps
      "orbax/zarr3_many_data_files/ckpt",  // the same, zarr v3
      "orbax/zarr3_plain/ckpt",            // files, zarr v3
  };
  return names;
}

Base LoadBase(const std::string& name, const std::map<std::string, std::string>& more) {
  Base base;
  base.name = name;
  // Files alone: where each is, a directory is too.
  base.source = test::MemorySource(test::MemorySource::Load(test::Fixtures() + "/" + name).files());
  for (const auto& [path, text] : more) {
    base.name += " with " + path;
    base.source.Put(path, ByteVector(text.begin(), text.end()));
  }
  Run lock(R"({"command":"lock","all_steps":true})", base.source);
  const Said said = lock.Go();
  base.lock = lock.output();
  const auto parsed = evidence::ParseLockfile(AsBytes(base.lock));
  if (said.exit_code != 0 || !parsed) {
    std::fprintf(stderr, "%s is not locked: %s\n", name.c_str(), said.ToString().c_str());
    std::abort();
  }
  for (const evidence::ItemRecord& item : parsed->items)
    for (const evidence::LeafRecord& leaf : item.leaves)
      if (leaf.has_content) FindRanges(base, {item.name, leaf.key_path});
  for (auto& [file, ranges] : base.ranges) Unite(ranges);
  return base;
}

}  // namespace leafsum::campaign
