import { parentPort } from 'node:worker_threads'
import { factoryOf, sha256 } from './platform_node.js'
import { PathStore } from '../stores/path.js'
import { serve } from './worker.js'

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort)

serve(
  {
    post: (message, transfer) => port.postMessage(message, transfer),
    listen: onMessage => port.on('message', onMessage),
  },
  {
    sha256,
    load: async ({ module }, name) => ({ factory: await factoryOf(name), module }),
    openStore: async spec => {
      if (spec.kind === 'archive') {
        const { reopenArchive } = await import('../stores/archive/reopen_path.js')
        return reopenArchive(spec, () => factoryOf('codecs'))
      }
      const { root, stamps, rawNames } = spec
      return new PathStore(root, {
        stamps,
        // A Buffer arrives as a plain Uint8Array.
        rawNames: new Map(Array.from(rawNames, ([path, name]) => [path, Buffer.from(name)])),
      })
    },
  },
)
