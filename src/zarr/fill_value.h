// `fill_value`: the element that an array has wherever it stores no chunk, as bytes.
#pragma once

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"
#include "zarr/data_type.h"

namespace leafsum::zarr {

// The forms that TensorStore accepts:
//
//            v2                                        v3
//   null     zero                                      refused
//   bool     true, false                               the same
//   integer  number (2.0 counts) in the type's range;  number in the type's range
//            int2 and int4 take int8's range
//   float    number, also in a string ("1.5");         number, "NaN", "Infinity", "-Infinity",
//            "NaN", "Infinity", "-Infinity"            "0x" and at most as many hex digits as
//                                                      the bits have
//   complex  list of two such, or base64               list of two such
//   raw      base64 of exactly the element, or "": zero  base64 of exactly the element
//   float4   base64 of its byte                        as float
//
// Both return content: little-endian, masked.
Result<ByteVector> ParseZarr2FillValue(const JsonValue& value, const StoredType& type);
Result<ByteVector> ParseZarr3FillValue(const JsonValue& value, const DataType& type);

}  // namespace leafsum::zarr
