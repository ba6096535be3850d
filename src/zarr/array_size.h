// The sizes that an array's metadata implies.
#pragma once

#include "base/result.h"
#include "zarr/array_metadata.h"

namespace leafsum::zarr {

// Sets nbytes and chunk_nbytes from shape, chunk_shape and type, or says which product is too
// large.
Status SetSizes(ArrayMetadata& array);

}  // namespace leafsum::zarr
