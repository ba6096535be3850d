// What is known of one source: grows from its listing, stage by stage, into the plan of its leaves.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/text_arena.h"
#include "content/job.h"
#include "evidence/leaf_record.h"
#include "evidence/lockfile.h"
#include "hash/sha256.h"
#include "io/file_entry.h"
#include "kvstore/kv_store.h"
#include "ocdbt/manifest.h"
#include "orbax/layout.h"
#include "orbax/msgpack.h"
#include "orbax/sharding.h"
#include "orbax/side_files.h"
#include "orbax/tree_metadata.h"
#include "plan/coverage.h"
#include "plan/options.h"
#include "report/finding.h"

namespace leafsum::plan {

// One leaf of the plan: its record, which grows, and where its content lies.
struct LeafPlan {
  enum class State {
    kPlanned,  // has content, which is not read yet
    kRead,     // digests are in the record, or its stored digest matched the evidence
    kEmpty,    // an empty node: nothing to read
    kGroup,    // a zarr group, no leaf at all: dropped
    kNotRead,  // damaged, unsupported, left out: a finding says why
  };
  evidence::LeafRecord record;
  State state = State::kPlanned;
  bool left_out = false;     // by --include or --exclude: not listed either
  bool own_finding = false;  // its document or chunks gave a finding: no stored digest is locked
  bool in_msgpack = false;   // a value inside the file `checkpoint`
  bool in_zarr = false;      // has a metadata document and a stored digest
  zarr::ArrayMetadata metadata;
  std::string param_name;
  std::optional<std::vector<uint64_t>> write_shape;  // of `_METADATA`
  bool skip_deserialize = false;                     // likewise
  bool by_path = false;       // `param_name` is a path that a msgpack tree gives
  std::string claims;         // of a TensorStore spec that refers to the array (orbax::MsgpackLeaf)
  bool unseen = false;        // nothing of it was looked at (ItemScan::narrowed)
  size_t document_entry = 0;  // of ItemScan::store
  ByteVector document;
  std::vector<content::ChunkRef>
      chunks;  // `file` is of Scan::files; inline: offset into the store's arena
  // How much of its content may have no stored bytes of its own behind it (--max-fill).
  uint64_t max_unbacked = kDefaultMaxFill;
  ByteVector raw;                    // a string's bytes, a number of a msgpack tree
  std::optional<uint32_t> raw_file;  // or the file that is the content
};

// What one process recorded of an array that it wrote.
struct RecordedArray {
  std::string file;
  orbax::SerializedArrayMetadata array;
};

// A version tree node that is not there or cannot be read, and the generations with it.
struct HistoryGap {
  uint64_t newest_generation = 0;
  uint64_t num_generations = 0;
  std::string reason;
};

// Of the value of a key (`ls --keys --digest`); nothing where it could not be read.
struct KeyDigest {
  std::optional<hash::Digest> blake3, sha256;
};

// Where a process wrote keys of an array that the store which was merged lacks.
struct UnmergedArray {
  std::string directory;  // of the process's database
  bool document = false;  // the array's metadata is among the keys
  bool never = false;     // nothing that this process alone wrote is in the store
};

// Which generation of the item's OCDBT store is read: chosen by GenerationStage.
struct StoreVersions {
  bool numbered = false;                                      // the state is in a numbered manifest
  std::optional<ocdbt::BtreeGenerationReference> generation;  // the one that is read
  std::vector<ocdbt::BtreeGenerationReference> history;       // without the roots' file names
  std::vector<HistoryGap> gaps;
};

// What the item's side files say, decoded by Discover.
struct SideFiles {
  std::optional<orbax::StringLeaves> strings;
  std::optional<report::Finding> strings_problem;  // why there are none: each string leaf's
  // `array_metadatas/*`, by parameter name; each process has its own file.
  std::multimap<std::string, RecordedArray> recorded;
  bool has_array_metadatas = false;
  size_t num_array_metadatas = 0;  // files of processes
  // Why one of them tells nothing: an error where PRNG keys may depend on it.
  std::vector<report::Finding> problems;
  std::optional<orbax::ShardingFile> sharding;
};

// How far WalkStage came in filling the store.
struct Walked {
  bool read = false;      // filled and sealed
  bool complete = false;  // no key is missing from it, or none of leaves that are read
  // By what the array's keys begin with.
  std::map<std::string, UnmergedArray, std::less<>> unmerged;
};

// The file `checkpoint`, or a Flax file, which Discover reads.
struct MsgpackFile {
  std::optional<orbax::MsgpackReader> reader;
  uint32_t file = 0;
  bool broken = false;  // said already; what came before the break is there
};

struct ItemScan {
  orbax::Item item;
  bool tree_read = false;  // every leaf that there is, is in `leaves`
  bool failed = false;     // nothing more is to be learnt of this item
  bool narrowed = false;   // of leaves that are not read nothing was looked at
  bool no_fingerprint = false;
  bool ocdbt = false;
  std::optional<orbax::TreeMetadata> tree;
  std::optional<ocdbt::Manifest> manifest;  // the numbered one where the state is in that
  SideFiles side;
  MsgpackFile msgpack;
  StoreVersions versions;
  kvstore::KvStore store;
  Walked walked;
  std::vector<KeyDigest> key_digests;  // by entry of `store`, where they were asked for
  std::vector<LeafPlan> leaves;        // sorted by key path
};

// When a save began and ended, in nanoseconds since 1970.
struct SaveTimes {
  std::optional<uint64_t> init, commit;
};

// What Probe could not learn, where the listing is one of what it asked for.
struct Probed {
  bool records_asked = true;  // the side files that the tree is compared with were looked for
  bool complete = true;       // of what is referenced; false where it could not ask for all
  std::set<std::string> unanswered;  // whether these are there; said already
};

// What the checkpoint's own documents say of the save, by checkpoint directory.
struct Saved {
  std::optional<uint64_t> commit_timestamp_nsecs;  // where there is one directory
  std::map<std::string, SaveTimes> times;
  std::map<std::string, orbax::CheckpointMetadata> documents;  // `_CHECKPOINT_METADATA`
  std::map<std::string, std::vector<std::string>> journals;    // names in `_CHECKPOINT_DELETION`
};

struct Scan {
  uint32_t source = 0;
  std::string name;                // the source's, for messages where there are two
  std::vector<FileEntry> listing;  // sorted by path; only what could be sorted by bytes
  TextArena texts;                 // of its paths
  std::vector<Link> links;         // sorted by path
  bool listed = false;             // the host gave it; else Probe made one of what it asked for
  Probed probed;
  kvstore::FileTable files;  // ids of listed files come first, in order of the listing
  CoverageMap coverage;
  orbax::Layout layout;
  Saved saved;
  std::optional<std::string> newer_step;  // above the one that was read: latest_step() restores it
  bool step_chosen = false;               // from a root: lockfile and report name it
  std::vector<ItemScan> items;
  std::vector<evidence::ItemRecord> records;      // of items, in their order, once all was read
  std::vector<evidence::FileRecord> other_files;  // `lock --files`
  uint64_t total_files = 0, total_bytes = 0;
  bool nothing_read = false;  // the step that the evidence names is gone

  // The listed files below a directory ("" or ending in "/"), as a range of `listing`.
  std::pair<size_t, size_t> Below(std::string_view directory) const;
  // What the listing has of this path; null where it has nothing.
  FileEntry* EntryOf(std::string_view path);
  // The size of a listed file; nothing where there is none of that name.
  std::optional<uint64_t> SizeOf(std::string_view path) const;
  // Whether nobody knows if a file of this name is there: what depends on its absence is not said.
  bool Unanswered(const std::string& path) const;
  // Nobody knows whether the file is there until it is read: it is not listed and there is no
  // listing.
  bool MayExist(uint32_t file) const { return !listed && !files.size(file); }
};

// Of the leaves' content.
struct Progress {
  uint64_t leaves_done = 0, leaves_total = 0, bytes_done = 0, bytes_total = 0;
};

// What all stages share.
struct Context {
  Options options;
  hash::Sha256Factory sha256;  // the host's engine, or none
  std::vector<Scan> scans;
  report::FindingList findings{kMaxFindings};
  // Leaves whose content is the evidence's, as they are found: [item, key path].
  std::vector<std::pair<std::string, orbax::KeyPath>> equal;
  bool digests_believed =
      false;  // of a leaf: the evidence's, because its stored bytes are those of the evidence

  bool narrowed = false;                 // any item is
  std::set<std::string> items_left_out;  // by --item: of the source, and of the evidence
  // Whether every other file in `files_below` is locked or held against the lockfile: then none of
  // them is merely unknown.
  bool judges_files = false;
  std::string
      files_below;  // of the first source: what the lockfile's files lie in; "" or ending in "/"
  uint64_t resumed = 0;  // leaves that an earlier run found equal
  Progress progress;
  uint64_t reads_missed = 0;  // leaves that were asked for and could not be read whole
  // Of leaves whose values were compared, by index into the comparison's leaves.
  std::map<size_t, content::ValueDifference> differences;

  // Whether only what leads to leaves that are read is asked for: of a source without a listing,
  // where every question is a request.
  bool Narrows(const Scan& scan) const;
  // Whether a leaf is read: --include and --exclude leave it in, and of `cat` it is one that is
  // shown.
  bool Reads(std::string_view item, const orbax::KeyPath& key_path) const;

  // Whether --item leaves it in: below the directory of an item that is read.
  bool InScope(const Scan& scan, std::string_view path) const;
  // Whether it is locked, or held against the lockfile's files, whatever it is.
  bool JudgesFile(const Scan& scan, std::string_view path) const;

  void Add(const Scan& scan, report::Finding finding);
  void Add(const Scan& scan, const ItemScan& item, report::Finding finding);
  void Add(const Scan& scan, const ItemScan& item, LeafPlan& leaf, report::Finding finding);
};

// The finding that an error is; its offset counts in `file`.
report::Finding FindingOf(const Error& error, std::string_view file);
// A read of fewer bytes than were asked for. A file whose size was told has changed since; where
// nothing tells sizes, as over plain HTTP, it ends too early.
Error ShortRead(bool size_was_told, uint64_t wanted, uint64_t got);
// By key path, equal ones as they are.
void SortLeaves(ItemScan& item);
report::Finding MakeFinding(report::Code code, std::string_view message);
// No leaf depends on the bytes that it speaks of (contract §5).
report::Finding AsWarning(report::Finding finding);
report::Code CodeOf(ErrorCode code);
std::string MiB(uint64_t bytes);  // "12.5 MiB", for messages

}  // namespace leafsum::plan
