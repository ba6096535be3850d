// node specs.mjs CHECKPOINT...: for each array a line with its TensorStore spec and its digest, for specs.py.
import { resolve } from 'node:path'
import { digest, fromPath, list, tensorstoreSpec } from '../../node/lib/index.js'
import { pointer } from '../../node/lib/values/leaf_name.js'

for (const source of process.argv.slice(2)) {
  const output = await list(fromPath(source), { allSteps: true })
  const digests = await digest(fromPath(source), { allSteps: true })
  for (const item of output.items) {
    const byPath = new Map(digests.items[item.name].leaves.map(leaf => [pointer(leaf.key_path), leaf]))
    for (const leaf of item.leaves) {
      const found = byPath.get(pointer(leaf.key_path))
      // What Leafsum itself refuses to read has no digest.
      if (leaf.document === undefined || !found?.digest) continue
      const name = `${item.name}:${pointer(leaf.key_path)}`
      const {
        dtype,
        shape,
        digest: { blake3 },
      } = found
      // The leaf alone: to look for each of thousands among all would take longer than to read them.
      const alone = { ...output, items: [{ ...item, leaves: [leaf] }] }
      console.log(
        JSON.stringify({
          source,
          name,
          spec: tensorstoreSpec(alone, name, { driver: 'file', path: `${resolve(source)}/` }),
          dtype,
          shape,
          blake3,
        }),
      )
    }
  }
}
