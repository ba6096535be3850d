#include "codec/capped_decoder.h"

#include <algorithm>

#include "base/text.h"

namespace leafsum::codec {

Progress CappedDecoder::Decode(Bytes in, bool last, MutableBytes out) {
  Progress total;
  const uint64_t left = limit_ - produced_;
  if (left > 0) {
    if (out.empty()) return total;
    total = inner_->Decode(in, last,
                           out.first(static_cast<size_t>(std::min<uint64_t>(left, out.size()))));
    produced_ += total.produced;
    if (total.done || total.error || produced_ < limit_) return total;
  }
  // All bytes are here. Room for one more shows whether the encoded value ends here too.
  uint8_t more = 0;
  Progress rest = inner_->Decode(in.subspan(total.consumed), last, MutableBytes(&more, 1));
  total.consumed += rest.consumed;
  total.done = rest.done && rest.produced == 0;
  total.trailing = rest.trailing;
  total.error = std::move(rest.error);
  if (rest.produced != 0)
    total.error = Error{code_, "decodes to more than " + ByteCount(limit_), std::nullopt,
                        ByteCount(limit_), "more"};
  return total;
}

void CappedDecoder::Reset() {
  inner_->Reset();
  produced_ = 0;
}

}  // namespace leafsum::codec
