#include "verify/probe.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "base/json.h"
#include "kvstore/safe_path.h"
#include "orbax/tree_metadata.h"

namespace leafsum::verify {
namespace {

using report::Code;

// What makes a directory an item (design.md §10.9), and what belongs to a checkpoint's own.
constexpr std::string_view kItemNames[] = {
    "_METADATA", "manifest.ocdbt", "checkpoint",           "proto.pbtxt",
    "data.json", "metadata",       "metrics",              ".zarray",
    ".zgroup",   "zarr.json",      "_CHECKPOINT_METADATA", "_CHECKPOINT_DELETION",
};
// Files beside `_METADATA`.
constexpr std::string_view kSideNames[] = {"_strings.json", "_sharding", "commit_success.txt"};
// Items whose names the writers choose themselves, where nothing else names them (formats.md §3.1).
constexpr std::string_view kUsualItems[] = {"default", "state", "pytree", "metrics"};
// Where an item is no pytree itself but holds one.
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

Probe::Probe(Context& context, const Lockfile* lock) : ReadingStage(context) {
  for (size_t s = 0; s < context.scans.size(); ++s) {
    if (context.scans[s].listed) continue;
    auto step = context.options.step;
    if (!step && lock) step = lock->step;
    Open(s, step ? std::to_string(*step) + "/" : "", 0);
    // A lockfile's step may also be the directory itself that the user names.
    if (step && !context.options.step) Open(s, "", 0);
  }
}

std::string Probe::not_found() const {
  if (found_) return "";
  if (!unreachable_.empty()) return "the source cannot be read: " + unreachable_;
  return "nothing of a checkpoint answers here: name the checkpoint's own directory (where a "
         "source has no listing, a directory of steps needs --step N)";
}

void Probe::Finish() {
  for (Scan& scan : context_.scans) {
    if (scan.listed) continue;
    std::sort(scan.listing.begin(), scan.listing.end(),
              [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
  }
}

void Probe::AskSize(Want want) {
  WantSize(context_.scans[want.scan], want.path, wants_.size());
  wants_.push_back(std::move(want));
}

void Probe::AskFile(Want want, uint64_t limit) {
  WantFile(context_.scans[want.scan], want.path, limit, wants_.size());
  wants_.push_back(std::move(want));
}

void Probe::Open(size_t scan, std::string path, int depth) {
  const size_t index = directories_.size();
  directories_.push_back({scan, std::move(path), depth});
  for (std::string_view name : kItemNames) {
    // Only a checkpoint's own directory has these.
    if (depth > 0 && name.starts_with("_CHECKPOINT")) continue;
    ++directories_[index].waiting;
    AskSize({What::kName, scan, index, directories_[index].path + std::string(name)});
  }
}

// All that was asked of a directory is answered.
void Probe::Decide(size_t index) {
  const Directory directory = directories_[index];
  const std::string& path = directory.path;
  const size_t s = directory.scan;
  Scan& scan = context_.scans[s];
  if (directory.Has("_METADATA")) {
    for (std::string_view name : kSideNames)
      AskSize({What::kSide, s, index, path + std::string(name)});
    Process(s, path, 0);
    if (!directory.Has("manifest.ocdbt"))
      AskFile({What::kTree, s, index, path + "_METADATA"}, kMaxJsonBytes);
  } else if (directory.Has("checkpoint")) {
    scan.listing_complete = false;
    report::Finding f = MakeFinding(
        Code::kSkipped,
        "arrays beside a msgpack checkpoint could not be looked for: the source has no listing");
    f.file = path + "checkpoint";
    context_.Add(scan, std::move(f));
  } else if (directory.Has(".zarray") || directory.Has("zarr.json")) {
    const bool v3 = directory.Has("zarr.json");
    AskFile({What::kDocument, s, index, path + (v3 ? "zarr.json" : ".zarray"), v3},
            kMaxArrayMetadata);
  } else if (directory.HasItem()) {
    return;
  } else if (directory.Has("_CHECKPOINT_METADATA")) {
    AskFile({What::kHandlers, s, index, path + "_CHECKPOINT_METADATA"}, kMaxJsonBytes);
  } else if (directory.depth < 2) {
    // A step of before `_CHECKPOINT_METADATA`, or an item that holds others.
    if (directory.depth == 0)
      for (std::string_view name : kUsualItems) Open(s, path + std::string(name) + "/", 1);
    else
      for (std::string_view name : kNestedItems) Open(s, path + std::string(name) + "/", 2);
  }
}

void Probe::Process(size_t scan, const std::string& directory, uint64_t number) {
  AskSize({What::kProcess, scan, static_cast<size_t>(number),
           directory + "array_metadatas/process_" + std::to_string(number)});
}

void Probe::Answered(const Want& want) {
  if (want.what == What::kName && --directories_[want.directory].waiting == 0)
    Decide(want.directory);
}

void Probe::Incomplete(Scan& scan, const Error& error, const std::string& file) {
  scan.listing_complete = false;
  context_.Add(scan, FindingOf(error, file));
}

void Probe::OnFailure(size_t tag, Error error) {
  const Want want = wants_[tag];
  if (error.code != ErrorCode::kMissing) {
    if (unreachable_.empty()) unreachable_ = error.message;
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
    case What::kProcess: {
      ByteReader reader(bytes);
      scan.listing.push_back({want.path, reader.U64Le(), FileEntry::Kind::kFile});
      ++found_;
      if (want.what == What::kName)
        directories_[want.directory].found.push_back(want.path);
      else if (want.what == What::kProcess)
        Process(want.scan, want.path.substr(0, want.path.rfind("array_metadatas/")),
                want.directory + 1);
      return Answered(want);
    }
    case What::kHandlers: {
      const std::string parent = directories_[want.directory].path;
      std::vector<std::string> names(std::begin(kUsualItems), std::end(kUsualItems));
      if (auto json = ParseJson(bytes, {.as_python = true})) {
        const JsonValue* handlers = json->root.Find("item_handlers");
        const JsonValue::Object* items = handlers ? handlers->AsObject() : nullptr;
        if (items) {
          names.clear();
          for (const auto& [name, handler] : *items) names.push_back(name);
        }
      }
      names.emplace_back("metrics");
      std::sort(names.begin(), names.end());
      names.erase(std::unique(names.begin(), names.end()), names.end());
      for (const std::string& name : names)
        if (kvstore::IsSafePath(name)) Open(want.scan, parent + name + "/", 1);
      return;
    }
    case What::kTree: {
      const auto tree = orbax::ParseTreeMetadata(bytes);
      if (!tree) return;  // Discover reads it again and says what is wrong
      const std::string parent = directories_[want.directory].path;
      for (const orbax::TreeEntry& entry : tree->entries) {
        if (entry.value_type == "string" || orbax::IsEmptyValueType(entry.value_type)) continue;
        const std::string name = orbax::ParamName(entry.key_path);
        const std::string path = parent + orbax::KeyPrefix(name) +
                                 (tree->use_zarr3 ? "zarr.json" : ".zarray");
        if (kvstore::IsSafePath(path))
          AskFile({What::kDocument, want.scan, want.directory, path, tree->use_zarr3},
                  kMaxArrayMetadata);
      }
      return;
    }
    case What::kDocument:
      return Chunks(want, bytes);
  }
}

// An array's own document: its chunks are asked for one by one.
void Probe::Chunks(const Want& document, Bytes bytes) {
  Scan& scan = context_.scans[document.scan];
  const std::string prefix = document.path.substr(0, document.path.rfind('/') + 1);
  // At the root of a directory it was found by name already.
  if (!directories_[document.directory].Has(document.path.substr(prefix.size())) ||
      prefix != directories_[document.directory].path)
    scan.listing.push_back({document.path, bytes.size(), FileEntry::Kind::kFile});
  const auto array = document.v3 ? zarr::ParseZarrJson(bytes) : zarr::ParseZarray(bytes);
  if (!array) return;  // the plan reads it again and says what is wrong
  const auto grid = zarr::GridShape(array->shape, array->chunk_shape);
  const auto count = zarr::ChunkCount(grid);
  if (!count || *count > kMaxProbedChunks) {
    Incomplete(scan,
               Error{ErrorCode::kLimit,
                     "too many chunks to be looked for one by one in a source without a listing",
                     {},
                     "at most " + std::to_string(kMaxProbedChunks) + " chunks of one array",
                     count ? std::to_string(*count) : "2^64 or more"},
               document.path);
    return;
  }
  if (*count) arrays_.push_back({document.scan, prefix, array->key_encoding, grid, 0, *count});
}

bool Probe::Supply(PendingAsks& asks) {
  if (ReadingStage::Supply(asks)) return true;
  if (arrays_.empty()) return false;
  Array& array = arrays_.front();
  AskSize({What::kChunk, array.scan, 0,
           array.prefix + zarr::ChunkKey(array.key_encoding, zarr::Unravel(array.next, array.grid))});
  if (++array.next == array.count) arrays_.pop_front();
  return ReadingStage::Supply(asks);
}

}  // namespace leafsum::verify
