// What codecs.wasm has: LeafJob alone, with all that a job can use. Its rare codecs are linked.
#include <emscripten/bind.h>

#include "bindings/leaf_job.h"

namespace leafsum::bindings {

EMSCRIPTEN_BINDINGS(codecs) {
  content::Abilities own;
  own.sha256_of_all = hash::Sha256OfAll;
  BindLeafJob(std::move(own));
}

}  // namespace leafsum::bindings
