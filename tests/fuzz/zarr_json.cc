// `zarr.json`, zarr v3, with its chain of codecs.
#include "fuzz/array_document.h"

namespace leafsum::fuzz {

void Run(Bytes input) {
  const bool group = zarr::IsZarr3Group(input);
  const auto array = zarr::ParseZarrJson(input);
  if (!array) return;
  FUZZ_CHECK(!group);
  FUZZ_CHECK(array->zarr_format == 3);
  CheckArray(*array);
  CheckGoesAround(*array, zarr::ParseZarrJson);
}

}  // namespace leafsum::fuzz
