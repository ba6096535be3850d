// codecs.wasm: LeafJob with every ability, and archives. The rare codecs are linked in.
#include <emscripten/bind.h>

#include "bindings/archive.h"
#include "bindings/leaf_job.h"
#include "content/parts_reader.h"

namespace leafsum::bindings {

EMSCRIPTEN_BINDINGS(codecs) {
  ModuleAbilities().parts = content::MakePartsReader;
  ModuleAbilities().sha256_of_all = hash::Sha256OfAll;
  BindLeafJob();
  BindArchives();
}

}  // namespace leafsum::bindings
