#include "verify/discover.h"

#include <algorithm>

#include "base/phrase.h"
#include "base/text.h"
#include "orbax/json_document.h"

namespace leafsum::verify {
namespace {

using report::Code;
using report::Finding;
using report::Severity;

constexpr uint64_t kMaxJsonItem = 4 << 20;

Finding Warning(Finding finding) {
  finding.severity = Severity::kWarning;
  return finding;
}

// Every item of the lockfile lies in a step directory of this root: it was locked with --all-steps.
bool LocksAllSteps(const Lockfile& lock, const orbax::Layout& root) {
  if (!root.is_root || lock.items.empty()) return false;
  return std::all_of(lock.items.begin(), lock.items.end(), [&](const ItemRecord& item) {
    return std::any_of(root.steps.begin(), root.steps.end(), [&](const orbax::Step& step) {
      return (item.name + "/").compare(0, step.directory.size(), step.directory) == 0;
    });
  });
}

}  // namespace

Discover::Discover(Context& context, const Lockfile* lock) : ReadingStage(context) {
  for (size_t i = 0; i < context.scans.size(); ++i) Start(i, lock);
}

bool Discover::ChooseLayout(Scan& scan, const Lockfile* lock) {
  const Options& o = context_.options;
  orbax::LayoutOptions layout;
  layout.source_name = scan.name;
  layout.step = o.step;
  layout.all_steps = o.all_steps;
  scan.layout = orbax::FindLayout(scan.listing, layout);
  bool from_lock = false;
  if (lock && scan.layout.is_root && !o.step && !o.all_steps) {
    if (LocksAllSteps(*lock, scan.layout))
      layout.all_steps = true;
    else if (lock->step)
      layout.step = lock->step;
    from_lock = layout.step.has_value();
    if (from_lock || layout.all_steps) scan.layout = orbax::FindLayout(scan.listing, layout);
  }
  if (scan.layout.step_missing) {
    if (from_lock) {
      scan.nothing_read = true;
      return false;
    }
    not_found_ = "no step " + Phrase(layout.step.value_or(0)) +
                 " in this checkpoint directory; it has";
    if (!scan.layout.is_root)
      not_found_ = "this is no directory of steps: leave --step out";
    else if (scan.layout.steps.empty())
      not_found_ += " none";
    for (size_t i = 0; i < scan.layout.steps.size() && i < 20; ++i)
      not_found_ += (i ? ", " : " ") + Phrase(scan.layout.steps[i].number);
    return false;
  }
  if (scan.layout.duplicate_step_number) {
    not_found_ =
        "two directories have the number of this step; name one of them as the source, or read all "
        "with --all-steps";
    return false;
  }
  scan.step_chosen = scan.layout.chosen.has_value();
  return true;
}

void Discover::Start(size_t scan_index, const Lockfile* lock) {
  Scan& scan = context_.scans[scan_index];
  if (!scan.listed) scan.coverage.GrowWithMarks();
  for (const FileEntry& entry : scan.listing) {
    if (entry.kind == FileEntry::Kind::kSymlink) {
      Finding f =
          MakeFinding(Code::kSymlink,
                      "a symbolic link: it is not followed, what it points to was not looked at");
      f.file = entry.path;
      context_.Add(scan, std::move(f));
    }
    if (entry.kind != FileEntry::Kind::kFile) continue;
    const uint32_t id = scan.files.Intern(entry.path);
    scan.files.SetSize(id, entry.size);
    scan.coverage.AddFile(id, entry.size, ByteClass::kIgnored);
    ++scan.total_files;
    scan.total_bytes += entry.size;
  }
  if (!ChooseLayout(scan, lock)) return;
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
    Finding f = Warning(MakeFinding(Code::kUncommitted,
                                    "an unfinished save lies beside the steps; it was not read"));
    f.file = name;
    context_.Add(scan, std::move(f));
  }
  WantIfListed(scan_index, 0, What::kRootMetadata, "metadata/_ROOT_METADATA");
  for (const std::string& directory : layout.checkpoint_directories) {
    WantIfListed(scan_index, 0, What::kCheckpointMetadata, directory + "_CHECKPOINT_METADATA");
    if (WantIfListed(scan_index, 0, What::kDeletionJournal, directory + "_CHECKPOINT_DELETION"))
      ++journals_[scan_index];
    if (scan.SizeOf(directory + "orbax.checkpoint") &&
        !scan.SizeOf(directory + "_CHECKPOINT_METADATA")) {
      Finding f = Warning(MakeFinding(Code::kMissingFile,
                                      "the marker of a v1 checkpoint is here: its reader refuses a "
                                      "checkpoint without this file"));
      f.file = directory + "_CHECKPOINT_METADATA";
      context_.Add(scan, std::move(f));
    }
  }
  if (journals_[scan_index] == 0) StartItems(scan_index);
}

// Once it is known which items a deletion has begun with.
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
  for (const std::string& name : layout.unknown_directories) {
    Finding f = MakeFinding(Code::kUnknownFile,
                            "a directory that is no item of a checkpoint; it was not read");
    f.file = name;
    context_.Add(scan, std::move(f));
  }
  const Options& o = context_.options;
  for (const orbax::Item& item : layout.items) {
    if (o.item && item.name != *o.item) continue;
    ItemScan s;
    s.item = item;
    scan.items.push_back(std::move(s));
  }
  if (o.item && scan.items.empty()) {
    not_found_ =
        "no item \"" + *o.item + "\" here; there " + (layout.items.size() == 1 ? "is" : "are");
    for (size_t i = 0; i < layout.items.size() && i < 20; ++i)
      not_found_ += (i ? ", \"" : " \"") + layout.items[i].name + "\"";
    if (layout.items.empty()) not_found_ += " none";
    return;
  }
  if (layout.items.empty() && layout.unfinished_items.empty()) {
    context_.Add(
        scan, MakeFinding(
                  Code::kMissingFile,
                  "no checkpoint was found here: no _METADATA, manifest.ocdbt, zarr array or other "
                  "item; name the directory that was given to the save"));
  }
  for (size_t i = 0; i < scan.items.size(); ++i) WantItem(scan_index, i);
}

void Discover::Answered(const Want& want) {
  if (want.what == What::kDeletionJournal && --journals_[want.scan] == 0) StartItems(want.scan);
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
                       "the file is too large for what it is",
                       {},
                       "at most " + Phrase(limit) + " bytes",
                       Phrase(*s.files.size(*id)) + " bytes"});
    return false;
  }
  wants_.push_back(want);
  WantFile(s, path, limit, wants_.size() - 1);
  return true;
}

// A tree that may be larger than memory: read piece by piece.
void Discover::WantMsgpack(size_t scan, size_t item, const std::string& path) {
  Scan& s = context_.scans[scan];
  const auto id = s.files.Find(path);
  if (!id || !s.files.size(*id)) return;
  orbax::MsgpackReader& reader = s.items[item].msgpack.emplace(*s.files.size(*id));
  s.items[item].msgpack_file = *id;
  const Want want{What::kMsgpack, scan, item, path};
  if (reader.error()) return Report(want, *reader.error());
  wants_.push_back(want);
  WantRange(s, path, reader.Want()->offset, reader.Want()->length, wants_.size() - 1);
}

void Discover::ReadMsgpack(size_t tag, Bytes bytes) {
  const Want want = wants_[tag];
  Scan& scan = context_.scans[want.scan];
  ItemScan& item = scan.items[want.item];
  orbax::MsgpackReader& reader = *item.msgpack;
  if (bytes.size() != reader.Want()->length)
    return Report(want, ShortRead(true, reader.Want()->length, bytes.size()));
  reader.Feed(bytes);
  if (reader.error()) return Report(want, *reader.error());
  if (auto next = reader.Want()) return WantRange(scan, want.path, next->offset, next->length, tag);
  for (const orbax::KeyPath& path : reader.duplicates()) {
    Finding f = MakeFinding(Code::kNameCollision,
                            "a map has two members of this name: readers take the last one, the "
                            "other one is lost");
    f.file = want.path;
    f.key_path = path;
    context_.Add(scan, item, std::move(f));
    item.no_fingerprint = true;
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
  switch (item.item.kind) {
    case orbax::ItemKind::kPyTree: {
      WantIfListed(scan_index, item_index, What::kTreeMetadata, dir + "_METADATA");
      WantIfListed(scan_index, item_index, What::kManifest, dir + ocdbt::kManifestName);
      WantIfListed(scan_index, item_index, What::kStrings, dir + "_strings.json");
      WantIfListed(scan_index, item_index, What::kSharding, dir + "_sharding");
      WantMsgpack(scan_index, item_index, dir + "checkpoint");
      const auto [first, last] = scan.Below(dir + "array_metadatas/");
      for (size_t i = first; i < last; ++i) {
        if (scan.listing[i].kind != FileEntry::Kind::kFile) continue;
        item.has_array_metadatas = true;
        WantIfListed(scan_index, item_index, What::kArrayMetadatas, scan.listing[i].path);
      }
      break;
    }
    case orbax::ItemKind::kBareOcdbt:
      WantIfListed(scan_index, item_index, What::kManifest, dir + ocdbt::kManifestName);
      break;
    case orbax::ItemKind::kJson:
      // To see members that occur twice; larger ones are data.
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
          "more than one of data.json, metadata and metrics: which one is the item cannot be told");
      f.file = dir;
      context_.Add(scan, item, std::move(f));
      item.failed = true;
      break;
    }
  }
}

void Discover::Duplicates(Scan& scan, const ItemScan* item, const std::string& path,
                          const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    Finding f = MakeFinding(
        Code::kDuplicateMember,
        "a JSON member occurs twice; readers take the last one, another reader may take the first");
    f.file = path;
    f.actual = IsUtf8(name) ? name : Hex(AsBytes(name));
    if (item)
      context_.Add(scan, *item, std::move(f));
    else
      context_.Add(scan, std::move(f));
  }
}

void Discover::Report(const Want& want, const Error& error) {
  Scan& scan = context_.scans[want.scan];
  Finding f = FindingOf(error, want.path);
  switch (want.what) {
    // No leaf depends on these.
    case What::kRootMetadata:
    case What::kCheckpointMetadata:
    case What::kDeletionJournal:
      context_.Add(scan, f.severity == Severity::kError ? Warning(std::move(f)) : std::move(f));
      return;
    case What::kArrayMetadatas:
    case What::kSharding:
      context_.Add(scan, scan.items[want.item],
                   f.severity == Severity::kError ? Warning(std::move(f)) : std::move(f));
      return;
    case What::kJsonItem:
      return;  // the leaf is its bytes, whatever they are
    case What::kMsgpack: {
      ItemScan& item = scan.items[want.item];
      item.msgpack_broken = true;
      if (!item.msgpack->path().empty()) f.key_path = item.msgpack->path();
      context_.Add(scan, item, std::move(f));
      return;
    }
    case What::kTreeMetadata:
    case What::kManifest: {
      ItemScan& item = scan.items[want.item];
      item.failed = true;
      context_.Add(scan, item, std::move(f));
      return;
    }
    case What::kStrings:
      scan.items[want.item].strings_problem = std::move(f);
      return;
  }
}

void Discover::OnFailure(size_t tag, Error error) {
  const Want want = wants_[tag];
  Report(want, error);
  Answered(want);
}

void Discover::OnRead(size_t tag, Bytes bytes) {
  const Want want = wants_[tag];
  Read(tag, want, bytes);
  Answered(want);
}

void Discover::Read(size_t tag, const Want& want, Bytes bytes) {
  Scan& scan = context_.scans[want.scan];
  switch (want.what) {
    case What::kCheckpointMetadata: {
      auto m = orbax::ParseCheckpointMetadata(bytes);
      if (!m) return Report(want, m.error());
      Duplicates(scan, nullptr, want.path, m->duplicate_members);
      if (m->commit_timestamp_nsecs && scan.layout.checkpoint_directories.size() == 1)
        scan.commit_timestamp_nsecs = m->commit_timestamp_nsecs;
      const auto& [init, commit] = scan.times[want.path.substr(0, want.path.rfind('/') + 1)] =
          SaveTimes{m->init_timestamp_nsecs, m->commit_timestamp_nsecs};
      if (init && commit && *commit < *init) {
        Finding f = MakeFinding(Code::kStructureMismatch, "the save ended before it began");
        f.file = want.path;
        f.expected = "commit_timestamp_nsecs of at least " + Phrase(*init);
        f.actual = Phrase(*commit);
        context_.Add(scan, std::move(f));
      }
      if (m->has_commit_timestamp_member && !m->commit_timestamp_nsecs) {
        Finding f = Warning(MakeFinding(
            Code::kUncommitted,
            "commit_timestamp_nsecs is null: the save may not have been finished, or the "
            "writer does not record it"));
        f.file = want.path;
        context_.Add(scan, std::move(f));
      }
      return;
    }
    case What::kDeletionJournal: {
      auto names = orbax::ParseDeletionJournal(bytes);
      if (!names) return Report(want, names.error());
      const std::string directory =
          want.path.substr(0, want.path.size() - std::string("_CHECKPOINT_DELETION").size());
      for (const std::string& name : *names) orbax::DropItem(scan.layout, directory, name);
      return;
    }
    case What::kMsgpack:
      return ReadMsgpack(tag, bytes);
    case What::kRootMetadata: {
      auto document = orbax::ParseObject(bytes);
      if (!document) return Report(want, document.error());
      return Duplicates(scan, nullptr, want.path, document->duplicate_members);
    }
    case What::kJsonItem: {
      auto document = ParseJson(bytes, {.as_python = true});
      if (document)
        return Duplicates(scan, &scan.items[want.item], want.path, document->duplicate_members);
      // The leaf is its bytes; but Orbax restores nothing from what is not JSON. Values that are many or
      // nested deeply have no place, and are no error.
      if (!document.error().offset) return;
      Finding f = FindingOf(document.error(), want.path);
      f.key_path = orbax::KeyPath();
      return context_.Add(scan, scan.items[want.item], std::move(f));
    }
    case What::kTreeMetadata:
      return ReadTree(scan, scan.items[want.item], want.path, bytes);
    case What::kManifest: {
      auto manifest = ocdbt::DecodeManifest(bytes);
      if (!manifest) return Report(want, manifest.error());
      scan.items[want.item].manifest = std::move(*manifest);
      return;
    }
    case What::kStrings: {
      auto strings = orbax::ParseStrings(bytes);
      if (!strings) return Report(want, strings.error());
      Duplicates(scan, &scan.items[want.item], want.path, strings->duplicate_members);
      scan.items[want.item].strings = std::move(*strings);
      return;
    }
    case What::kArrayMetadatas:
      return ReadArrayMetadatas(scan, scan.items[want.item], want.path, bytes);
    case What::kSharding: {
      auto sharding = orbax::ParseSharding(bytes);
      if (!sharding) return Report(want, sharding.error());
      Duplicates(scan, &scan.items[want.item], want.path, sharding->duplicate_members);
      scan.items[want.item].sharding = std::move(*sharding);
      return;
    }
  }
}

void Discover::ReadTree(Scan& scan, ItemScan& item, const std::string& path, Bytes bytes) {
  auto tree = orbax::ParseTreeMetadata(bytes);
  if (!tree) {
    Finding f = FindingOf(tree.error(), path);
    context_.Add(scan, item, std::move(f));
    item.failed = true;
    return;
  }
  Duplicates(scan, &item, path, tree->duplicate_members);
  for (const orbax::EntryProblem& problem : tree->problems) {
    Finding f = FindingOf(problem.error, path);
    f.message = "entry " + problem.member + ": " + f.message;
    context_.Add(scan, item, std::move(f));
    item.no_fingerprint = true;
  }
  item.no_fingerprint |= tree->has_equal_key_paths;
  item.tree = std::move(*tree);
}

void Discover::ReadArrayMetadatas(Scan& scan, ItemScan& item, const std::string& path,
                                  Bytes bytes) {
  auto parsed = orbax::ParseArrayMetadatas(bytes);
  if (!parsed) {
    context_.Add(scan, item, Warning(FindingOf(parsed.error(), path)));
    return;
  }
  Duplicates(scan, &item, path, parsed->duplicate_members);
  for (orbax::SerializedArrayMetadata& array : parsed->arrays) {
    std::string name = array.param_name;
    item.recorded.emplace(std::move(name), RecordedArray{path, std::move(array)});
  }
}

}  // namespace leafsum::verify
