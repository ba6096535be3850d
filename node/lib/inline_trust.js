// `import 'leafsum/inline/trust'`: signatures for leafsum/inline, of use until somebody asks about one.
import * as library from './core/sigstore.mjs'
import * as digests from './core/sigstore_digest.mjs'
import { signatures } from './host/embedded.js'

signatures.sigstore = { library: async () => library, digests: async () => digests }
