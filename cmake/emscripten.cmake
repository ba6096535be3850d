# leafsum_wasm: how the product is linked, for Node >= 20 and browsers alike.
add_library(leafsum_wasm INTERFACE)
target_compile_definitions(leafsum_wasm INTERFACE
  EMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0) # embind without RTTI
target_link_options(leafsum_wasm INTERFACE
  --bind
  -sMODULARIZE -sEXPORT_ES6
  # Not "node": its glue dies in an ES module. The loader in node/lib hands over the bytes of core.wasm itself.
  -sENVIRONMENT=web,worker
  -sFILESYSTEM=0
  -sALLOW_MEMORY_GROWTH -sMAXIMUM_MEMORY=4GB
  -sWASM_BIGINT
  -sDYNAMIC_EXECUTION=0) # no eval: the page's policy forbids it
