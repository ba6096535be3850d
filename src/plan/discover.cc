#include "plan/discover.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "plan/choose_layout.h"
#include "plan/pair_lockfile.h"
#include "readers/closed_world.h"
#include "readers/flax_bytes.h"
#include "readers/links.h"

namespace leafsum::plan {
namespace {

using report::Code;
using report::Finding;

constexpr uint64_t kMaxJsonItem = 4 << 20;
constexpr std::string_view kTensorFlow = "model_checkpoint_path";
constexpr std::string_view kProcessFile = "process_";

// Whether a child of the source has `_CHECKPOINT_METADATA`. A link that was not followed does not
// count: it may lead nowhere.
bool HoldsCheckpoints(const Scan& scan) {
  constexpr std::string_view kName = "/_CHECKPOINT_METADATA";
  return std::any_of(scan.listing.begin(), scan.listing.end(), [&](const FileEntry& entry) {
    return entry.kind == FileEntry::Kind::kFile && entry.path.ends_with(kName) &&
           entry.path.find('/') == entry.path.size() - kName.size();
  });
}

// In a root, a link to a child (`latest`, `best`) whose own name is not a step's is a companion
// (contract §11.3): the files that the host lists behind it are the child's. Only without these
// files can it be decided whether the source is a root.
void LeaveOutCompanionLinks(Context& context, evidence::Lockfile* lock, Scan& scan) {
  std::vector<std::pair<size_t, size_t>> ranges;
  for (const Link& link : scan.links)
    if (link.followed && link.path.find('/') == link.path.npos && !link.target.empty() &&
        link.target.find('/') == link.target.npos && !orbax::ParseStepName(link.path) &&
        !orbax::ParseFlaxName(link.path) &&
        !orbax::ParseFlaxName(link.path, context.options.prefix))
      ranges.push_back(scan.Below(link.path + "/"));
  if (ranges.empty()) return;
  const auto mark = [&](bool foreign) {
    for (auto [first, last] : ranges)
      for (; first < last; ++first) scan.listing[first].foreign = foreign;
  };
  mark(true);
  std::string ignored;
  ChooseLayout(context.options, lock, scan, ignored);
  if (!scan.layout.is_root) mark(false);
}

// A file `checkpoint` whose head could not be read may be a tree or TensorFlow's. In the source
// itself this decides whether the source is a root: of a root the file would be no part.
void LeaveOutUnreadHead(Context& context, evidence::Lockfile* lock, Scan& scan) {
  FileEntry& entry = *scan.EntryOf("checkpoint");
  entry.foreign = true;
  std::string ignored;
  ChooseLayout(context.options, lock, scan, ignored);
  entry.foreign = scan.layout.is_root;
}

void FindLinks(Context& context, const Scan& scan) {
  const auto is_link = [](const FileEntry& entry) {
    return entry.kind == FileEntry::Kind::kSymlink;
  };
  if (std::none_of(scan.listing.begin(), scan.listing.end(), is_link)) return;
  const readers::LinkRoles roles(scan.layout, HoldsCheckpoints(scan));
  for (const FileEntry& entry : scan.listing) {
    if (!is_link(entry)) continue;
    Finding f = MakeFinding(Code::kSymlink,
                            entry.to_directory
                                ? "a symbolic link to a directory: not followed, but readers "
                                  "follow it; put the directory itself there, or use --follow-links"
                                : "a symbolic link: not followed, but readers follow it; put the "
                                  "file itself there, or use --follow-links");
    const readers::LinkRole role = roles.RoleOf(entry);
    if (role == readers::LinkRole::kCompanion) continue;
    f.file = entry.path;
    // A warning where no reader opens the link: nothing that people restore lies behind it.
    context.Add(scan,
                role == readers::LinkRole::kMayBeOpened ? std::move(f) : AsWarning(std::move(f)));
  }
}

}  // namespace

Discover::Discover(Context& context, evidence::Lockfile* lock)
    : ReadingStage(context), lock_(lock), heads_(context.scans.size()) {
  for (size_t i = 0; i < context.scans.size(); ++i) Start(i);
}

void Discover::Start(size_t scan_index) {
  Scan& scan = context_.scans[scan_index];
  if (!scan.listed) scan.coverage.GrowWithMarks();
  scan.files.Reserve(scan.listing.size());
  scan.coverage.Reserve(scan.listing.size());
  for (const FileEntry& entry : scan.listing) {
    if (entry.kind != FileEntry::Kind::kFile) continue;
    const uint32_t id = scan.files.InternKept(entry.path);
    scan.files.SetSize(id, entry.size);
    scan.coverage.AddFile(id, entry.size, ByteClass::kIgnored);
    ++scan.total_files;
    scan.total_bytes += entry.size;
  }
  LookAtHeads(scan_index);
  if (heads_[scan_index] == 0) Begin(scan_index);
}

// TensorFlow keeps a text file `checkpoint` beside its own files, and T5X did so in its roots. The
// file is not a msgpack tree and does not make the directory a checkpoint (contract §11.2).
void Discover::LookAtHeads(size_t scan_index) {
  Scan& scan = context_.scans[scan_index];
  if (!scan.listed) return;
  for (const FileEntry& entry : scan.listing) {
    const std::string_view path = entry.path;
    const std::string_view directory = DirectoryOf(path);
    if (entry.kind != FileEntry::Kind::kFile || path.substr(directory.size()) != "checkpoint" ||
        entry.size < kTensorFlow.size() || std::count(directory.begin(), directory.end(), '/') > 2)
      continue;
    wants_.push_back({What::kHead, scan_index, 0, std::string(path)});
    WantRange(scan, std::string(path), 0, kTensorFlow.size(), wants_.size() - 1);
    ++heads_[scan_index];
  }
}

// Flax restores any msgpack file with a name of its form and raises for all others: texts, images,
// configurations.
void Discover::LookAtFlaxHeads(size_t scan_index) {
  Scan& scan = context_.scans[scan_index];
  if (!ChecksAll(context_.options)) return;
  for (const std::string& path : readers::UnreadFlaxFiles(scan.listing, scan.layout)) {
    wants_.push_back({What::kFlaxHead, scan_index, 0, path});
    const uint64_t size = scan.EntryOf(path)->size;
    if (size == 0)
      scan.EntryOf(path)->not_flax = true;
    else
      WantRange(scan, path, 0, std::min(size, readers::kFlaxHead), wants_.size() - 1);
  }
}

void Discover::Begin(size_t scan_index) {
  Scan& scan = context_.scans[scan_index];
  if (unread_heads_.count({scan_index, "checkpoint"}) != 0)
    LeaveOutUnreadHead(context_, lock_, scan);
  LeaveOutCompanionLinks(context_, lock_, scan);
  const bool chosen = ChooseLayout(context_.options, lock_, scan, not_found_);
  FindLinks(context_, scan);
  if (!chosen) {
    if (scan.layout.step_missing && !scan.nothing_read)
      context_.misnamed = {"step", *context_.options.step, {}};
    for (size_t i = 0; i < scan.layout.steps.size() && i < kNamed; ++i)
      context_.misnamed.known.push_back(scan.layout.steps[i].Name());
    return;
  }
  LookAtFlaxHeads(scan_index);
  if (lock_ && scan_index == 0 && !Pair(scan)) return;
  const orbax::Layout& layout = scan.layout;

  if (layout.source_uncommitted) {
    Finding f = MakeFinding(
        Code::kUncommitted,
        "the checkpoint was never finished: its directory has the name of an unfinished save");
    f.file = layout.chosen ? layout.chosen->directory : scan.name;
    f.actual = f.file;
    context_.Add(scan, std::move(f));
  }
  for (const std::string& name : layout.unfinished_steps) {
    // A warning: no reader takes a step with an unfinished name (contract §10.21).
    Finding f = AsWarning(MakeFinding(Code::kUncommitted,
                                      "an unfinished save lies beside the steps; it was not read"));
    f.file = name;
    context_.Add(scan, std::move(f));
  }
  WantIfListed(scan_index, 0, What::kRootMetadata, "metadata/_ROOT_METADATA");
  for (const auto* directories : {&layout.checkpoint_directories, &layout.nested_checkpoints})
    for (const std::string& directory : *directories) WantCheckpoint(scan_index, directory);
  StartItems(scan_index);
}

bool Discover::Pair(Scan& scan) {
  if (context_.options.update == Update::kNo) {
    PairLockfile(context_, scan, *lock_);
    return true;
  }
  if (scan.layout.items.empty()) return true;  // no checkpoint: told below
  not_found_ = PrepareUpdate(context_.options, scan, *lock_, context_.update);
  context_.misuse = !not_found_.empty();
  return not_found_.empty();
}

void Discover::WantCheckpoint(size_t scan_index, const std::string& directory) {
  Scan& scan = context_.scans[scan_index];
  WantIfListed(scan_index, 0, What::kCheckpointMetadata, directory + "_CHECKPOINT_METADATA");
  WantIfListed(scan_index, 0, What::kDeletionJournal, directory + "_CHECKPOINT_DELETION");
  if (scan.SizeOf(directory + "orbax.checkpoint") &&
      !scan.SizeOf(directory + "_CHECKPOINT_METADATA")) {
    // A warning: the v1 reader raises and so restores nothing else; other readers need no such
    // file.
    Finding f = AsWarning(MakeFinding(
        Code::kMissingFile,
        "orbax.checkpoint marks a v1 checkpoint, whose reader refuses it without this file"));
    f.file = directory + "_CHECKPOINT_METADATA";
    context_.Add(scan, std::move(f));
  }
}

void Discover::StartItems(size_t scan_index) {
  Scan& scan = context_.scans[scan_index];
  const orbax::Layout& layout = scan.layout;
  for (const std::string& name : layout.unfinished_items) {
    Finding f = MakeFinding(Code::kUncommitted,
                            "an item of the checkpoint was never finished; it was not read");
    f.file = name;
    f.actual = name;
    context_.Add(scan, std::move(f));
  }
  for (const std::string& name : layout.unmerged) {
    Finding f =
        MakeFinding(Code::kUncommitted,
                    "the save was never finished: the databases of its processes were not merged, "
                    "and _METADATA is missing. No reader restores anything from it; save again");
    f.file = name + "ocdbt.process_*/";
    f.expected = Text(name, "_METADATA and ", name, "manifest.ocdbt");
    context_.Add(scan, std::move(f));
  }
  for (const std::string& name : layout.unknown_directories) {
    if (context_.JudgesFile(scan, name)) continue;
    Finding f = MakeFinding(Code::kUnknownFile,
                            "a directory that is not an item of a checkpoint; it was not read");
    f.file = name;
    context_.Add(scan, std::move(f));
  }
  for (const std::string& name : layout.shards) {
    Finding f =
        MakeFinding(Code::kUnsupported,
                    "Flax weights in several msgpack files, which only together form a tree: not "
                    "supported yet; save them as one flax_model.msgpack (max_shard_size)");
    f.file = name;
    context_.Add(scan, std::move(f));
  }
  const Options& o = context_.options;
  // The source may be the item itself; only the lockfile has its name then.
  const bool is_item = o.item && layout.items.size() == 1 && layout.items[0].name.empty() &&
                       lock_ && lock_->items.size() == 1 && lock_->items[0].name == *o.item;
  for (size_t i = 0; i < layout.items.size(); ++i) {
    const orbax::Item& item = layout.items[i];
    if (o.item && item.name != *o.item && !is_item) {
      context_.items_left_out.insert(item.name);
      // The rules of trees are judged for the whole source (contract §11).
      if (ChecksAll(o) && item.kind == orbax::ItemKind::kPyTree)
        WantIfListed(scan_index, i, What::kOtherTree, item.directory + "_METADATA");
      continue;
    }
    ItemScan s;
    s.item = item;
    scan.items.push_back(std::move(s));
  }
  if (o.item && scan.items.empty()) return;
  if (layout.items.empty() && layout.unfinished_items.empty() && layout.unmerged.empty() &&
      layout.shards.empty() && scan.probed.unanswered.empty())
    TellNoCheckpoint(scan);
  for (size_t i = 0; i < scan.items.size(); ++i) WantItem(scan_index, i);
}

bool Discover::WantIfListed(size_t scan, size_t item, What what, const std::string& path) {
  Scan& s = context_.scans[scan];
  const auto id = s.files.Find(path);
  if (!id || !s.files.size(*id)) return false;
  const uint64_t limit = what == What::kManifest ? kMaxManifest : kMaxJsonBytes;
  s.coverage.MarkAll(*id, ByteClass::kStructural);
  const Want want{what, scan, item, path};
  if (*s.files.size(*id) > limit) {
    Report(want, Error{ErrorCode::kLimit,
                       "the file is too large for its kind",
                       {},
                       AtMostBytes(limit),
                       ByteCount(*s.files.size(*id))});
    return false;
  }
  wants_.push_back(want);
  WantFile(s, path, limit, wants_.size() - 1);
  return true;
}

// Reads a tree that may be larger than memory piece by piece.
void Discover::WantMsgpack(size_t scan, size_t item, const std::string& path) {
  Scan& s = context_.scans[scan];
  const auto id = s.files.Find(path);
  if (!id || !s.files.size(*id) || (s.EntryOf(path) && s.EntryOf(path)->foreign)) return;
  orbax::MsgpackReader& reader = s.items[item].msgpack.reader.emplace(*s.files.size(*id));
  s.items[item].msgpack.file = *id;
  const Want want{What::kMsgpack, scan, item, path};
  if (reader.error()) return Report(want, *reader.error());
  wants_.push_back(want);
  WantRange(s, path, reader.Want()->offset, reader.Want()->length, wants_.size() - 1);
}

// Reads the files `process_*`, as Orbax does: it takes the rest of the name for a number and raises
// if it is none. It reads no other files.
void Discover::WantArrayMetadatas(size_t scan_index, size_t item_index) {
  Scan& scan = context_.scans[scan_index];
  ItemScan& item = scan.items[item_index];
  const std::string dir = item.item.directory + "array_metadatas/";
  const auto [first, last] = scan.Below(dir);
  for (size_t i = first; i < last; ++i) {
    const FileEntry& entry = scan.listing[i];
    std::string_view name = std::string_view(entry.path).substr(dir.size());
    if (entry.kind != FileEntry::Kind::kFile || !name.starts_with(kProcessFile)) continue;
    item.side.has_array_metadatas = true;
    name.remove_prefix(kProcessFile.size());
    if (!name.empty() &&
        std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      ++item.side.num_array_metadatas;
      WantIfListed(scan_index, item_index, What::kArrayMetadatas, std::string(entry.path));
      continue;
    }
    Finding f = MakeFinding(Code::kInvalid,
                            "not a file of a process: Orbax reads every array_metadatas/process_* "
                            "and raises ValueError if no number follows; rename it");
    f.file = entry.path;
    f.expected = "array_metadatas/process_<number>";
    item.side.problems.push_back(std::move(f));
  }
}

void Discover::WantItem(size_t scan_index, size_t item_index) {
  Scan& scan = context_.scans[scan_index];
  ItemScan& item = scan.items[item_index];
  const std::string& dir = item.item.directory;
  if (item.item.uncommitted) {
    Finding f = MakeFinding(
        Code::kUncommitted,
        "the item was never finished: its directory has the name of an unfinished save");
    f.file = dir;
    f.actual = dir;
    context_.Add(scan, item, std::move(f));
  }
  // Only its tree would tell what the item is.
  if (scan.Unanswered(dir + "_METADATA")) {
    item.failed = true;
    return;
  }
  switch (item.item.kind) {
    case orbax::ItemKind::kPyTree: {
      WantIfListed(scan_index, item_index, What::kTreeMetadata, dir + "_METADATA");
      WantIfListed(scan_index, item_index, What::kManifest, dir + ocdbt::kManifestName);
      WantIfListed(scan_index, item_index, What::kStrings, dir + "_strings.json");
      WantIfListed(scan_index, item_index, What::kSharding, dir + "_sharding");
      WantMsgpack(scan_index, item_index, dir + "checkpoint");
      WantArrayMetadatas(scan_index, item_index);
      break;
    }
    case orbax::ItemKind::kBareOcdbt:
      WantIfListed(scan_index, item_index, What::kManifest, dir + ocdbt::kManifestName);
      break;
    case orbax::ItemKind::kJson:
      // Read to find duplicate members; larger files are data.
      if (scan.SizeOf(item.item.file).value_or(0) > kMaxJsonItem) break;
      wants_.push_back({What::kJsonItem, scan_index, item_index, item.item.file});
      WantFile(scan, item.item.file, kMaxJsonItem, wants_.size() - 1);
      break;
    case orbax::ItemKind::kBareZarr:
    case orbax::ItemKind::kProto:
      break;
    case orbax::ItemKind::kMsgpack:
      WantMsgpack(scan_index, item_index, item.item.file);
      if (!item.item.HasStore()) break;
      WantIfListed(scan_index, item_index, What::kManifest, dir + ocdbt::kManifestName);
      WantIfListed(scan_index, item_index, What::kStrings, dir + "_strings.json");
      WantIfListed(scan_index, item_index, What::kSharding, dir + "_sharding");
      break;
    case orbax::ItemKind::kAmbiguous: {
      Finding f = MakeFinding(
          Code::kInvalid,
          "more than one of data.json, metadata and metrics: it is unclear which is the item");
      f.file = dir;
      context_.Add(scan, item, std::move(f));
      item.failed = true;
      break;
    }
  }
}

void Discover::OnFailure(size_t tag, Error error) {
  const Want want = wants_[tag];
  if (want.what != What::kHead) return Report(want, error);
  unread_heads_.emplace(std::pair(want.scan, want.path), std::move(error));
  if (--heads_[want.scan] == 0) Begin(want.scan);
}

void Discover::OnRead(size_t tag, Bytes bytes) {
  const Want want = wants_[tag];
  if (want.what != What::kHead) return Read(tag, want, bytes);
  Scan& scan = context_.scans[want.scan];
  if (AsText(bytes) == kTensorFlow) scan.EntryOf(want.path)->foreign = true;
  if (--heads_[want.scan] == 0) Begin(want.scan);
}

}  // namespace leafsum::plan
