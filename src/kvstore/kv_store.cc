#include "kvstore/kv_store.h"

#include <algorithm>
#include <functional>

#include "base/sort.h"
#include "kvstore/key_text.h"

namespace leafsum::kvstore {

uint32_t FileTable::Intern(std::string_view path, bool kept) {
  if (slots_.size() < (files_.size() + 1) * 2) Rehash(std::max<size_t>(slots_.size() * 2, 64));
  uint32_t& slot = slots_[SlotOf(path)];
  if (slot == 0) {
    files_.push_back({kept ? path : texts_.Keep(path)});
    slot = count();
  }
  return slot - 1;
}

void FileTable::Reserve(size_t files) {
  files_.reserve(files);
  size_t slots = 64;
  while (slots < files * 2) slots *= 2;
  if (slots > slots_.size()) Rehash(slots);
}

void FileTable::Rehash(size_t slots) {
  slots_ = std::vector<uint32_t>(slots, 0);
  for (uint32_t id = 0; id < count(); ++id) slots_[SlotOf(files_[id].path)] = id + 1;
}

size_t FileTable::SlotOf(std::string_view path) const {
  size_t at = std::hash<std::string_view>()(path) & (slots_.size() - 1);
  while (slots_[at] != 0 && files_[slots_[at] - 1].path != path)
    at = (at + 1) & (slots_.size() - 1);
  return at;
}

std::optional<uint32_t> FileTable::Find(std::string_view path) const {
  const uint32_t slot = slots_.empty() ? 0 : slots_[SlotOf(path)];
  return slot == 0 ? std::nullopt : std::optional<uint32_t>(slot - 1);
}

void KvStore::Reserve(size_t keys, size_t key_bytes, size_t inline_bytes) {
  entries_.reserve(entries_.size() + keys);
  keys_.Reserve(key_bytes);
  inline_values_.reserve(inline_values_.size() + inline_bytes);
}

void KvStore::Add(std::string_view key, ValueRef value) { AddKept(keys_.Keep(key), value); }

void KvStore::AddInline(std::string_view key, Bytes value) {
  Add(key, {kInlineFile, inline_values_.size(), value.size()});
  inline_values_.insert(inline_values_.end(), value.begin(), value.end());
}

Status KvStore::Seal() {
  // string_views compare by memcmp, that is, as unsigned bytes.
  StableSort(entries_, [](const Entry& a, const Entry& b) { return a.key < b.key; });
  auto same = [](const Entry& a, const Entry& b) { return a.key == b.key; };
  auto twice = std::adjacent_find(entries_.begin(), entries_.end(), same);
  if (twice == entries_.end()) return std::nullopt;
  Error error{ErrorCode::kInvalid, "a key is listed twice", std::nullopt, "", KeyText(twice->key)};
  entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());
  return error;
}

const KvStore::Entry* KvStore::Find(std::string_view key) const {
  auto it = std::lower_bound(entries_.begin(), entries_.end(), key,
                             [](const Entry& e, std::string_view k) { return e.key < k; });
  return it == entries_.end() || it->key != key ? nullptr : &*it;
}

Bytes KvStore::InlineValue(const ValueRef& ref) const {
  const uint64_t size = inline_values_.size();
  if (!ref.is_inline() || ref.offset > size || ref.length > size - ref.offset) return {};
  return Bytes(inline_values_)
      .subspan(static_cast<size_t>(ref.offset), static_cast<size_t>(ref.length));
}

}  // namespace leafsum::kvstore
