#include "zarr/array_size.h"

#include <limits>

#include "base/checked.h"
#include "base/limits.h"
#include "base/text.h"
#include "zarr/json_members.h"

namespace leafsum::zarr {
namespace {

constexpr uint64_t kMaxSigned = std::numeric_limits<int64_t>::max();

std::optional<uint64_t> ByteCount(const std::vector<uint64_t>& shape, uint64_t itemsize) {
  const auto elements = CheckedProduct(shape);
  return elements ? CheckedMul(*elements, itemsize) : std::nullopt;
}

Error Limit(std::string_view message, uint64_t actual) {
  return {ErrorCode::kLimit, message, std::nullopt, Text("less than ", kMaxSafeInteger),
          Text(actual)};
}

}  // namespace

Status SetSizes(ArrayMetadata& array) {
  const auto nbytes = ByteCount(array.shape, array.type.itemsize);
  if (!nbytes)
    return Error{ErrorCode::kInvalid,
                 Text("number of bytes of an array of shape ", ShapeText(array.shape), " and type ",
                      array.type.name, " overflows"),
                 std::nullopt, "less than 2^64 bytes", ShapeText(array.shape)};
  const auto chunk_nbytes = ByteCount(array.chunk_shape, array.type.itemsize);
  if (!chunk_nbytes || *chunk_nbytes > kMaxSigned)
    return Error{ErrorCode::kInvalid,
                 Text("number of bytes of a chunk of shape ", ShapeText(array.chunk_shape),
                      " and type ", array.type.name, " overflows"),
                 std::nullopt, "less than 2^63 bytes", ShapeText(array.chunk_shape)};
  for (uint64_t n : array.shape)
    if (n >= kMaxSafeInteger) return Limit("a dimension of the shape is too large", n);
  if (*nbytes >= kMaxSafeInteger) return Limit("the array has too many bytes", *nbytes);
  array.nbytes = *nbytes;
  array.chunk_nbytes = *chunk_nbytes;
  return std::nullopt;
}

}  // namespace leafsum::zarr
