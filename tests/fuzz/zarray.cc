// `.zarray`, zarr v2.
#include "fuzz/array_document.h"

namespace leafsum::fuzz {

void Run(Bytes input) {
  const auto array = zarr::ParseZarray(input);
  if (!array) return;
  FUZZ_CHECK(array->zarr_format == 2 && array->codecs.sharding.empty());
  CheckArray(*array);
  CheckGoesAround(*array, zarr::ParseZarray);
}

}  // namespace leafsum::fuzz
