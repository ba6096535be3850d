#include "orbax/msgpack_array.h"

#include "base/checked.h"
#include "base/limits.h"
#include "base/text.h"
#include "orbax/msgpack_header.h"

namespace leafsum::orbax::msgpack {
namespace {

static_assert(kMaxRank == 32);  // a message quotes it

// The values inside an ext payload, whose first `bytes` are here.
class Payload {
 public:
  Payload(Bytes bytes, uint64_t length) : bytes_(bytes), length_(length) {}

  // The next header, if it is of type `type` or `other`; else false.
  bool Next(Type type, Type other, Header& out) {
    if (position_ >= bytes_.size() || bytes_.size() - position_ < HeaderSize(bytes_[position_]))
      return false;
    out = ParseHeader(bytes_.subspan(position_));
    position_ += out.size;
    return out.type == type || out.type == other;
  }
  bool Take(uint64_t n, Bytes& out) {
    if (n > bytes_.size() - position_) return false;
    out = bytes_.subspan(position_, static_cast<size_t>(n));
    position_ += static_cast<size_t>(n);
    return true;
  }
  uint64_t position() const { return position_; }
  uint64_t left() const { return length_ - position_; }

 private:
  Bytes bytes_;
  uint64_t length_;
  size_t position_ = 0;
};

uint64_t Number(const MsgpackLeaf& leaf) {
  uint64_t n = 0;
  for (size_t i = leaf.raw.size(); i-- > 0;) n = n << 8 | leaf.raw[i];
  return n;
}

}  // namespace

std::optional<Error> ReadArray(Bytes head, uint64_t length, uint64_t offset, MsgpackLeaf& leaf) {
  auto bad = [](const char* what, ErrorCode code = ErrorCode::kInvalid) {
    return Error{code, Text("a stored array's ", what), {}, "(shape, dtype name, bytes)", ""};
  };
  Payload payload(head, length);
  Header h;
  if (!payload.Next(kList, kList, h) || h.value != 3) return bad("payload is not a triple");
  if (!payload.Next(kList, kList, h) || h.value > payload.left())
    return bad("shape must be non-negative integers");
  if (h.value > kMaxRank) return bad("shape has more than 32 dimensions", ErrorCode::kLimit);
  for (uint64_t rank = h.value; rank > 0; --rank) {
    if (!payload.Next(kUint, kUint, h)) return bad("shape must be non-negative integers");
    leaf.shape.push_back(h.value);
  }
  Bytes name;
  if (!payload.Next(kStr, kBin, h) || !payload.Take(h.value, name) || !IsUtf8(AsText(name)))
    return bad("type has no name");
  leaf.dtype = AsText(name);
  if (!payload.Next(kBin, kStr, h)) return bad("content is not a byte string");
  if (h.value != payload.left())
    return Error{ErrorCode::kInvalid,
                 "a stored array's content does not fill the rest of its value",
                 {},
                 ByteCount(payload.left()),
                 ByteCount(h.value)};
  const auto elements = CheckedProduct(leaf.shape);
  if (!elements) return bad("shape has 2^64 elements or more");
  leaf.pieces.push_back({{offset + payload.position(), h.value}, *elements});
  return std::nullopt;
}

bool ReadComplex(Bytes head, uint64_t length, ByteVector& raw) {
  Payload payload(head, length);
  Header list, re, im;
  if (!payload.Next(kList, kList, list) || list.value != 2 ||
      !payload.Next(kFloat64, kFloat64, re) || !payload.Next(kFloat64, kFloat64, im) ||
      payload.left() != 0)
    return false;
  for (uint64_t bits : {re.value, im.value})
    for (int i = 0; i < 8; ++i) raw.push_back(static_cast<uint8_t>(bits >> 8 * i));
  return true;
}

MsgpackLeaf JoinChunks(std::span<MsgpackLeaf> parts, const KeyPath& path) {
  MsgpackLeaf joined;
  joined.key_path = path;
  joined.kind = MsgpackLeaf::Kind::kArray;
  const size_t depth = path.size();
  auto bad = [&](const char* what) {
    if (!joined.problem)
      joined.problem = Error{ErrorCode::kInvalid, Text("a chunked array's ", what), {}, "", ""};
  };
  if (!parts.empty()) joined.offset = parts.front().offset;
  for (MsgpackLeaf& part : parts) {
    const std::string& name = part.key_path[depth];
    if (name == kChunkedArray) continue;
    const bool is_shape = name == "shape", is_chunk = name == "chunks";
    if (!is_shape && !is_chunk) {
      bad("map has another member");
      continue;
    }
    if (is_shape && part.kind == MsgpackLeaf::Kind::kEmpty && part.key_path.size() == depth + 1)
      continue;
    const size_t count = is_shape ? joined.shape.size() : joined.pieces.size();
    if (part.key_path.size() != depth + 2 || part.key_path[depth + 1] != Text(count)) {
      bad("members are not numbered in order");
    } else if (is_shape) {
      if (part.dtype != "int64" || Number(part) >> 63) bad("shape must be non-negative integers");
      joined.shape.push_back(Number(part));
    } else {
      if (part.problem && !joined.problem) joined.problem = part.problem;
      if (part.kind != MsgpackLeaf::Kind::kArray || part.shape.size() != 1 ||
          part.pieces.size() != 1 || (count > 0 && part.dtype != joined.dtype)) {
        bad("chunk is not a flat array of its type");
        continue;
      }
      joined.dtype = part.dtype;
      joined.pieces.push_back(part.pieces[0]);
    }
  }
  if (joined.pieces.empty()) bad("chunks are missing");
  if (joined.shape.size() > kMaxRank) bad("shape has too many dimensions");
  return joined;
}

}  // namespace leafsum::orbax::msgpack
