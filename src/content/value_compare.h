// Finds how two arrays of one shape and dtype differ, element by element (`diff --values`). Both
// sides stream their content in pieces of equal length.
#pragma once

#include <string>

#include "content/job.h"
#include "zarr/data_type.h"

namespace leafsum::content {

// One element of content as numpy prints it: "1.0", "999.0", "-0.0", "nan", "True", "(1+2j)", "-8":
// the shortest text that reads back as the same value of that type. A NaN whose payload is not the
// canonical one shows its bits: "nan(0x7fc00001)". Raw bytes and unknown types are hex.
std::string ElementText(const zarr::DataType& type, Bytes element);
// The element as a double, for real types; nothing for complex and raw types.
std::optional<double> ElementValue(const zarr::DataType& type, Bytes element);

class ValueComparer {
 public:
  explicit ValueComparer(zarr::DataType type) : type_(std::move(type)) {}
  // Takes the next elements of both sides: whole elements, equal sizes.
  void Update(Bytes a, Bytes b);
  // Elements differ if their bytes differ. max_abs and max_rel (|a-b| / max(|a|, |b|)) are over
  // finite pairs; inf or NaN against anything else makes max_abs infinite. Both are empty for raw
  // types. 64-bit integers are subtracted exactly, then converted to doubles.
  ValueDifference Finish() const { return result_; }

 private:
  void Differing(Bytes a, Bytes b);

  zarr::DataType type_;
  uint64_t index_ = 0;
  ValueDifference result_;
};

}  // namespace leafsum::content
