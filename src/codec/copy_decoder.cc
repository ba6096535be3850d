#include "codec/copy_decoder.h"

#include <algorithm>

namespace leafsum::codec {

Progress CopyDecoder::Decode(Bytes in, bool last, MutableBytes out) {
  Progress p;
  p.consumed = p.produced = std::min(in.size(), out.size());
  std::copy_n(in.begin(), p.produced, out.begin());
  p.done = last && p.consumed == in.size();
  return p;
}

}  // namespace leafsum::codec
