#include "plan/probe.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "base/json.h"
#include "base/path.h"
#include "base/sort.h"
#include "base/text.h"
#include "kvstore/safe_path.h"
#include "orbax/tree_metadata.h"

namespace leafsum::plan {
namespace {

// The names that make a directory an item (contract §10.9). The first round asks for those of the
// first line: beside `_METADATA` the others make no difference.
constexpr std::string_view kCheckpointMetadata = "_CHECKPOINT_METADATA", kMetadata = "_METADATA",
                           kManifest = "manifest.ocdbt";
constexpr std::string_view kZarray = ".zarray", kZarrJson = "zarr.json", kStrings = "_strings.json";
constexpr std::string_view kOtherNames[] = {"checkpoint", "proto.pbtxt", "data.json", "metadata",
                                            "metrics",    kZarray,       ".zgroup",   kZarrJson};
constexpr uint64_t kSmallChunk = 256 << 10;  // asked for and read in one request
// The item names that writers choose by default, tried if nothing names the items (formats §3.1).
constexpr std::string_view kUsualItems[] = {"default", "state", "pytree", "metrics"};
// Directories of an item that is not a pytree itself but holds one (formats §3.1).
constexpr std::string_view kNestedItems[] = {"jax_random_key", "jax_random_key_metadata",
                                             "np_random_key", "np_random_key_metadata"};

}  // namespace

bool Probe::Directory::Has(std::string_view name) const {
  return std::find(found.begin(), found.end(), path + std::string(name)) != found.end();
}

bool Probe::Directory::HasItem() const {
  return std::any_of(found.begin(), found.end(), [&](const std::string& file) {
    return !std::string_view(file).substr(path.size()).starts_with("_CHECKPOINT");
  });
}

Probe::Probe(Context& context, const evidence::Lockfile* lock)
    : ReadingStage(context), lock_(lock) {
  for (size_t s = 0; s < context.scans.size(); ++s) {
    if (context.scans[s].listed) continue;
    context.scans[s].probed.records_asked = ChecksAll(context.options) || lock;
    OpenStep(s, context.options.step);
    if (s == 0 && context.judges_files) AskLocked(s);
  }
}

// A lockfile of a root may be compared with its step, and the other way round (contract §7). Its
// files then lie elsewhere. PairLockfile decides where, but only once the layout is known, so each
// possible place is asked for.
void Probe::AskLocked(size_t s) {
  const std::optional<std::string>& step = context_.options.step;
  const auto ask = [&](std::string path) {
    if (kvstore::IsSafePath(path)) AskSize({What::kLocked, s, 0, std::move(path)});
  };
  for (const evidence::FileRecord& file : *lock_->files) {
    ask(file.path);
    const size_t slash = file.path.find('/');
    const auto top = orbax::StepNumber(std::string_view(file.path).substr(0, slash));
    if (slash != file.path.npos && top && top == lock_->step) ask(file.path.substr(slash + 1));
    if (step) ask(*step + '/' + file.path);
  }
}

std::string Probe::NotFound() const {
  if (found_) return "";
  if (!unreachable_.empty()) return "the source " + unreachable_;
  return "no file of a checkpoint was found here: name the checkpoint's own directory (without a "
         "listing, a directory of steps needs --step N)";
}

std::string Probe::Finish() {
  for (Scan& scan : context_.scans) {
    if (scan.listed) continue;
    StableSort(scan.listing,
               [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
    // A locked file may also have been asked for as one of the checkpoint's own.
    const auto same = [](const FileEntry& a, const FileEntry& b) { return a.path == b.path; };
    scan.listing.erase(std::unique(scan.listing.begin(), scan.listing.end(), same),
                       scan.listing.end());
  }
  return NotFound();
}

void Probe::AskSize(Want want, uint64_t whole) {
  WantSize(context_.scans[want.scan], want.path, whole, wants_.size());
  wants_.push_back(std::move(want));
}

void Probe::AskFile(Want want, uint64_t limit) {
  WantFile(context_.scans[want.scan], want.path, limit, wants_.size());
  wants_.push_back(std::move(want));
}

void Probe::AskIn(size_t index, What what, std::string_view name, uint64_t whole) {
  Directory& directory = directories_[index];
  directory.waiting += what == What::kName;
  Want want{what, directory.scan, index, directory.path};
  want.path += name;
  AskSize(std::move(want), whole);
}

void Probe::ReadIn(size_t index, What what, std::string_view name, uint64_t limit) {
  Want want{what, directories_[index].scan, index, directories_[index].path, name == kZarrJson};
  want.path += name;
  AskFile(std::move(want), limit);
}

void Probe::AskOthers(size_t index) {
  directories_[index].all_asked = true;
  for (std::string_view name : kOtherNames) AskIn(index, What::kName, name, 0);
}

void Probe::Open(size_t scan, std::string path, int depth, size_t top) {
  const size_t index = directories_.size();
  directories_.push_back({scan, std::move(path), depth, top});
  AskIn(index, What::kName, kMetadata, kMaxJsonBytes);
  AskIn(index, What::kName, kManifest, kMaxManifest);
  // Only a checkpoint's own directory has this file.
  if (depth == 0) AskIn(index, What::kName, kCheckpointMetadata, kMaxJsonBytes);
}

void Probe::OpenStep(size_t scan, const std::optional<std::string>& step) {
  const std::string directory = step && kvstore::IsSafePath(*step) ? *step + "/" : "";
  Open(scan, directory, 0, directory.size());
}

void Probe::OpenIn(size_t index, std::string_view name) {
  const Directory& parent = directories_[index];
  std::string path = parent.path;
  path += name;
  path += '/';
  if (kvstore::IsSafePath(name))
    Open(parent.scan, std::move(path), parent.depth + 1,
         parent.depth == 0 ? parent.path.size() : parent.top);
}

// Every question about a directory is answered: decides what to ask next. Follows the order of
// contract §10.9, but only to save requests: what the directory is, orbax/item_kind decides from
// the names found, as it does with a listing.
void Probe::Decide(size_t index) {
  const Directory directory = directories_[index];
  if (directory.Has(kMetadata)) {
    AskIn(index, What::kSide, "checkpoint", 0);
    ReadIn(index, What::kTree, kMetadata, kMaxJsonBytes);
  } else if (!directory.all_asked) {
    if (directory.Has(kCheckpointMetadata) && !directory.Has(kManifest))
      return ReadIn(index, What::kHandlers, kCheckpointMetadata, kMaxJsonBytes);
    AskOthers(index);
  } else if (directory.Has("checkpoint")) {
    AskIn(index, What::kSide, kStrings, kMaxJsonBytes);
    AskReferences(index);
  } else if (directory.Has(kZarray) || directory.Has(kZarrJson)) {
    ReadIn(index, What::kDocument, directory.Has(kZarrJson) ? kZarrJson : kZarray,
           kMaxArrayMetadata);
  } else if (directory.HasItem()) {
    return;
  } else if (directory.depth == 0) {
    // The directory may be a root, and the lockfile names one of its steps.
    if (lock_ && lock_->step && directory.path.empty())
      OpenStep(directory.scan, Text(*lock_->step));
    // The directory may be a step that is older than `_CHECKPOINT_METADATA`, or whose file does not
    // name the items.
    OpenItems(index, {std::begin(kUsualItems), std::end(kUsualItems)});
  } else if (directory.depth < 2) {  // maybe an item that holds a pytree (kNestedItems)
    for (std::string_view name : kNestedItems) OpenIn(index, name);
  }
}

// A msgpack tree names the arrays beside it, so it is read now.
void Probe::AskReferences(size_t index) {
  Directory& directory = directories_[index];
  const Scan& scan = context_.scans[directory.scan];
  const std::string path = directory.path + "checkpoint";
  const auto is_it = [&](const FileEntry& entry) { return entry.path == path; };
  const auto entry = std::find_if(scan.listing.rbegin(), scan.listing.rend(), is_it);
  directory.msgpack = msgpacks_.size();
  const auto want =
      msgpacks_.emplace_back(std::make_unique<orbax::MsgpackReader>(entry->size))->Want();
  if (!want) return;
  wants_.push_back({What::kMsgpack, directory.scan, index, path});
  WantRange(scan, path, want->offset, want->length, wants_.size() - 1);
}

void Probe::Msgpack(size_t tag, Bytes bytes) {
  const Want want = wants_[tag];
  std::unique_ptr<orbax::MsgpackReader>& owner = msgpacks_[directories_[want.directory].msgpack];
  orbax::MsgpackReader& reader = *owner;
  const auto asked = reader.Want();
  if (bytes.size() != asked->length) return;  // Discover reads it again and says what is wrong
  reader.Feed(bytes);
  if (const auto next = reader.Want())
    return WantRange(context_.scans[want.scan], want.path, next->offset, next->length, tag);
  for (const orbax::MsgpackLeaf& leaf : reader.leaves()) {
    if (leaf.kind != orbax::MsgpackLeaf::Kind::kPlaceholder || leaf.problem) continue;
    const std::string path =
        Text(directories_[want.directory].path,
             orbax::KeyPrefix(orbax::ArrayDirectory(leaf, want.path)), ".zarray");
    if (kvstore::IsSafePath(path))
      AskFile({What::kDocument, want.scan, want.directory, path}, kMaxArrayMetadata);
  }
  owner.reset();
}

void Probe::OpenItems(size_t index, std::vector<std::string> names) {
  // A locked item may exist although the checkpoint does not name it. If each side has one item,
  // the two are a pair whatever their names.
  if (lock_ && (names.size() > 1 || lock_->items.size() > 1))
    for (const evidence::ItemRecord& item : lock_->items)
      if (!item.name.empty()) names.push_back(item.name.substr(0, item.name.find('/')));
  StableSort(names, std::less<std::string>());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  AskIn(index, What::kSide, "_CHECKPOINT_DELETION", kMaxJsonBytes);
  for (const std::string& name : names) OpenIn(index, name);
}

// Orbax numbers processes from 0, and the first number without a file tells how many there are.
// Each round asks for a quarter more: few rounds for many processes, few lost requests for one.
void Probe::Processes(size_t index, uint64_t count) {
  Directory& directory = directories_[index];
  directory.processes_waiting = count;
  for (; count > 0; --count)
    AskIn(index, What::kProcess, Text("array_metadatas/process_", directory.processes++),
          kMaxJsonBytes);
}

void Probe::Answered(const Want& want) {
  Directory& directory = directories_[want.directory];
  if (want.what == What::kName && --directory.waiting == 0) return Decide(want.directory);
  if (want.what == What::kProcess && --directory.processes_waiting == 0 &&
      directory.processes_there == directory.processes)
    Processes(want.directory, 1 + directory.processes / 4);
}

void Probe::Incomplete(Scan& scan, const Error& error, const std::string& file) {
  scan.probed.complete = false;
  scan.probed.unanswered.insert(file);
  context_.Add(scan, FindingOf(error, file));
}

void Probe::OnFailure(size_t tag, Error error) {
  const Want want = wants_[tag];
  // A tree that is too large is reported where it is decoded. A question that failed is no "no":
  // findings that depend on the file's absence must not be made.
  if (error.code != ErrorCode::kMissing &&
      !(want.what == What::kTree && error.code == ErrorCode::kLimit)) {
    if (unreachable_.empty()) {
      const bool said = error.code == ErrorCode::kUnreadable;  // the host's message says so already
      unreachable_ = said ? error.message : "cannot be read: " + error.message;
    }
    Incomplete(context_.scans[want.scan], error, want.path);
  }
  Answered(want);
}

void Probe::OnRead(size_t tag, Bytes bytes) {
  const Want want = wants_[tag];
  Scan& scan = context_.scans[want.scan];
  switch (want.what) {
    case What::kName:
    case What::kSide:
    case What::kChunk:
    case What::kLocked:
    case What::kProcess: {
      ByteReader reader(bytes);
      scan.listing.push_back({scan.texts.Keep(want.path), reader.U64Le(), FileEntry::Kind::kFile});
      found_ += want.what != What::kLocked;
      if (want.what == What::kName)
        directories_[want.directory].found.push_back(want.path);
      else if (want.what == What::kProcess)
        ++directories_[want.directory].processes_there;
      return Answered(want);
    }
    case What::kHandlers:
      return Handlers(want, bytes);
    case What::kTree:
      return Tree(want, bytes);
    case What::kMsgpack:
      return Msgpack(tag, bytes);
    case What::kDocument:
      return Chunks(want, bytes);
  }
}

// The items of a checkpoint, if `_CHECKPOINT_METADATA` names them.
void Probe::Handlers(const Want& want, Bytes bytes) {
  std::vector<std::string> names;
  if (auto json = ParseJson(bytes, {.as_python = true})) {
    const JsonValue* handlers = json->root.Find("item_handlers");
    if (const JsonValue::Object* items = handlers ? handlers->AsObject() : nullptr)
      for (const auto& [name, handler] : *items) names.push_back(name);
  }
  if (!names.empty()) return OpenItems(want.directory, std::move(names));
  AskOthers(want.directory);
}

// Asks for a file beside `_METADATA` only if the text has the word that needs it. If the word is
// spelled with escapes, it is not found; the file is then missing, and that is reported.
void Probe::Tree(const Want& want, Bytes bytes) {
  const std::string_view text = AsText(bytes);
  const auto has = [&](std::string_view word) { return text.find(word) != text.npos; };
  bool strings = has("\"string\"");
  if (context_.scans[want.scan].probed.records_asked) {
    // An escape may hide the word too. Ask then: an unnoticed PRNG key would pass for plain
    // integers.
    if (has("\"jax.Array\"") || has("\\u00")) {
      AskIn(want.directory, What::kSide, "_sharding", kMaxJsonBytes);
      Processes(want.directory, 2);
    }
  }
  const Directory& directory = directories_[want.directory];
  const bool narrows = context_.Narrows(context_.scans[want.scan]),
             plain = !directory.Has(kManifest);
  if (narrows || plain) {
    const auto tree = orbax::ParseTreeMetadata(bytes);
    if (!tree) return;  // Discover reads it again and says what is wrong
    std::string_view item = std::string_view(directory.path).substr(directory.top);
    if (item.ends_with('/')) item.remove_suffix(1);
    if (narrows) strings = false;
    for (const orbax::TreeEntry& entry : tree->entries) {
      if (narrows && !context_.Reads(item, entry.key_path)) continue;
      const bool is_string = entry.value_type == "string";
      strings |= is_string;
      if (!plain || is_string || orbax::IsEmptyValueType(entry.value_type)) continue;
      const std::string path = directory.path + orbax::KeyPrefix(orbax::ParamName(entry.key_path)) +
                               (tree->use_zarr3 ? "zarr.json" : ".zarray");
      if (kvstore::IsSafePath(path))
        AskFile({What::kDocument, want.scan, want.directory, path, tree->use_zarr3},
                kMaxArrayMetadata);
    }
  }
  if (strings) AskIn(want.directory, What::kSide, kStrings, kMaxJsonBytes);
}

// Takes an array's own document; its chunks are asked for one by one.
void Probe::Chunks(const Want& document, Bytes bytes) {
  Scan& scan = context_.scans[document.scan];
  const std::string prefix(DirectoryOf(document.path));
  // At the root of an item's directory the document was already found by name.
  if (!directories_[document.directory].Has(document.path.substr(prefix.size())) ||
      prefix != directories_[document.directory].path)
    scan.listing.push_back({scan.texts.Keep(document.path), bytes.size(), FileEntry::Kind::kFile});
  const auto array = document.v3 ? zarr::ParseZarrJson(bytes) : zarr::ParseZarray(bytes);
  if (!array) return;  // the plan will read it again and report what is wrong
  const auto grid = zarr::GridShape(array->shape, array->chunk_shape);
  const auto count = zarr::ChunkCount(grid);
  if (!count || *count > kMaxProbedChunks) {
    Incomplete(scan,
               Error{ErrorCode::kLimit,
                     "too many chunks to be looked for one by one in a source without a listing",
                     {},
                     Text("at most ", kMaxProbedChunks, " chunks of one array"),
                     count ? Text(*count) : "2^64 or more"},
               document.path);
    return;
  }
  if (*count) arrays_.push_back({document.scan, prefix, array->key_encoding, grid, 0, *count});
}

bool Probe::Supply(PendingAsks& asks) {
  if (ReadingStage::Supply(asks)) return true;
  if (arrays_.empty()) return false;
  Array& array = arrays_.front();
  AskSize(
      {What::kChunk, array.scan, 0,
       array.prefix + zarr::ChunkKey(array.key_encoding, zarr::Unravel(array.next, array.grid))},
      kSmallChunk);
  if (++array.next == array.count) arrays_.pop_front();
  return ReadingStage::Supply(asks);
}

}  // namespace leafsum::plan
