// The key-value store that arrays lie in, whatever holds it: sorted keys, each with the place of
// its value. OCDBT's walk fills one, kvstore::Directory fills one from a listing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/text_arena.h"

namespace leafsum::kvstore {

// Names of files ↔ small numbers. Sizes are those of the listing, nothing where there is none.
class FileTable {
 public:
  uint32_t Intern(std::string_view path) { return Intern(path, false); }
  // The same without a copy of a new path, whose text outlives the table.
  uint32_t InternKept(std::string_view path) { return Intern(path, true); }
  // Room for so many files; no more than a hint.
  void Reserve(size_t files);
  std::optional<uint32_t> Find(std::string_view path) const;
  std::string_view path(uint32_t id) const { return files_[id].path; }
  void SetSize(uint32_t id, uint64_t size) { files_[id].size = size; }
  std::optional<uint64_t> size(uint32_t id) const {
    const uint64_t size = files_[id].size;
    return size == kNoSize ? std::nullopt : std::optional<uint64_t>(size);
  }
  uint32_t count() const { return static_cast<uint32_t>(files_.size()); }
  // What it takes of memory, without texts that others keep.
  size_t bytes() const {
    return files_.capacity() * sizeof(File) + slots_.capacity() * 4 + texts_.bytes();
  }

 private:
  static constexpr uint64_t kNoSize = UINT64_MAX;
  struct File {
    std::string_view path;
    uint64_t size = kNoSize;
  };
  uint32_t Intern(std::string_view path, bool kept);
  void Rehash(size_t slots);
  // Where the id of `path`, plus 1, stands among the slots, or would.
  size_t SlotOf(std::string_view path) const;

  std::vector<File> files_;
  TextArena texts_;
  // An open hash table, twice as many as files at least: a source may have a million of them, and a
  // map with their names would be as large as the names.
  std::vector<uint32_t> slots_;
};

inline constexpr uint32_t kInlineFile = 0xffffffff;

// Where a value is: [offset, offset + length) of a file, or of the store's own arena if inline.
struct ValueRef {
  uint32_t file = kInlineFile;
  uint64_t offset = 0;
  uint64_t length = 0;
  bool is_inline() const { return file == kInlineFile; }
};

class KvStore {
 public:
  struct Entry {
    std::string_view key;
    ValueRef value;
  };

  KvStore() = default;
  // Entries are views of the arena: moving keeps them valid, copying would not.
  KvStore(KvStore&&) = default;
  KvStore& operator=(KvStore&&) = default;

  // Room for what is about to be added; no more than a hint.
  void Reserve(size_t keys, size_t key_bytes, size_t inline_bytes);
  void Add(std::string_view key, ValueRef value);
  // The same without a copy of the key, whose text outlives the store.
  void AddKept(std::string_view key, ValueRef value) { entries_.push_back({key, value}); }
  void AddInline(std::string_view key, Bytes value);
  // Sorts by unsigned bytes. Call once, after the last Add and before anything below. Equal keys
  // are an error (the first of them stays).
  Status Seal();

  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* Find(std::string_view key) const;
  Bytes InlineValue(const ValueRef& ref) const;

 private:
  TextArena keys_;
  ByteVector inline_values_;
  std::vector<Entry> entries_;
};

}  // namespace leafsum::kvstore
