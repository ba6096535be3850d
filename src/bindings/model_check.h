// ModelCheck of trust.wasm: a model signature (OMS).
#pragma once

namespace leafsum::bindings {

void BindModelCheck();

}  // namespace leafsum::bindings
