// Archives as tests need them, field by field.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "support/hex.h"

namespace leafsum::test {

struct TarField {
  std::string name = {};
  std::string content = {};
  char type = '0';
  std::string target = {};
  std::string magic = std::string("ustar\00000", 8);
  std::string prefix = {};
  std::string size = {};  // the field's own text, where it is not the content's size
  int sum_is_off_by = 0;
  bool has_extended_map = false;
};

inline std::string Octal(uint64_t n, int digits) {
  std::string out(static_cast<size_t>(digits), '0');
  for (size_t i = out.size(); i-- > 0; n >>= 3) out[i] = static_cast<char>('0' + (n & 7));
  return out;
}

inline void Put(std::string& block, size_t at, std::string_view text) {
  block.replace(at, text.size(), text);
}

inline std::string TarHeaderOf(const TarField& f) {
  std::string block(512, '\0');
  Put(block, 0, f.name.substr(0, 100));
  Put(block, 100, "0000644");
  Put(block, 124, f.size.empty() ? Octal(f.content.size(), 11) : f.size);
  block[156] = f.type;
  Put(block, 157, f.target.substr(0, 100));
  Put(block, 257, f.magic);
  Put(block, 345, f.prefix);
  if (f.has_extended_map) block[482] = 1;
  Put(block, 148, "        ");
  uint64_t sum = 0;
  for (const char c : block) sum += static_cast<uint8_t>(c);
  Put(block, 148, Octal(sum + static_cast<uint64_t>(f.sum_is_off_by), 6) + std::string("\0 ", 2));
  return block;
}

inline std::string Tar(const std::vector<TarField>& members, bool has_end = true) {
  std::string out;
  for (const TarField& f : members) {
    out += TarHeaderOf(f) + f.content;
    out.resize((out.size() + 511) / 512 * 512);
  }
  return out + std::string(has_end ? 1024 : 0, '\0');
}

// "length key=value\n"
inline std::string PaxRecord(const std::string& key, const std::string& value) {
  size_t n = key.size() + value.size() + 3;
  size_t length = n + 1;
  while (std::to_string(length).size() + n != length) ++length;
  return std::to_string(length) + " " + key + "=" + value + "\n";
}

inline std::string Le(uint64_t n, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(n >> (8 * i) & 0xff);
  return out;
}

struct ZipField {
  std::string name = {};
  std::string content = {};
  uint16_t method = 0;
  uint16_t flags = 0;
  uint32_t mode = 0100644;
  std::string local_name = "=";  // "=": the same
  int64_t local_size_is_off_by = 0;
  uint32_t local_crc_is_off_by = 0;
  std::string before = {};  // bytes in front of the member
  std::string after = {};   // and behind it
};

struct ZipShape {
  bool zip64 = false;
  std::string comment = {};
  int64_t count_is_off_by = 0;
  int64_t offset_is_off_by = 0;
  std::string gap = {};  // between directory and end
};

inline std::string Zip(const std::vector<ZipField>& members, const ZipShape& shape = {}) {
  std::string out, directory;
  for (const ZipField& f : members) {
    out += f.before;
    const uint64_t at = out.size();
    const std::string local = f.local_name == "=" ? f.name : f.local_name;
    const uint64_t size = f.content.size();
    const auto sizes = [&](uint64_t n, uint64_t crc) {
      return Le(0, 4) + Le(crc, 4) + (shape.zip64 ? Le(~0ull, 8) : Le(size, 4) + Le(n, 4));
    };
    const auto extra = [&](uint64_t n, bool central) {
      if (!shape.zip64) return std::string();
      return Le(1, 2) + Le(central ? 24 : 16, 2) + Le(n, 8) + Le(size, 8) +
             (central ? Le(at, 8) : "");
    };
    const uint64_t local_size = size + static_cast<uint64_t>(f.local_size_is_off_by);
    const std::string e = extra(local_size, false), c = extra(size, true);
    out += "PK\3\4" + Le(45, 2) + Le(f.flags, 2) + Le(f.method, 2) +
           sizes(local_size, 7 + f.local_crc_is_off_by) + Le(local.size(), 2) + Le(e.size(), 2) +
           local + e + f.content + f.after;
    directory += "PK\1\2" + Le(3 << 8 | 45, 2) + Le(45, 2) + Le(f.flags, 2) + Le(f.method, 2) +
                 sizes(size, 7) + Le(f.name.size(), 2) + Le(c.size(), 2) + Le(0, 2) + Le(0, 4) +
                 Le(static_cast<uint64_t>(f.mode) << 16, 4) +
                 (shape.zip64 ? Le(~0ull, 4) : Le(at, 4)) + f.name + c;
  }
  const uint64_t begin = out.size() + static_cast<uint64_t>(shape.offset_is_off_by);
  const uint64_t count = members.size() + static_cast<uint64_t>(shape.count_is_off_by);
  out += directory + shape.gap;
  const uint64_t end64 = out.size();
  if (shape.zip64)
    out += "PK\6\6" + Le(44, 8) + Le(0, 4) + Le(0, 8) + Le(count, 8) + Le(count, 8) +
           Le(directory.size(), 8) + Le(begin, 8) + "PK\6\7" + Le(0, 4) + Le(end64, 8) + Le(1, 4);
  out += "PK\5\6" + Le(0, 4) +
         (shape.zip64 ? Le(~0ull, 8) + Le(~0ull, 4)
                      : Le(count, 2) + Le(count, 2) + Le(directory.size(), 4) + Le(begin, 4)) +
         Le(shape.comment.size(), 2) + shape.comment;
  return out;
}

// Reads an index to its end; each answer lies in a buffer of its own size.
template <class Index>
int Drive(Index& index, std::string_view archive) {
  int reads = 0;
  for (auto want = index.Next(); want && reads < 100'000; want = index.Next(), ++reads) {
    const auto from = std::min<uint64_t>(want->offset, archive.size());
    const auto length = std::min<uint64_t>(want->length, archive.size() - from);
    index.Feed(
        Exact(AsBytes(archive.substr(static_cast<size_t>(from), static_cast<size_t>(length)))));
  }
  return reads;
}

}  // namespace leafsum::test
