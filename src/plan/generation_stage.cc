#include "plan/generation_stage.h"

#include <algorithm>

#include "base/checked.h"
#include "base/sort.h"
#include "base/text.h"
#include "kvstore/key_text.h"
#include "kvstore/safe_path.h"
#include "ocdbt/numbered_manifest.h"
#include "ocdbt/version_tree.h"

namespace leafsum::plan {

using report::Code;
using report::Finding;
using report::Severity;

namespace {

// "1-16, 33-40", for a message.
std::string GenerationRanges(const ItemScan& item) {
  std::string out;
  for (size_t i = 0; i < item.versions.history.size();) {
    size_t end = i + 1;
    while (end < item.versions.history.size() &&
           item.versions.history[end].generation_number ==
               item.versions.history[end - 1].generation_number + 1)
      ++end;
    if (!out.empty()) out += ", ";
    if (out.size() > 200) return out + "...";
    out += Text(item.versions.history[i].generation_number);
    if (end - i > 1) out += Text("-", item.versions.history[end - 1].generation_number);
    i = end;
  }
  return item.versions.gaps.empty() ? out : out + "; others cannot be read";
}

}  // namespace

GenerationStage::GenerationStage(Context& context) : ReadingStage(context) {
  const Options& o = context.options;
  reads_history_ = o.versions || o.generation || ChecksAll(o);
  for (size_t s = 0; s < context.scans.size(); ++s) {
    for (size_t i = 0; i < context.scans[s].items.size(); ++i) {
      ItemScan& item = context.scans[s].items[i];
      if (item.failed || !item.manifest) continue;
      // A tree may say, by `use_ocdbt`, that the store beside it is not its own (contract §10.6).
      item.ocdbt = item.item.kind != orbax::ItemKind::kPyTree ||
                   (item.tree && item.tree->use_ocdbt.value_or(true));
      if (!item.ocdbt) continue;
      if (item.manifest->config.manifest_kind == ocdbt::ManifestKind::kNumbered)
        WantNumbered(s, i);
      else
        TakeManifest(s, i);
    }
  }
}

// The highest number among the names in the listing counts. Nothing else in an OCDBT store needs a
// listing (formats §1.5).
void GenerationStage::WantNumbered(size_t s, size_t i) {
  Scan& scan = context_.scans[s];
  ItemScan& item = scan.items[i];
  const std::string& dir = item.item.directory;
  item.versions.numbered = true;
  const FileEntry* newest = nullptr;
  uint64_t generation = 0;
  const auto [first, last] = scan.Below(dir);
  for (size_t f = first; f < last; ++f) {
    const FileEntry& entry = scan.listing[f];
    const auto number =
        ocdbt::NumberedManifestGeneration(std::string_view(entry.path).substr(dir.size()));
    if (!number || entry.kind != FileEntry::Kind::kFile) continue;
    scan.coverage.SetRest(*scan.files.Find(entry.path), ByteClass::kUnreachable);
    if (*number < generation) continue;
    generation = *number;
    newest = &entry;
  }
  if (!newest && !scan.listed) {
    Finding f = MakeFinding(Code::kSkipped,
                            "the state is in a numbered manifest, which only a listing shows: the "
                            "source has no listing");
    f.file = dir + ocdbt::kManifestName;
    item.failed = true;
    context_.Add(scan, item, std::move(f));
    return;
  }
  if (!newest) {
    // TensorStore reads an empty store without an error (formats §1.5). But beside a tree that
    // names arrays, it is a store that lost its state.
    Finding f = MakeFinding(Code::kMissingFile,
                            "manifest.ocdbt leaves the state to numbered manifests (manifest. and "
                            "16 hex digits), but there is none: readers see an empty store");
    f.file = dir + ocdbt::kManifestName;
    if (item.item.kind == orbax::ItemKind::kBareOcdbt)
      f.severity = Severity::kWarning;  // no tree names anything that could be missing
    else
      item.failed = true;
    context_.Add(scan, item, std::move(f));
    return;
  }
  scan.coverage.MarkAll(*scan.files.Find(newest->path), ByteClass::kStructural);
  wants_.push_back({s, i, std::string(newest->path), generation, {}});
  if (newest->size > kMaxManifest)
    OnFailure(wants_.size() - 1, Error{ErrorCode::kLimit,
                                       "manifest is too large",
                                       {},
                                       AtMostBytes(kMaxManifest),
                                       ByteCount(newest->size)});
  else
    WantFile(scan, std::string(newest->path), kMaxManifest, wants_.size() - 1);
}

void GenerationStage::TakeManifest(size_t s, size_t i) {
  ItemScan& item = context_.scans[s].items[i];
  // Every reader takes the last inline version, unless --generation names another (formats §1.5).
  item.versions.generation = item.manifest->versions.back();
  TakeVersions(item, item.manifest->versions);
  if (!reads_history_) return;
  for (const auto& node : item.manifest->version_nodes) WantVersionNode(s, i, node);
}

// Names may have 64 KiB, so only the generation to read keeps the name of its root's file.
void GenerationStage::TakeVersions(ItemScan& item,
                                   const std::vector<ocdbt::BtreeGenerationReference>& versions) {
  generations_ += versions.size();
  if (TooLarge()) return;
  for (ocdbt::BtreeGenerationReference version : versions) {
    if (version.generation_number == context_.options.generation)
      item.versions.generation = version;
    version.root.file_id = {};
    item.versions.history.push_back(std::move(version));
  }
}

bool GenerationStage::TooLarge() const {
  return nodes_ > kMaxVersionNodes || generations_ > kMaxGenerations ||
         name_bytes_ > kMaxTablePathBytes || decoded_bytes_ > kMaxTreeBytes;
}

void GenerationStage::WantVersionNode(size_t s, size_t i, const ocdbt::VersionNodeReference& node) {
  Scan& scan = context_.scans[s];
  const ocdbt::IndirectDataReference& at = node.location;
  const std::string relative = at.file_id.Path();
  const Want want{s, i, scan.items[i].item.directory + relative, 0, node};
  ++nodes_;
  name_bytes_ += relative.size();
  if (TooLarge()) return;
  const auto size = scan.SizeOf(want.path);
  if (!kvstore::IsSafePath(relative)) {
    Lose(want, Error{ErrorCode::kInvalid,
                     "reference to a file outside the database",
                     {},
                     "a path below it",
                     kvstore::KeyText(relative)});
  } else if (!size && scan.listed) {
    Lose(want, Error{ErrorCode::kMissing, "the file is missing", {}, "", ""});
  } else if (size && !RangeFits(at.offset, at.length, *size)) {
    Lose(want, Error{ErrorCode::kTruncated,
                     "the file ends before the node does",
                     {},
                     Text(at.offset, " + ", ByteCount(at.length)),
                     ByteCount(*size)});
  } else if (at.length > kMaxEncodedNode) {
    Lose(want, Error{ErrorCode::kLimit,
                     "the node is too large",
                     {},
                     AtMostBytes(kMaxEncodedNode),
                     ByteCount(at.length)});
  } else {
    wants_.push_back(want);
    WantRange(scan, want.path, at.offset, at.length, wants_.size() - 1);
  }
}

void GenerationStage::OnRead(size_t tag, Bytes bytes) {
  const Want want = wants_[tag];
  if (want.numbered == 0) return TakeVersionNode(want, bytes);
  ItemScan& item = ItemOf(want);
  auto manifest = ocdbt::DecodeManifest(bytes);
  if (!manifest) return OnFailure(tag, manifest.error());
  if (Status bad = ocdbt::CheckNumberedManifest(*manifest, want.numbered, item.manifest->config))
    return OnFailure(tag, std::move(*bad));
  item.manifest = std::move(*manifest);
  TakeManifest(want.scan, want.item);
}

void GenerationStage::OnFailure(size_t tag, Error error) {
  const Want want = wants_[tag];
  if (want.numbered == 0) return Lose(want, error);
  // No falling back to an earlier manifest: TensorStore does not either, so older values would be
  // ones that nobody restores (formats §1.5).
  ItemOf(want).failed = true;
  context_.Add(context_.scans[want.scan], ItemOf(want), FindingOf(error, want.path));
}

void GenerationStage::Lose(const Want& want, const Error& error) {
  ItemOf(want).versions.gaps.push_back(
      {want.node.generation_number, want.node.num_generations, error.message});
  if (error.code == ErrorCode::kMissing) return;
  Finding f =
      FindingOf(error.Prefixed("version tree node, which only older generations need"), want.path);
  f.offset = want.node.location.offset;
  if (!kvstore::IsSafePath(want.node.location.file_id.Path())) {
    f.code = Code::kHostilePath;
    f.file.reset();
    f.offset.reset();
  }
  // A warning: no leaf of the generation that is read depends on older ones (contract §5).
  f.severity = Severity::kWarning;
  findings_.push_back({want.scan, want.item, std::move(f)});
}

void GenerationStage::TakeVersionNode(const Want& want, Bytes bytes) {
  if (TooLarge()) return;
  Scan& scan = context_.scans[want.scan];
  ItemScan& item = ItemOf(want);
  const ocdbt::VersionNodeReference& reference = want.node;
  if (bytes.size() != reference.location.length)
    return Lose(want, ShortRead(scan.SizeOf(want.path).has_value(), reference.location.length,
                                bytes.size()));
  scan.coverage.Mark(scan.files.Intern(want.path), reference.location.offset, bytes.size(),
                     ByteClass::kStructural);
  uint64_t work = 0;
  const auto node = ocdbt::DecodeVersionTreeNode(
      bytes, reference, item.manifest->config.version_tree_arity_log2, &work);
  decoded_bytes_ += work;
  if (!node) return Lose(want, node.error());
  // Compares the reference's statistics with what is below it, taking the references of children at
  // their word.
  uint64_t generations = node->versions.size();
  for (const auto& child : node->version_nodes)
    generations = CheckedAdd(generations, child.num_generations).value_or(~uint64_t{0});
  const uint64_t earliest = node->height == 0 ? node->versions[0].commit_time_nsecs
                                              : node->version_nodes[0].commit_time_nsecs;
  if (generations != reference.num_generations || earliest != reference.commit_time_nsecs) {
    Finding f = MakeFinding(Code::kStatisticsMismatch,
                            "version tree node: num_generations or commit_time of the reference "
                            "differ from what is below");
    f.file = want.path;
    f.offset = reference.location.offset;
    auto text = [](uint64_t count, uint64_t from) {
      return Text(count, " generations from ", from, " ns");
    };
    f.expected = text(reference.num_generations, reference.commit_time_nsecs);
    f.actual = text(generations, earliest);
    findings_.push_back({want.scan, want.item, std::move(f)});
  }
  TakeVersions(item, node->versions);
  for (const auto& child : node->version_nodes) WantVersionNode(want.scan, want.item, child);
}

std::string GenerationStage::Finish() {
  if (TooLarge()) {
    // Keep nothing that depends on how far the reading came.
    findings_.clear();
    for (size_t s = 0; s < context_.scans.size(); ++s) {
      for (size_t i = 0; i < context_.scans[s].items.size(); ++i) {
        ItemScan& item = context_.scans[s].items[i];
        if (!item.versions.generation || item.manifest->version_nodes.empty()) continue;
        item.versions.history.clear();
        item.versions.generation = item.manifest->versions.back();
        item.versions.gaps = {{item.versions.generation->generation_number, 0,
                               "the version tree is too large to be listed"}};
        Finding f = MakeFinding(
            Code::kLimit,
            "the version tree is too large to be listed: older generations were not looked at");
        // Not a gap: no leaf of the generation that is read depends on older ones (contract §5).
        f.severity = Severity::kWarning;
        findings_.push_back({s, i, std::move(f)});
      }
    }
  }
  for (Pending& p : findings_)
    context_.Add(context_.scans[p.scan], context_.scans[p.scan].items[p.item],
                 std::move(p.finding));
  const auto wanted = context_.options.generation;
  bool any = false;
  for (Scan& scan : context_.scans) {
    for (ItemScan& item : scan.items) {
      StableSort(item.versions.history, [](const auto& a, const auto& b) {
        return a.generation_number < b.generation_number;
      });
      StableSort(item.versions.gaps, [](const HistoryGap& a, const HistoryGap& b) {
        return a.newest_generation < b.newest_generation;
      });
      if (!wanted || !item.versions.generation) continue;
      any = true;
      if (item.versions.generation->generation_number == *wanted) continue;
      return Text("no generation ", *wanted, " in the store ", item.item.directory,
                  "manifest.ocdbt; it has ", GenerationRanges(item));
    }
  }
  return !wanted || any ? "" : Text("no generation ", *wanted, ": no OCDBT store here can be read");
}

}  // namespace leafsum::plan
