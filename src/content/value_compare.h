// How two arrays of one shape and dtype differ, element by element (`diff --values`). Streams: both
// sides' content comes in pieces of equal length.
#pragma once

#include <string>

#include "content/job.h"
#include "zarr/data_type.h"

namespace leafsum::content {

// One element of content as numpy would print it: "1.0", "999.0", "-0.0", "nan", "True", "(1+2j)",
// "-8"; the shortest text that reads back to the same value of that type. NaNs with a payload other
// than the canonical one show it: "nan(0x7fc00001)". Raw bytes and unknown types are hex.
std::string ElementText(const zarr::DataType& type, Bytes element);
// The element as a double where its type has one (real types); nothing for complex, raw.
std::optional<double> ElementValue(const zarr::DataType& type, Bytes element);

class ValueComparer {
 public:
  explicit ValueComparer(zarr::DataType type) : type_(std::move(type)) {}
  // The next elements of both sides: equal sizes, whole elements.
  void Update(Bytes a, Bytes b);
  // Elements differ where their bytes differ. max_abs and max_rel (|a-b| / max(|a|, |b|)) are over
  // finite pairs; inf or NaN against anything else makes max_abs infinite. Nothing for raw types.
  // 64-bit integers are subtracted exactly before they are made doubles.
  ValueDifference Finish() const { return result_; }

 private:
  void Differing(Bytes a, Bytes b);

  zarr::DataType type_;
  uint64_t index_ = 0;
  ValueDifference result_;
};

}  // namespace leafsum::content
