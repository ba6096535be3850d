// Archives, as codecs.wasm binds them: it has zlib and zstd already.
#pragma once

namespace leafsum::bindings {

void BindArchives();

}  // namespace leafsum::bindings
