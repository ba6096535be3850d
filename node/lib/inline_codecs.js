// `import 'leafsum/inline/codecs'`: the rare codecs for leafsum/inline, of use until somebody needs them.
import factory from './core/codecs.mjs'
import { glue, wasm as difference } from './core/inline_codecs.js'
import { wasm as core } from './core/inline_core.js'
import { codecs, patched, unpacked } from './host/embedded.js'

codecs.glue = glue
codecs.files = {
  factory: async () => ({ default: factory }),
  wasm: async () => patched(await unpacked(core), await unpacked(difference)),
}
