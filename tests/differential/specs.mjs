// node specs.mjs CHECKPOINT...: for each array a line with its TensorStore spec and its digest, for specs.py.
import { resolve } from 'node:path'
import { digest, fromPath, list, tensorstoreSpec } from '../../node/lib/index.js'
import { pointer } from '../../node/lib/leaf_name.js'

for (const source of process.argv.slice(2)) {
  const { output } = await list(fromPath(source), { allSteps: true })
  const { output: digests } = await digest(fromPath(source), { allSteps: true })
  for (const { name: item, leaves } of output?.items ?? []) {
    for (const { key_path: path, document } of leaves) {
      const found = digests.items[item].leaves.find(one => pointer(one.key_path) === pointer(path))
      // What Leafsum itself refuses to read has no digest.
      if (document === undefined || !found?.digest) continue
      const name = `${item}:${pointer(path)}`
      const { dtype, shape, digest: { blake3 } } = found
      console.log(JSON.stringify({ source, name, spec: tensorstoreSpec(output, name, { driver: 'file', path: `${resolve(source)}/` }), dtype, shape, blake3 }))
    }
  }
}
