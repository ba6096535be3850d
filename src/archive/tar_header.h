// One block of 512 bytes in front of a tar's member (POSIX.1-2017 pax, "ustar Interchange Format";
// GNU tar manual, "Basic Tar Format").
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace leafsum::archive {

inline constexpr size_t kTarBlock = 512;

struct TarHeader {
  std::string name;  // prefix included
  std::string target;
  char type = '0';
  uint64_t size = 0;
  bool is_extended = false;  // old GNU sparse: more blocks of its map follow
};

// `block` has kTarBlock bytes. Checks the checksum (of signed or unsigned characters, as old
// programs differ), then every field that is used.
Result<TarHeader> DecodeTarHeader(Bytes block);

bool IsZeroBlock(Bytes block);

// The records "length key=value\n" of a pax header that say where or how large a member is.
struct PaxRecords {
  std::optional<std::string> path;
  std::optional<std::string> target;
  std::optional<uint64_t> size;
  bool is_sparse = false;
};
Status DecodePax(Bytes records, PaxRecords& out);

}  // namespace leafsum::archive
