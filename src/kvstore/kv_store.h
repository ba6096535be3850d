// The key-value store that arrays lie in: sorted keys, each with the place of its value. OCDBT's
// walk fills one from a b-tree, kvstore::Directory from a listing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/text_arena.h"

namespace leafsum::kvstore {

// Maps names of files to small numbers and back. A file's size is that of the listing, and unknown
// without a listing.
class FileTable {
 public:
  uint32_t Intern(std::string_view path) { return Intern(path, false); }
  // The same without copying a new path, whose text must outlive the table.
  uint32_t InternKept(std::string_view path) { return Intern(path, true); }
  // Makes room for `files` files; only a hint.
  void Reserve(size_t files);
  std::optional<uint32_t> Find(std::string_view path) const;
  std::string_view path(uint32_t id) const { return files_[id].path; }
  void SetSize(uint32_t id, uint64_t size) { files_[id].size = size; }
  std::optional<uint64_t> size(uint32_t id) const {
    const uint64_t size = files_[id].size;
    return size == kNoSize ? std::nullopt : std::optional<uint64_t>(size);
  }
  uint32_t count() const { return static_cast<uint32_t>(files_.size()); }
  // The memory that the table takes, without texts that others keep.
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
  // The slot that holds the id of `path` plus 1, or the slot where it would go.
  size_t SlotOf(std::string_view path) const;

  std::vector<File> files_;
  TextArena texts_;
  // An open hash table with at least twice as many slots as files. A source may have a million
  // files, and a map with their names would be as large as the names.
  std::vector<uint32_t> slots_;
};

inline constexpr uint32_t kInlineFile = 0xffffffff;

// The place of a value: [offset, offset + length) of a file, or of the store's own arena if inline.
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
  // Entries are views of the arena: a move keeps them valid, a copy would not.
  KvStore(KvStore&&) = default;
  KvStore& operator=(KvStore&&) = default;

  // Makes room for what is about to be added; only a hint.
  void Reserve(size_t keys, size_t key_bytes, size_t inline_bytes);
  void Add(std::string_view key, ValueRef value);
  // The same without copying the key, whose text must outlive the store.
  void AddKept(std::string_view key, ValueRef value) { entries_.push_back({key, value}); }
  void AddInline(std::string_view key, Bytes value);
  // Sorts by unsigned bytes. Call once, after the last Add and before any function below. Equal
  // keys are an error (the first of them stays).
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
