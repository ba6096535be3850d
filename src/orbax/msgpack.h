// msgpack trees: the file `checkpoint` of Orbax before 0.5.16, and the output of Flax's `to_bytes`
// (formats §3.8, README.md).
//
// The file may be far larger than memory. It is read in pieces: numbers and texts are kept, while
// the bytes of arrays are only located and skipped. Sans-IO: Want() says which bytes come next.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "io/ask.h"
#include "orbax/key_path.h"

namespace leafsum::orbax {

// Marks a text that stands for an array or string beside the file, whose name follows.
inline constexpr std::string_view kPlaceholderPrefix = "PLACEHOLDER://";

struct MsgpackLeaf {
  enum class Kind : uint8_t {
    kArray,        // ext 1, or a `__msgpack_chunked_array__`: `pieces` of the file, in C order
    kNumpyScalar,  // ext 3: as ext 1
    kNumber,       // number, bool, ext 2: `raw` is the element, little-endian
    kString,       // `raw` is UTF-8
    kBytes,        // one piece
    kPlaceholder,  // an array beside the file: `raw` is its name there
    kEmpty,        // nil, {} or []: see `dtype`
  };
  // The form of a kPlaceholder, by writer: Orbax `PLACEHOLDER://name`, Flax
  // `//GDAPlaceholder:path`, T5X a TensorStore spec.
  enum class Reference : uint8_t { kOrbax, kGda, kSpec, kUnknown };
  // Consecutive bytes of the file that hold `elements` elements.
  struct Piece {
    ByteRange range;
    uint64_t elements = 0;
  };
  KeyPath key_path;
  std::vector<uint64_t>
      key_types;  // 1 for an array's element, 2 for a map's key, as in `_METADATA`
  Kind kind = Kind::kEmpty;
  std::string dtype;            // numpy's name: "float32", "bfloat16"; None, Dict, List
  std::vector<uint64_t> shape;  // of arrays and numpy scalars
  ByteVector raw;
  Reference reference = Reference::kOrbax;
  // What a spec claims about its array: in turn, the pointer to a member of the array's document
  // (or `dtype`) and its value as JSON, each followed by a NUL.
  std::string claims;
  std::vector<Piece> pieces;
  uint64_t offset = 0;           // of the value in the file
  std::optional<Error> problem;  // why this value cannot be read; the others can
};

// The directory of a kPlaceholder's array, for a tree in the file named `file`.
std::string ArrayDirectory(const MsgpackLeaf& leaf, std::string_view file);

class MsgpackReader {
 public:
  explicit MsgpackReader(uint64_t file_size);

  // The bytes wanted next; nothing if the file is read to its end, or broken.
  std::optional<ByteRange> Want() const;
  // Takes exactly those bytes.
  void Feed(Bytes bytes);

  // Why the file could not be read to its end. The offset counts in the file.
  const std::optional<Error>& error() const { return error_; }
  // Where in the tree reading stopped.
  const KeyPath& path() const { return path_; }
  // The leaves in order of the file; if it is broken, those before the break.
  std::vector<MsgpackLeaf>& leaves() { return leaves_; }
  // Members whose name an earlier member of the same map has.
  const std::vector<KeyPath>& duplicates() const { return duplicates_; }

 private:
  struct Frame {
    bool is_map = false;
    bool is_chunked_array = false;
    uint64_t left = 0, next_index = 0;
    size_t first_leaf = 0;
    std::unordered_set<std::string> seen;
  };

  void Step();
  bool Peek(uint64_t n, Bytes& out);
  bool TakeText(uint64_t header, uint64_t length, std::string& out);
  void Key();
  void Value();
  void Open(bool is_map, uint64_t count, uint64_t header);
  void Ext(int type, uint64_t header, uint64_t length);
  void AddKeyTypes(MsgpackLeaf& leaf) const;
  MsgpackLeaf& Add(MsgpackLeaf::Kind kind, std::string_view dtype, uint64_t size);
  void AddNumber(std::string_view dtype, uint64_t bits, uint64_t nbytes, uint64_t size);
  void CloseValue();
  void TooLarge();
  void Fail(ErrorCode code, const std::string& message, const std::string& expected,
            const std::string& actual);

  uint64_t size_ = 0, position_ = 0;
  std::optional<ByteRange> wanted_;
  Bytes window_;  // the bytes given to Feed
  uint64_t window_begin_ = 0;
  std::vector<Frame> stack_;
  KeyPath path_;  // of the value at position_
  bool at_key_ = false, done_ = false;
  uint64_t text_bytes_ = 0;  // of the leaves' key paths, strings and specs
  std::vector<MsgpackLeaf> leaves_;
  std::vector<KeyPath> duplicates_;
  std::optional<Error> error_;
};

}  // namespace leafsum::orbax
