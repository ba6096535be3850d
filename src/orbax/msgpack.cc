#include "orbax/msgpack.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "base/text.h"
#include "orbax/msgpack_array.h"
#include "orbax/msgpack_header.h"
#include "orbax/msgpack_reference.h"

namespace leafsum::orbax {

using namespace msgpack;

namespace {

constexpr uint64_t kWindow = 64 << 10;    // least bytes of one read
constexpr uint64_t kWholeFile = 4 << 20;  // a file up to this is read at once
constexpr uint64_t kArrayHead = 4096;     // shape, type name and headers of one array
constexpr uint64_t kMaxReported = 100;    // duplicates kept
constexpr size_t kShownText = 80;         // bytes of a text that a message shows
// The messages quote these limits.
static_assert(kMaxMsgpackLeaves == 131072 && kMaxMsgpackText == 16 << 20 && kMaxJsonDepth == 64);

}  // namespace

MsgpackReader::MsgpackReader(uint64_t file_size) : size_(file_size) {
  wanted_ = ByteRange{0, size_ <= kWholeFile ? size_ : kWindow};
  if (size_ == 0) Feed({});
}

std::optional<ByteRange> MsgpackReader::Want() const {
  return error_ || done_ ? std::nullopt : wanted_;
}

void MsgpackReader::Fail(ErrorCode code, const std::string& message, const std::string& expected,
                         const std::string& actual) {
  error_ = Error{code, message, position_, expected, actual};
}

void MsgpackReader::Feed(Bytes bytes) {
  window_ = bytes;
  window_begin_ = wanted_->offset;
  wanted_.reset();
  while (!wanted_ && !done_ && !error_) Step();
  window_ = {};
}

void MsgpackReader::TooLarge() {
  Fail(ErrorCode::kLimit, "a tree of too many leaves, or of too much text",
       "at most 131072 leaves, with 16 MiB of key paths and strings", "more");
}

// The next `n` bytes. If they are not here, wants them, or fails if the file is too short.
bool MsgpackReader::Peek(uint64_t n, Bytes& out) {
  if (n > size_ - position_) {
    Fail(ErrorCode::kTruncated, "the file ends within a value", ByteCount(n),
         ByteCount(size_ - position_));
    return false;
  }
  const uint64_t end = window_begin_ + window_.size();
  if (position_ >= window_begin_ && position_ <= end && n <= end - position_) {
    out = window_.subspan(static_cast<size_t>(position_ - window_begin_), static_cast<size_t>(n));
    return true;
  }
  wanted_ = ByteRange{position_, std::min(std::max(n, kWindow), size_ - position_)};
  return false;
}

// Takes a text of `length` bytes after a header; false unless it is complete and valid.
bool MsgpackReader::TakeText(uint64_t header, uint64_t length, std::string& out) {
  Bytes b;
  if (length > size_ - position_ - header) return Peek(header + length, b);
  if (length > kMaxMsgpackText) {
    TooLarge();
    return false;
  }
  if (!Peek(header + length, b)) return false;
  out = AsText(b.subspan(static_cast<size_t>(header)));
  return true;
}

void MsgpackReader::Step() {
  if (at_key_) return Key();
  Value();
}

void MsgpackReader::Key() {
  Bytes b;
  if (!Peek(1, b) || !Peek(HeaderSize(b[0]), b)) return;
  const Header h = ParseHeader(b);
  std::string key;
  uint64_t size = h.size;
  if (h.type == kStr) {
    if (!TakeText(size, h.value, key)) return;
    size += h.value;
  } else if (h.type == kUint || h.type == kInt) {
    key = h.type == kUint ? Text(h.value) : Text(static_cast<int64_t>(h.value));
  } else {
    return Fail(h.type < kList ? ErrorCode::kUnsupported : ErrorCode::kInvalid,
                "a map's key is not a string or integer", "", Hex(b.first(1)));
  }
  if (!IsUtf8(key)) return Fail(ErrorCode::kInvalid, "a map's key is not UTF-8", "UTF-8", "");
  Frame& frame = stack_.back();
  frame.is_chunked_array |= key == kChunkedArray;
  path_.push_back(key);
  if (!frame.seen.insert(std::move(key)).second && duplicates_.size() < kMaxReported)
    duplicates_.push_back(path_);
  position_ += size;
  at_key_ = false;
}

// Reads one value: a leaf, or the opening of a container.
void MsgpackReader::Value() {
  Bytes b;
  if (!Peek(1, b) || !Peek(HeaderSize(b[0]), b)) return;
  const Header h = ParseHeader(b);
  using Kind = MsgpackLeaf::Kind;
  std::string text;
  switch (h.type) {
    case kNil:
      Add(Kind::kEmpty, "None", h.size);
      return CloseValue();
    case kBool:
      return AddNumber("bool", h.value, 1, h.size);
    case kInt:
      return AddNumber("int64", h.value, 8, h.size);
    case kUint:
      return AddNumber(h.value >> 63 ? "uint64" : "int64", h.value, 8, h.size);
    case kFloat64:
      return AddNumber("float64", h.value, 8, h.size);
    case kFloat32: {
      const uint32_t bits = static_cast<uint32_t>(h.value);
      float narrow;
      std::memcpy(&narrow, &bits, 4);
      const double wide = narrow;
      uint64_t wide_bits;
      std::memcpy(&wide_bits, &wide, 8);
      return AddNumber("float64", wide_bits, 8, h.size);
    }
    case kStr: {
      if (!TakeText(h.size, h.value, text)) return;
      const auto reference = ReadReference(text);
      const bool known = reference && reference->form != MsgpackLeaf::Reference::kUnknown;
      MsgpackLeaf& leaf =
          Add(known ? Kind::kPlaceholder : Kind::kString, "string", h.size + h.value);
      if (known) leaf.reference = reference->form;
      if (reference && !known)
        leaf.problem =
            Error{ErrorCode::kUnsupported,
                  "a text that looks like a reference to an array, but in an unknown form",
                  {},
                  "PLACEHOLDER://name or //GDAPlaceholder:path",
                  text.substr(0, kShownText)};
      if (const auto at = FirstBadUtf8(text))
        leaf.problem = Error{ErrorCode::kInvalid, "the string is not UTF-8",
                             leaf.offset + h.size + *at, "UTF-8", ""};
      leaf.raw = ToVector(AsBytes(known ? reference->name : std::string_view(text)));
      return CloseValue();
    }
    case kBin:
      if (h.value > size_ - position_ - h.size) {
        Peek(h.size + h.value, b);
        return;
      }
      Add(Kind::kBytes, "bytes", h.size + h.value)
          .pieces.push_back({{position_ - h.value, h.value}, h.value});
      return CloseValue();
    case kExt:
      return Ext(h.ext, h.size, h.value);
    case kList:
    case kMap:
      return Open(h.type == kMap, h.value, h.size);
    case kNever:
      return Fail(ErrorCode::kInvalid, "no msgpack value begins with this byte", "",
                  Hex(b.first(1)));
  }
}

void MsgpackReader::Open(bool is_map, uint64_t count, uint64_t header) {
  // Each element takes at least a byte, so a count that cannot fit is refused before anything is
  // allocated.
  const uint64_t most = (size_ - position_ - header) / (is_map ? 2 : 1);
  if (count > most)
    return Fail(ErrorCode::kTruncated, "a container has more elements than bytes follow",
                Text(count, " elements"), Text("room for ", most));
  if (count == 0) {
    Add(MsgpackLeaf::Kind::kEmpty, is_map ? "Dict" : "List", header);
    return CloseValue();
  }
  if (stack_.size() >= static_cast<size_t>(kMaxJsonDepth))
    return Fail(ErrorCode::kLimit, "containers are nested too deeply", "depth of at most 64",
                "more");
  position_ += header;
  stack_.push_back({is_map, false, count, 0, leaves_.size(), {}});
  at_key_ = is_map;
  if (!is_map) path_.emplace_back("0");
}

// Flax's types: 1 array, 2 complex, 3 numpy scalar. The payload is msgpack again.
void MsgpackReader::Ext(int type, uint64_t header, uint64_t length) {
  using Kind = MsgpackLeaf::Kind;
  Bytes b;
  if (length > size_ - position_ - header) {
    Peek(header + length, b);
    return;
  }
  if (!Peek(header + std::min(length, kArrayHead), b)) return;
  const Bytes head = b.subspan(static_cast<size_t>(header));
  const uint64_t payload_at = position_ + header;
  ByteVector complex;
  if (type == 2 && ReadComplex(head, length, complex)) {
    Add(Kind::kNumber, "complex128", header + length).raw = std::move(complex);
    return CloseValue();
  }
  MsgpackLeaf& leaf = Add(type == 3 ? Kind::kNumpyScalar : Kind::kArray, "", header + length);
  if (type == 1 || type == 3)
    leaf.problem = ReadArray(head, length, payload_at, leaf);
  else if (type == 2)
    leaf.problem =
        Error{ErrorCode::kInvalid, "a complex number is not a pair of doubles", {}, "", ""};
  else
    leaf.problem = Error{
        ErrorCode::kUnsupported, "an unknown msgpack extension type", {}, "1, 2 or 3", Text(type)};
  CloseValue();
}

void MsgpackReader::AddKeyTypes(MsgpackLeaf& leaf) const {
  for (const Frame& frame : stack_) leaf.key_types.push_back(frame.is_map ? 2 : 1);
}

// Adds a leaf at the path, of `size` bytes in the file, and moves behind it.
MsgpackLeaf& MsgpackReader::Add(MsgpackLeaf::Kind kind, std::string_view dtype, uint64_t size) {
  MsgpackLeaf& leaf = leaves_.emplace_back();
  leaf.key_path = path_;
  AddKeyTypes(leaf);
  leaf.kind = kind;
  leaf.dtype = dtype;
  leaf.offset = position_;
  position_ += size;
  for (const std::string& key : path_) text_bytes_ += key.size();
  if (kind == MsgpackLeaf::Kind::kString) text_bytes_ += size;
  if (leaves_.size() > kMaxMsgpackLeaves || text_bytes_ > kMaxMsgpackText) TooLarge();
  return leaf;
}

void MsgpackReader::AddNumber(std::string_view dtype, uint64_t bits, uint64_t nbytes,
                              uint64_t size) {
  MsgpackLeaf& leaf = Add(MsgpackLeaf::Kind::kNumber, dtype, size);
  for (uint64_t i = 0; i < nbytes; ++i) leaf.raw.push_back(static_cast<uint8_t>(bits >> 8 * i));
  CloseValue();
}

// Goes on after a value: to the next element, out of every container that ends here, or to the end
// of the file, after which nothing may follow.
void MsgpackReader::CloseValue() {
  if (error_) return;
  while (!stack_.empty()) {
    Frame& frame = stack_.back();
    path_.pop_back();
    if (--frame.left > 0) {
      at_key_ = frame.is_map;
      if (!frame.is_map) path_.push_back(Text(++frame.next_index));
      return;
    }
    if (frame.is_chunked_array) {
      MsgpackLeaf joined = JoinChunks(std::span(leaves_).subspan(frame.first_leaf), path_);
      leaves_.resize(frame.first_leaf);
      leaves_.push_back(std::move(joined));
    }
    bool joined = frame.is_chunked_array;
    if (frame.is_map && frame.seen.contains("driver") && frame.seen.contains("kvstore")) {
      const auto parts = std::span(leaves_).subspan(frame.first_leaf);
      if (IsSpec(parts, path_)) {
        MsgpackLeaf spec = JoinSpec(parts, path_);
        text_bytes_ += spec.claims.size();
        leaves_.resize(frame.first_leaf);
        leaves_.push_back(std::move(spec));
        joined = true;
        if (text_bytes_ > kMaxMsgpackText) return TooLarge();
      }
    }
    stack_.pop_back();
    if (joined) AddKeyTypes(leaves_.back());
  }
  done_ = true;
  if (position_ != size_)
    Fail(ErrorCode::kInvalid, "bytes follow the tree", ByteCount(position_), ByteCount(size_));
}

}  // namespace leafsum::orbax
