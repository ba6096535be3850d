#include "codec/lz_blocks.h"

#include <cstring>

namespace leafsum::codec {
namespace {

// The positions of reading and writing; every step is checked against what is left.
struct Cursor {
  Bytes in;
  MutableBytes out;
  size_t at = 0;       // in `in`
  size_t written = 0;  // of `out`

  size_t left() const { return in.size() - at; }

  bool Literals(size_t n) {
    if (n > left() || n > out.size() - written) return false;
    std::memcpy(out.data() + written, in.data() + at, n);
    at += n;
    written += n;
    return true;
  }

  bool Copy(size_t distance, size_t n) {
    if (distance == 0 || distance > written || n > out.size() - written) return false;
    uint8_t* to = out.data() + written;
    const uint8_t* from = to - distance;
    written += n;
    if (distance == 1) {
      std::memset(to, *from, n);
      return true;
    }
    // Copies again what was just copied: `distance` bytes at a time never overlap.
    for (; n > distance; n -= distance, to += distance) std::memcpy(to, from, distance);
    std::memcpy(to, from, n);
    return true;
  }

  // A little-endian number of `bytes` bytes.
  bool Number(size_t bytes, size_t& value) {
    if (bytes > left()) return false;
    value = 0;
    for (size_t i = 0; i < bytes; ++i) value |= size_t{in[at++]} << (8 * i);
    return true;
  }
};

}  // namespace

bool DecodeBlosclz(Bytes in, MutableBytes out) {
  constexpr size_t kFar = 8192;
  Cursor c{in, out};
  for (bool first = true; c.left() > 0; first = false) {
    const size_t control = first ? c.in[c.at++] & 31u : c.in[c.at++];
    if (control < 32) {
      if (!c.Literals(control + 1)) return false;
      continue;
    }
    size_t n = (control >> 5) + 2;
    const size_t high = (control & 31) << 8;
    // A match is never the last element: another byte follows each of its own.
    size_t byte = 255;
    if (control >> 5 == 7) {
      while (byte == 255) {
        if (c.left() < 2) return false;
        byte = c.in[c.at++];
        n += byte;
        if (n > out.size()) return false;
      }
    } else if (c.left() < 2) {
      return false;
    }
    if (c.left() < 1) return false;
    byte = c.in[c.at++];
    size_t distance = high + byte + 1;
    if (byte == 255 && high == 31u << 8) {
      if (c.left() < 2) return false;
      distance = (size_t{c.in[c.at]} << 8) + c.in[c.at + 1] + kFar;
      c.at += 2;
    }
    if (!c.Copy(distance, n)) return false;
  }
  return c.written == out.size();
}

bool DecodeSnappy(Bytes in, MutableBytes out) {
  Cursor c{in, out};
  uint64_t size = 0;
  for (int shift = 0;; shift += 7) {
    if (c.left() == 0 || shift > 28) return false;
    const uint8_t byte = c.in[c.at++];
    size |= uint64_t{byte & 127u} << shift;
    if (byte < 128) break;
  }
  if (size != out.size()) return false;
  while (c.left() > 0) {
    const size_t tag = c.in[c.at++];
    size_t n = tag >> 2, distance = 0;
    switch (tag & 3) {
      case 0:  // literals: length-1 in the tag, or 60..63: in the 1..4 bytes that follow
        if (n >= 60 && !c.Number(n - 59, n)) return false;
        if (n >= out.size() || !c.Literals(n + 1)) return false;
        continue;
      case 1:
        if (!c.Number(1, distance)) return false;
        distance |= (tag >> 5) << 8;
        n = (n & 7) + 4;
        break;
      default:
        if (!c.Number((tag & 3) == 2 ? 2 : 4, distance)) return false;
        n += 1;
    }
    if (!c.Copy(distance, n)) return false;
  }
  return c.written == out.size();
}

}  // namespace leafsum::codec
