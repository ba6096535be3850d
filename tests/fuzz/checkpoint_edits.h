// Changes of a checkpoint in memory, as a program of a few bytes: what the target `checkpoint` runs
// and its mutator writes.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace leafsum::fuzz {

enum class EditKind : uint8_t {
  kRemove,      // file `a`
  kRename,      // file `a` gets the name `b`
  kCopy,        // ... and stays as it is besides
  kOverwrite,   // `data` over what stands at `b`
  kInsert,      // `data` before what stands at `b`
  kCut,         // the file ends at `b`
  kFlip,        // a bit
  kSplice,      // from `b` on the bytes of the file whose number `data` begins with
  kBlock,       // a manifest or node: changed within its envelope, which is right again
  kChunk,       // a zstd frame: changed within, and made a frame again
  kWord,        // of a JSON file the `b`th word or number becomes `data`
  kUnreadable,  // each read of the file fails
  kCount
};

// `a` chooses a file and `b` a place or a name, both modulo how many there are.
struct Edit {
  EditKind kind = EditKind::kFlip;
  uint8_t how = 0;  // of kBlock: which way the body is changed
  uint16_t a = 0, b = 0;
  ByteVector data;  // at most 255 bytes
};

struct Program {
  uint8_t base = 0;
  uint8_t options = 0;
  uint8_t seed = 0;  // of the order of answers
  std::vector<Edit> edits;
};

Program ReadProgram(Bytes input);
ByteVector WriteProgram(const Program& program);

struct Files {
  std::map<std::string, ByteVector> bytes;
  std::set<std::string> unreadable;
};

void Apply(const Edit& edit, Files& files);

}  // namespace leafsum::fuzz
