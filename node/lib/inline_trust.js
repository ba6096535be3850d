// `import 'leafsum/inline/trust'`: signatures for leafsum/inline, of use until somebody asks about one.
import { wasm } from './core/inline_trust.js'
import * as library from './core/sigstore.mjs'
import * as digests from './core/sigstore_digest.mjs'
import factory from './core/trust.mjs'
import { signatures, unpacked } from './host/embedded.js'

signatures.sigstore = { library: async () => library, digests: async () => digests }
signatures.files = {
  factory: async () => ({ default: /** @type {any} */ (factory) }),
  wasm: () => unpacked(wasm),
}
