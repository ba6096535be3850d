// What is known of one source. It grows stage by stage from the listing to the plan of the leaves.
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
#include "plan/lockfile_update.h"
#include "plan/misnamed.h"
#include "plan/options.h"
#include "report/finding.h"

namespace leafsum::plan {

// One leaf of the plan: its record, which grows, and the place of its content.
struct LeafPlan {
  enum class State {
    kPlanned,  // has content that is not read yet
    kRead,     // the record has its digests, or its stored digest matched the evidence
    kEmpty,    // an empty node: nothing to read
    kGroup,    // a zarr group, which is not a leaf: dropped
    kNotRead,  // damaged, unsupported or left out; a finding says why
  };
  evidence::LeafRecord record;
  State state = State::kPlanned;
  bool left_out = false;     // by --include or --exclude, so not listed either
  bool own_finding = false;  // its document or chunks gave a finding, so no stored digest is locked
  bool in_msgpack = false;   // a value inside the file `checkpoint`
  bool in_zarr = false;      // has a metadata document, hence a stored digest
  zarr::ArrayMetadata metadata;
  std::string param_name;
  std::optional<std::vector<uint64_t>> write_shape;  // from `_METADATA`
  bool skip_deserialize = false;                     // likewise
  bool by_path = false;                              // `param_name` is a path from a msgpack tree
  std::string claims;  // of the TensorStore spec that refers to the array (orbax::MsgpackLeaf)
  bool in_other_file = false;  // bytes of it lie in a file that differs from the signed one
  bool unseen = false;         // no part of it was looked at (ItemScan::narrowed)
  size_t document_entry = 0;   // index into ItemScan::store
  ByteVector document;
  std::vector<content::ChunkRef>
      chunks;  // `file` indexes Scan::files; inline: offset into the store's arena
  // The most content without stored bytes of its own (--max-fill).
  uint64_t max_unbacked = kDefaultMaxFill;
  ByteVector raw;                    // the bytes of a string, or of a number in a msgpack tree
  std::optional<uint32_t> raw_file;  // in place of `raw`: the file that is the whole content
};

// What one process recorded about an array that it wrote.
struct RecordedArray {
  std::string file;
  orbax::SerializedArrayMetadata array;
};

// A version tree node that is missing or cannot be read, with the generations that it lists.
struct HistoryGap {
  uint64_t newest_generation = 0;
  uint64_t num_generations = 0;
  std::string reason;
};

// The digest of a key's value (`ls --keys --digest`); none if it could not be read.
struct KeyDigest {
  std::optional<hash::Digest> blake3, sha256;
};

// Keys of an array that a process wrote but the merged store lacks.
struct UnmergedArray {
  std::string directory;      // the process's database
  bool document = false;      // the keys include the array's metadata
  bool never_merged = false;  // the store has nothing that only this process wrote
};

// The generation of the item's OCDBT store that is read, chosen by GenerationStage.
struct StoreVersions {
  bool numbered = false;                                      // the state is in a numbered manifest
  std::optional<ocdbt::BtreeGenerationReference> generation;  // the generation to read
  std::vector<ocdbt::BtreeGenerationReference> history;       // without file names of the roots
  std::vector<HistoryGap> gaps;
};

// The item's side files, decoded by Discover.
struct SideFiles {
  std::optional<orbax::StringLeaves> strings;
  std::optional<report::Finding> strings_problem;  // why there are none, for every string leaf
  // `array_metadatas/*` by parameter name; each process has a file of its own.
  std::multimap<std::string, RecordedArray> recorded;
  bool has_array_metadatas = false;
  size_t num_array_metadatas = 0;  // how many processes have a file
  // Why a file cannot be used; an error if PRNG keys may depend on it.
  std::vector<report::Finding> problems;
  std::optional<orbax::ShardingFile> sharding;
};

// How far WalkStage has filled the store.
struct Walked {
  bool read = false;      // filled and sealed
  bool complete = false;  // no key is missing, at least not of a leaf that is read
  // By the prefix of the array's keys.
  std::map<std::string, UnmergedArray, std::less<>> unmerged;
};

// The file `checkpoint`, or a Flax file, read by Discover.
struct MsgpackFile {
  std::optional<orbax::MsgpackReader> reader;
  uint32_t file = 0;
  bool broken = false;  // reported already; leaves before the break are usable
};

struct ItemScan {
  orbax::Item item;
  bool tree_read = false;  // `leaves` has every leaf
  bool failed = false;     // nothing more can be learnt about this item
  bool narrowed = false;   // leaves that are not read were not looked at
  bool no_fingerprint = false;
  bool ocdbt = false;
  std::optional<orbax::TreeMetadata> tree;
  std::optional<ocdbt::Manifest> manifest;  // the numbered manifest, if the state is in one
  SideFiles side;
  MsgpackFile msgpack;
  StoreVersions versions;
  kvstore::KvStore store;
  Walked walked;
  std::vector<KeyDigest> key_digests;  // by entry of `store`, if asked for
  std::vector<LeafPlan> leaves;        // sorted by key path
};

// The beginning and end of a save, in nanoseconds since 1970.
struct SaveTimes {
  std::optional<uint64_t> init, commit;
};

// What Probe could not learn. Only for a source whose listing Probe made.
struct Probed {
  bool records_asked = true;         // asked for the side files that are compared with the tree
  bool complete = true;              // everything referenced was asked for
  std::set<std::string> unanswered;  // unknown whether these exist; reported already
};

// What the checkpoint's own documents say about the save, by checkpoint directory.
struct Saved {
  std::optional<uint64_t> commit_timestamp_nsecs;  // if there is one directory
  std::map<std::string, SaveTimes> times;
  std::map<std::string, orbax::CheckpointMetadata> documents;  // `_CHECKPOINT_METADATA`
  std::map<std::string, std::vector<std::string>> journals;    // names in `_CHECKPOINT_DELETION`
};

struct Scan {
  uint32_t source = 0;
  std::string name;                // of the source, for messages if there are two sources
  std::vector<FileEntry> listing;  // sorted by path, by bytes
  TextArena texts;                 // the texts of its paths
  std::vector<Link> links;         // sorted by path
  bool listed = false;             // the host gave the listing; else Probe made it
  Probed probed;
  kvstore::FileTable files;  // ids of listed files come first, in order of the listing
  CoverageMap coverage;
  orbax::Layout layout;
  Saved saved;
  std::optional<std::string> newer_step;  // what latest_step() restores, if above the step read
  bool step_chosen = false;               // from a root; lockfile and report name the step
  std::vector<ItemScan> items;
  std::vector<evidence::ItemRecord>
      records;  // of the items, in their order, once everything was read
  std::vector<evidence::FileRecord> other_files;  // `lock --files`
  uint64_t total_files = 0, total_bytes = 0;
  bool nothing_read = false;   // the evidence's step is gone
  bool no_checkpoint = false;  // the source holds no checkpoint

  // The listed files below a directory ("", or ending in "/"), as a range of `listing`.
  std::pair<size_t, size_t> Below(std::string_view directory) const;
  // The listing's entry for this path, or null.
  FileEntry* EntryOf(std::string_view path);
  // The size of a listed file; nothing if it is not listed.
  std::optional<uint64_t> SizeOf(std::string_view path) const;
  // Whether it is unknown if this file exists. If so, no finding may depend on its absence.
  bool Unanswered(const std::string& path) const;
  // Whether only a read can tell if the file exists: there is no listing, and the file was not
  // asked for.
  bool MayExist(uint32_t file) const { return !listed && !files.size(file); }
};

// What a model signature says about a file of the first source (`verify --bundle`).
enum class FileState : uint8_t { kUnsigned, kExtra, kProved, kDiffers };  // kExtra: an error
struct SignedFiles {
  std::vector<FileState> states;  // by file
  uint64_t equal = 0, different = 0, missing = 0, extra = 0, unread = 0;
  uint64_t ignored = 0, ignored_bytes = 0;
  std::vector<report::Finding> differences;  // until it is known which leaves they hit
};

// Counts the content of the leaves.
struct Progress {
  uint64_t leaves_done = 0, leaves_total = 0, bytes_done = 0, bytes_total = 0;
};

// The state that all stages share.
struct Context {
  Options options;
  hash::Sha256Factory sha256;  // the host's engine; empty if none
  std::vector<Scan> scans;
  report::FindingList findings{kMaxFindings};
  // Leaves found equal to the evidence so far: [item, key path].
  std::vector<std::pair<std::string, orbax::KeyPath>> equal;
  bool digests_believed =
      false;  // a leaf has the evidence's digests, because its stored bytes equal the evidence's

  bool narrowed = false;                 // some item is narrowed
  std::set<std::string> items_left_out;  // by --item, from the source and the evidence
  // Whether every other file in `files_below` is locked or compared with the lockfile, so that none
  // of them is merely unknown.
  bool judges_files = false;
  std::string files_below;  // in the first source: the directory of the lockfile's files; "", or
                            // ends in "/"
  LockfileUpdate update;    // of `lock --update`
  bool misuse = false;      // the run ended because of the caller's options
  Misnamed misnamed;        // set where that is a name
  uint64_t resumed = 0;     // leaves that an earlier run found equal
  Progress progress;
  SignedFiles signed_files;
  uint64_t reads_missed = 0;  // leaves that could not be read as asked
  // How values differ, by index into the comparison's leaves.
  std::map<size_t, content::ValueDifference> differences;

  // Whether to ask only for what leads to leaves that are read: in a source without a listing,
  // where every question is a request.
  bool Narrows(const Scan& scan) const;
  // Whether a leaf is read: --include and --exclude keep it, and for `cat` it is one of those
  // shown.
  bool Reads(std::string_view item, const orbax::KeyPath& key_path) const;

  // Whether --item keeps the file: it is below the directory of an item that is read.
  bool InScope(const Scan& scan, std::string_view path) const;
  // Whether the file is locked or compared with the lockfile's files, whatever it is.
  bool JudgesFile(const Scan& scan, std::string_view path) const;

  void Add(const Scan& scan, report::Finding finding);
  void Add(const Scan& scan, const ItemScan& item, report::Finding finding);
  void Add(const Scan& scan, const ItemScan& item, LeafPlan& leaf, report::Finding finding);
};

// Makes a finding of an error whose offset counts in `file`.
report::Finding FindingOf(const Error& error, std::string_view file);
// The error of a read that gave too few bytes. If the file's size was known, the file has changed
// since; if not, as over plain HTTP, the file ends too early.
Error ShortRead(bool size_was_told, uint64_t wanted, uint64_t got);
// Sorts by key path; equal ones keep their order.
void SortLeaves(ItemScan& item);
report::Finding MakeFinding(report::Code code, std::string_view message);
// Makes the finding a warning, whatever the row of its code says (contract §5). Each caller says
// why.
report::Finding AsWarning(report::Finding finding);
report::Code CodeOf(ErrorCode code);
std::string MiB(uint64_t bytes);  // "12.5 MiB", for messages

}  // namespace leafsum::plan
