// Decodes the side files of a checkpoint as they arrive, puts each into its place, and reports what
// is wrong with them.
#include "base/path.h"
#include "base/sort.h"
#include "base/text.h"
#include "orbax/json_document.h"
#include "plan/discover.h"
#include "readers/flax_bytes.h"
#include "readers/rich_tree.h"
#include "readers/tree.h"

namespace leafsum::plan {

using report::Code;
using report::Finding;
using report::Severity;

void Discover::Duplicates(Scan& scan, const ItemScan* item, const std::string& path,
                          const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    Finding f = MakeFinding(
        Code::kDuplicateMember,
        "a JSON member occurs twice; most readers take the last one, others may take the first");
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
    // A warning: no leaf depends on these files, which only describe the save.
    case What::kRootMetadata:
    case What::kCheckpointMetadata:
    case What::kDeletionJournal:
      context_.Add(scan, f.severity == Severity::kError ? AsWarning(std::move(f)) : std::move(f));
      return;
    case What::kArrayMetadatas:
      scan.items[want.item].side.problems.push_back(std::move(f));
      return;
    case What::kSharding:
      // A warning: the file says how leaves lay on devices; no value depends on it.
      context_.Add(scan, scan.items[want.item],
                   f.severity == Severity::kError ? AsWarning(std::move(f)) : std::move(f));
      return;
    case What::kHead:
    case What::kFlaxHead:  // an unreadable file stays a mark
      return;
    case What::kOtherTree: {
      ItemScan item;
      item.item = scan.layout.items[want.item];
      context_.Add(scan, item, std::move(f));
      return;
    }
    case What::kMsgpack: {
      ItemScan& item = scan.items[want.item];
      item.msgpack.broken = true;
      // Nobody knows whether it is a tree at all, so what is wrong with it as a tree is no damage.
      if (const auto head = unread_heads_.extract({want.scan, want.path}))
        f = FindingOf(head.mapped(), want.path);
      if (!item.msgpack.reader->path().empty()) f.key_path = item.msgpack.reader->path();
      context_.Add(scan, item, std::move(f));
      return;
    }
    case What::kJsonItem:
      f.key_path = orbax::KeyPath();  // the file is the leaf
      [[fallthrough]];
    case What::kTreeMetadata:
    case What::kManifest: {
      ItemScan& item = scan.items[want.item];
      item.failed = true;
      context_.Add(scan, item, std::move(f));
      return;
    }
    case What::kStrings:
      scan.items[want.item].side.strings_problem = std::move(f);
      return;
  }
}

void Discover::ReadMsgpack(size_t tag, Bytes bytes) {
  const Want want = wants_[tag];
  Scan& scan = context_.scans[want.scan];
  ItemScan& item = scan.items[want.item];
  orbax::MsgpackReader& reader = *item.msgpack.reader;
  if (bytes.size() != reader.Want()->length)
    return Report(want, ShortRead(true, reader.Want()->length, bytes.size()));
  reader.Feed(bytes);
  if (reader.error()) return Report(want, *reader.error());
  if (auto next = reader.Want()) return WantRange(scan, want.path, next->offset, next->length, tag);
  for (const orbax::KeyPath& path : reader.duplicates()) {
    Finding f = MakeFinding(
        Code::kNameCollision,
        "a map has two members of this name: readers take the last one and lose the other");
    f.file = want.path;
    f.key_path = path;
    context_.Add(scan, item, std::move(f));
    item.no_fingerprint = true;
  }
}

void Discover::ReadCheckpoint(Scan& scan, const Want& want, Bytes bytes) {
  auto m = orbax::ParseCheckpointMetadata(bytes);
  if (!m) return Report(want, m.error());
  const std::string directory(DirectoryOf(want.path));
  const orbax::CheckpointMetadata& document = scan.saved.documents[directory] = std::move(*m);
  Duplicates(scan, nullptr, want.path, document.duplicate_members);
  if (document.commit_timestamp_nsecs &&
      scan.layout.checkpoint_directories == std::vector{directory})
    scan.saved.commit_timestamp_nsecs = document.commit_timestamp_nsecs;
  const auto& [init, commit] = scan.saved.times[directory] =
      SaveTimes{document.init_timestamp_nsecs, document.commit_timestamp_nsecs};
  if (init && commit && *commit < *init) {
    Finding f = MakeFinding(Code::kStructureMismatch, "the save ended before it began");
    f.file = want.path;
    f.expected = Text("commit_timestamp_nsecs of at least ", *init);
    f.actual = Text(*commit);
    context_.Add(scan, std::move(f));
  }
  // A warning: Orbax restores the checkpoint all the same, and some writers never fill the member
  // in (contract §10.21).
  if (document.has_commit_timestamp_member && !document.commit_timestamp_nsecs) {
    Finding f = AsWarning(
        MakeFinding(Code::kUncommitted,
                    "commit_timestamp_nsecs is null: the save may not have been finished, or the "
                    "writer does not record it"));
    f.file = want.path;
    context_.Add(scan, std::move(f));
  }
}

void Discover::ReadJsonItem(Scan& scan, const Want& want, Bytes bytes) {
  auto document = ParseJson(bytes, {.as_python = true});
  if (document)
    return Duplicates(scan, &scan.items[want.item], want.path, document->duplicate_members);
  // The leaf is the file's bytes, but Orbax restores nothing from a file that is not JSON. JSON
  // with too many or too deeply nested values is only left unchecked.
  if (document.error().code == ErrorCode::kLimit) return;
  Finding f = FindingOf(document.error(), want.path);
  f.key_path = orbax::KeyPath();
  context_.Add(scan, scan.items[want.item], std::move(f));
}

void Discover::Read(size_t tag, const Want& want, Bytes bytes) {
  Scan& scan = context_.scans[want.scan];
  switch (want.what) {
    case What::kCheckpointMetadata:
      return ReadCheckpoint(scan, want, bytes);
    case What::kDeletionJournal: {
      auto names = orbax::ParseDeletionJournal(bytes);
      if (!names) return Report(want, names.error());
      const std::string directory =
          want.path.substr(0, want.path.size() - std::string("_CHECKPOINT_DELETION").size());
      scan.saved.journals[directory] = std::move(*names);
      return;
    }
    case What::kHead:
      return;
    case What::kFlaxHead: {
      FileEntry& entry = *scan.EntryOf(want.path);
      entry.not_flax = !readers::MayRestoreFlax(bytes, entry.size);
      return;
    }
    case What::kMsgpack:
      return ReadMsgpack(tag, bytes);
    case What::kRootMetadata: {
      auto document = orbax::ParseObject(bytes);
      if (!document) return Report(want, document.error());
      return Duplicates(scan, nullptr, want.path, document->duplicate_members);
    }
    case What::kJsonItem:
      return ReadJsonItem(scan, want, bytes);
    case What::kTreeMetadata:
      return ReadTree(scan, scan.items[want.item], want.path, bytes);
    case What::kOtherTree: {
      ItemScan item;
      item.item = scan.layout.items[want.item];
      ReadTree(scan, item, want.path, bytes);
      return OtherNames(scan, item, want.path);
    }
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
      scan.items[want.item].side.strings = std::move(*strings);
      return;
    }
    case What::kArrayMetadatas:
      return ReadArrayMetadatas(scan, scan.items[want.item], want.path, bytes);
    case What::kSharding: {
      auto sharding = orbax::ParseSharding(bytes);
      if (!sharding) return Report(want, sharding.error());
      Duplicates(scan, &scan.items[want.item], want.path, sharding->duplicate_members);
      scan.items[want.item].side.sharding = std::move(*sharding);
      return;
    }
  }
}

// That readers disagree is reported only if everything is checked. That every reader raises
// (kInvalid) is always reported.
void Discover::AddDivergence(Scan& scan, ItemScan& item, const std::string& path, Finding finding) {
  if (finding.code != Code::kInvalid && !ChecksAll(context_.options)) return;
  finding.file = path;
  context_.Add(scan, item, std::move(finding));
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
    f.message = Text("entry ", problem.member, ": ", f.message);
    context_.Add(scan, item, std::move(f));
    item.no_fingerprint = true;
  }
  item.no_fingerprint |= tree->has_equal_key_paths;
  for (readers::TreeDivergence& d : readers::CheckTree(tree->entries)) {
    Finding f = MakeFinding(d.all_raise ? Code::kInvalid : Code::kReaderDivergence, d.message);
    f.key_path = std::move(d.key_path);
    f.expected = std::move(d.hashed);
    f.actual = std::move(d.taken);
    AddDivergence(scan, item, path, std::move(f));
  }
  if (tree->value_metadata_tree) {
    if (auto d = readers::CompareRichTree(*tree->value_metadata_tree, tree->entries)) {
      Finding f = FindingOf(d->error, path);
      if (f.code == Code::kInvalid) {
        f = MakeFinding(
            Code::kReaderDivergence,
            d->error.message + ": Orbax with support_rich_types restores the first of them");
        f.key_path = std::move(d->key_path);
        f.expected = d->error.expected;
        f.actual = d->error.actual;
      }
      AddDivergence(scan, item, path, std::move(f));
    }
    tree->value_metadata_tree.reset();  // as long as everything else together
  }
  item.tree = std::move(*tree);
}

// Reports each leaf whose parameter name another leaf has too, in an item that --item leaves out.
// PlanStage does the same for items that are read.
void Discover::OtherNames(Scan& scan, const ItemScan& item, const std::string& path) {
  if (!item.tree) return;
  std::vector<std::pair<std::string, const orbax::TreeEntry*>> names;
  for (const orbax::TreeEntry& entry : item.tree->entries)
    if (!orbax::IsEmptyValueType(entry.value_type))
      names.emplace_back(
          (entry.value_type == "string" ? "s" : "a") + orbax::ParamName(entry.key_path), &entry);
  StableSort(names, [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 1; i < names.size(); ++i) {
    if (names[i].first != names[i - 1].first) continue;
    Finding f =
        MakeFinding(Code::kNameCollision,
                    "another leaf has this leaf's parameter name too: readers take one of the two");
    f.file = path;
    f.key_path = names[i].second->key_path;
    context_.Add(scan, item, std::move(f));
  }
}

void Discover::ReadArrayMetadatas(Scan& scan, ItemScan& item, const std::string& path,
                                  Bytes bytes) {
  auto parsed = orbax::ParseArrayMetadatas(bytes);
  if (!parsed) return item.side.problems.push_back(FindingOf(parsed.error(), path));
  Duplicates(scan, &item, path, parsed->duplicate_members);
  for (orbax::SerializedArrayMetadata& array : parsed->arrays) {
    std::string name = array.param_name;
    item.side.recorded.emplace(std::move(name), RecordedArray{path, std::move(array)});
  }
}

}  // namespace leafsum::plan
