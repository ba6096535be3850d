#include "readers/source.h"

#include <algorithm>

#include "base/sort.h"
#include "base/text.h"
#include "readers/closed_world.h"
#include "readers/directory_set.h"
#include "readers/steps.h"

namespace leafsum::readers {
namespace {

using orbax::Item;
using orbax::ItemKind;
using orbax::ListingIndex;

// The form of a directory in a message, with "/". The source itself has no name.
std::string Shown(const std::string& directory) {
  return directory.empty() ? "the source itself" : directory;
}

// The parent of a directory.
std::string Around(const std::string& directory) {
  const size_t slash =
      directory.size() < 2 ? directory.npos : directory.rfind('/', directory.size() - 2);
  return slash == directory.npos ? "" : directory.substr(0, slash + 1);
}

class SourceJudge {
 public:
  explicit SourceJudge(const SourceView& source) : source_(source), index_(source.listing) {
    for (const Item& item : source.layout.items) by_directory_.emplace_back(item.directory, &item);
    StableSort(by_directory_, [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  Judgement Run() {
    StepsAnswer steps = JudgeSteps(index_, source_.listing, source_.links, source_.layout,
                                   source_.named_step, source_.named_prefix);
    out_.newer_step = std::move(steps.newer);
    out_.divergences = std::move(steps.divergences);
    for (const std::string& directory : Checkpoints()) {
      Journal(directory);
      Handlers(directory);
      EntryPoints(directory);
    }
    for (const Item& item : source_.layout.items) LostTree(item);
    ClosedWorld();
    return std::move(out_);
  }

  std::vector<std::string> Checkpoints() const {
    std::vector<std::string> all = source_.layout.checkpoint_directories;
    all.insert(all.end(), source_.layout.nested_checkpoints.begin(),
               source_.layout.nested_checkpoints.end());
    return all;
  }

  CheckpointView View(const std::string& directory) const {
    CheckpointView view{index_, directory, false, DocumentOf(directory)};
    if (!directory.empty())
      view.below_checkpoint = index_.HasFile(Around(directory) + "_CHECKPOINT_METADATA");
    return view;
  }

  const ListingIndex& index() const { return index_; }

 private:
  const Item* ItemAt(const std::string& directory) const {
    const auto it =
        std::lower_bound(by_directory_.begin(), by_directory_.end(), directory,
                         [](const auto& row, const std::string& name) { return row.first < name; });
    return it != by_directory_.end() && it->first == directory ? it->second : nullptr;
  }
  // The first item below a directory.
  const Item* ItemBelow(const std::string& directory) const {
    const auto it =
        std::upper_bound(by_directory_.begin(), by_directory_.end(), directory,
                         [](const std::string& name, const auto& row) { return name < row.first; });
    return it != by_directory_.end() && it->first.starts_with(directory) ? it->second : nullptr;
  }

  // Whether a tree is one array: it has it in its directory `checkpoint`, and no other array beside
  // that.
  bool IsArray(const Item& item) const {
    if (index_.HasFile(item.directory + "manifest.ocdbt")) return false;
    const auto is_array = [&](std::string_view name) {
      const std::string directory = Text(item.directory, name, "/");
      return index_.HasFile(directory + ".zarray") || index_.HasFile(directory + "zarr.json");
    };
    if (!is_array("checkpoint")) return false;
    for (std::string_view name : index_.Subdirectories(item.directory))
      if (name != "checkpoint" && is_array(name))
        return false;  // a tree with a leaf called "checkpoint"
    return true;
  }

  Handler HandlerOf(const Item& item) const {
    switch (item.kind) {
      case ItemKind::kPyTree:
        return IsArray(item) ? Handler::kArray : Handler::kPyTree;
      case ItemKind::kMsgpack:
        return Handler::kPyTree;
      case ItemKind::kJson:
      case ItemKind::kAmbiguous:
        return Handler::kJson;
      case ItemKind::kProto:
        return Handler::kProto;
      case ItemKind::kBareOcdbt:
      case ItemKind::kBareZarr:
        break;
    }
    return Handler::kNone;  // a bare store: no handler of Orbax reads it
  }

  void Add(Divergence divergence) {
    const auto [it, is_new] =
        told_.try_emplace({divergence.place, divergence.takes}, out_.divergences.size());
    if (is_new) return out_.divergences.push_back(std::move(divergence));
    std::string& readers = out_.divergences[it->second].reader;
    if (readers.find(divergence.reader) == readers.npos) readers += ", " + divergence.reader;
  }

  void Journal(const std::string& directory) {
    const auto it = source_.journals.find(directory);
    if (it == source_.journals.end()) return;
    for (const std::string& name : it->second) {
      const std::string item = Text(directory, name, "/");
      if (index_.Subdirectories(item).empty() && index_.Files(item).empty()) continue;
      Add({"Checkpointer(CompositeCheckpointHandler)", item,
           "this item, which v1 leaves out: _CHECKPOINT_DELETION says that its deletion has begun",
           "the item as stored",
           "finish the deletion, or undo it by removing _CHECKPOINT_DELETION"});
    }
  }

  void Handlers(const std::string& directory) {
    const auto* document = DocumentOf(directory);
    if (!document) return;
    if (document->handler) CheckHandler(directory, *document->handler);
    if (document->item_handlers)
      for (const auto& [name, type] : *document->item_handlers)
        CheckHandler(Text(directory, name, "/"), type);
  }

  void CheckHandler(const std::string& directory, const std::string& type) {
    const Handler handler = ParseHandler(type);
    const Item* item = ItemAt(directory);
    if (handler == Handler::kNone || !item) return;
    if (handler == Handler::kUnknown) {
      out_.unknown_handlers.emplace_back(item, type);
      return;
    }
    const Handler own = HandlerOf(*item);
    // Old versions wrote a msgpack tree for an array too.
    if (own == Handler::kNone || own == handler ||
        (item->kind == ItemKind::kMsgpack && handler == Handler::kArray))
      return;
    Add({"Checkpointer(CompositeCheckpointHandler), v1 load", directory,
         std::string(HandlerName(handler)) + ", as item_handlers in _CHECKPOINT_METADATA says",
         std::string(HandlerName(own)), "restore _CHECKPOINT_METADATA from the origin"});
  }

  void EntryPoints(const std::string& directory) {
    for (const Answer& answer : AskEntryPoints(View(directory)))
      for (const Opened& opened : answer.opened) {
        if (ItemAt(opened.directory) ||
            (opened.handler == Handler::kRandomKey && ItemBelow(opened.directory)))
          continue;
        Add({Text(answer.entry->name, " (", answer.entry->versions, ")"), opened.directory,
             std::string(HandlerName(opened.handler)) + " there", HashedOf(answer),
             "move it out of the checkpoint, or delete it"});
      }
  }

  // What was hashed, in words: the items that this reader takes too, or else all items; of many,
  // only the first few.
  std::string HashedOf(const Answer& answer) const {
    std::vector<const Item*> items;
    for (const Opened& opened : answer.opened)
      if (const Item* item = ItemAt(opened.directory)) items.push_back(item);
    if (items.empty())
      for (const Item& item : source_.layout.items) items.push_back(&item);
    std::string text;
    for (size_t i = 0; i < items.size() && i < 3; ++i)
      text +=
          (i ? ", " : "") + (items[i]->file.empty() ? Shown(items[i]->directory) : items[i]->file);
    return items.empty() ? "nothing" : items.size() > 3 ? text + " and others" : text;
  }

  // Tells a store that lost its tree from a bare store, which never had a tree: beside the first
  // lie files that only Orbax writes (contract §10.24). Without `_METADATA` every reader of Orbax
  // raises.
  void LostTree(const Item& item) {
    if (item.kind != ItemKind::kBareOcdbt && item.kind != ItemKind::kBareZarr) return;
    for (const char* mark : {"_sharding", "_strings.json"})
      if (index_.HasFile(item.directory + mark))
        return out_.lost_trees.emplace_back(&item, mark), void();
    for (std::string_view name : index_.Subdirectories(item.directory))
      if (name == "array_metadatas" || name.starts_with("ocdbt.process_"))
        return out_.lost_trees.emplace_back(&item, std::string(name) + "/"), void();
    if (HandlerTells(item.directory)) out_.lost_trees.emplace_back(&item, "_CHECKPOINT_METADATA");
  }

  // Whether `_CHECKPOINT_METADATA` of the directory, or of one above it, names a tree there.
  bool HandlerTells(const std::string& directory) const {
    if (const auto* own = DocumentOf(directory); own && own->handler && IsOfTree(*own->handler))
      return true;
    for (std::string below = directory; !below.empty(); below = Around(below)) {  // three at most
      const std::string around = Around(below);
      const auto* document = DocumentOf(around);
      if (!document || !document->item_handlers) continue;
      const auto it = document->item_handlers->find(
          directory.substr(around.size(), directory.size() - around.size() - 1));
      if (it != document->item_handlers->end() && IsOfTree(it->second)) return true;
    }
    return false;
  }

  const orbax::CheckpointMetadata* DocumentOf(const std::string& directory) const {
    const auto it = source_.documents.find(directory);
    return it == source_.documents.end() ? nullptr : &it->second;
  }

  static bool IsOfTree(const std::string& type) {
    const Handler handler = ParseHandler(type);
    return handler == Handler::kPyTree || handler == Handler::kArray ||
           handler == Handler::kRandomKey;
  }

  void ClosedWorld() {
    // Without any checkpoint, other findings say so.
    if (source_.layout.items.empty()) return;
    std::vector<ReadItem> items;
    for (const Item& item : source_.layout.items) {
      ReadItem read{&item};
      read.ocdbt = item.kind != ItemKind::kBareZarr && item.HasStore() &&
                   index_.HasFile(item.directory + "manifest.ocdbt");
      read.plain = item.HasStore() && !read.ocdbt &&
                   (item.kind == ItemKind::kBareZarr || item.kind == ItemKind::kPyTree ||
                    item.kind == ItemKind::kMsgpack);
      items.push_back(read);
    }
    // Skip marks whose directory, or one above it, already has a divergence.
    std::vector<std::string> places;
    for (const auto& [told, divergence] : told_)
      if (told.first.ends_with('/')) places.push_back(told.first);
    const DirectorySet told(std::move(places));
    for (Divergence& divergence : UnreadMarks(source_.listing, index_, source_.layout, items))
      if (!told.Holds(divergence.place)) out_.divergences.push_back(std::move(divergence));
  }

  const SourceView& source_;
  const ListingIndex index_;
  std::vector<std::pair<std::string, const Item*>> by_directory_;
  std::map<std::pair<std::string, std::string>, size_t>
      told_;  // by place, and by what readers take there
  Judgement out_;
};

}  // namespace

Judgement Judge(const SourceView& source) { return SourceJudge(source).Run(); }

AutoItem AutoOf(const SourceView& source) {
  if (source.layout.checkpoint_directories.size() != 1) return {};
  return AutoOf(SourceJudge(source).View(source.layout.checkpoint_directories[0]));
}

std::vector<ReaderRow> Describe(const SourceView& source) {
  const SourceJudge judge(source);
  std::vector<ReaderRow> rows;
  if (source.layout.is_root)
    for (std::string& line : DescribeSteps(judge.index(), source.layout))
      rows.push_back({"",
                      "CheckpointManager, training.Checkpointer",
                      "0.11.37, 0.12.8",
                      {std::move(line)},
                      ""});
  for (const std::string& directory : judge.Checkpoints())
    for (const Answer& answer : AskEntryPoints(judge.View(directory))) {
      ReaderRow row{directory,
                    std::string(answer.entry->name),
                    std::string(answer.entry->versions),
                    {},
                    answer.raises};
      for (const Opened& opened : answer.opened)
        row.takes.push_back(Text(Shown(opened.directory), " as ", HandlerName(opened.handler)));
      rows.push_back(std::move(row));
    }
  return rows;
}

}  // namespace leafsum::readers
