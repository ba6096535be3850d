# leafsum_wasm_limits: what the product and the unit tests share, so that one tests the other.
add_library(leafsum_wasm_limits INTERFACE)
target_link_options(leafsum_wasm_limits INTERFACE
  -sALLOW_MEMORY_GROWTH -sMAXIMUM_MEMORY=4GB
  # Said aloud: the default went from 5 MB to 64 KB. Later Emscriptens, which call it STACK_SIZE, still know this name.
  -sTOTAL_STACK=1MB
  -sWASM_BIGINT)

# leafsum_wasm: how the product is linked, for Node >= 20 and browsers alike.
add_library(leafsum_wasm INTERFACE)
target_compile_definitions(leafsum_wasm INTERFACE
  EMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0) # embind without RTTI
target_link_options(leafsum_wasm INTERFACE
  --bind
  -fno-rtti # chooses the build of embind's own library that knows std::string by the same identity as our code
  -sMODULARIZE -sEXPORT_ES6
  # Not "node": its glue dies in an ES module. The loader in node/lib hands over the bytes of core.wasm itself.
  -sENVIRONMENT=web,worker
  -sFILESYSTEM=0
  # What node/lib/host/core.js hands to the glue: code for anything else is left out.
  -sINCOMING_MODULE_JS_API=instantiateWasm,print,printErr
  -sTEXTDECODER=2 # every engine with SIMD has one
  -Wl,--fatal-warnings # a function called by another signature than its own is a trap at run time, to the linker a warning
  # Else wasm-opt makes one function of whatever has one caller: the Verifier's steps became 26 KB that V8 optimises for
  # 0.2 s beside the workers. 50 compresses best.
  -sBINARYEN_EXTRA_PASSES=--one-caller-inline-max-function-size=50
  -sMALLOC=emmalloc # a third of the default allocator's code
  -sDYNAMIC_EXECUTION=0) # no eval: the page's policy forbids it
target_link_libraries(leafsum_wasm INTERFACE leafsum_wasm_limits)

# What the package's bill of materials says (tools/sbom.mjs): whose libraries are linked.
file(COPY ${EMSCRIPTEN_ROOT_PATH}/emscripten-version.txt DESTINATION ${PROJECT_BINARY_DIR})
