// Sources of very many small files, each kind of them a layout: n files or so, in memory.
import fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const encode = text => new TextEncoder().encode(text)
const fixture = fileURLToPath(new URL('../fixtures/seed000/artifacts/baseline_ckpt', import.meta.url))

const zarray = encode(
  JSON.stringify({
    chunks: [1],
    compressor: null,
    dtype: '|u1',
    fill_value: 0,
    filters: null,
    order: 'C',
    shape: [1],
    zarr_format: 2,
    dimension_separator: '.',
  }),
)
const zarrJson = encode(
  JSON.stringify({
    zarr_format: 3,
    node_type: 'array',
    shape: [1],
    data_type: 'uint8',
    fill_value: 0,
    attributes: {},
    chunk_grid: { name: 'regular', configuration: { chunk_shape: [1] } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    codecs: [{ name: 'bytes' }],
  }),
)
const chunk = encode('x')
const large = n => encode(new TextDecoder().decode(zarray).replace('"shape":[1]', `"shape":[${n}]`))
const name = i => String(i).padStart(7, '0')

/** A small checkpoint as Orbax wrote it, below a directory. */
function flat(files, below = '') {
  for (const path of fs.readdirSync(fixture, { recursive: true })) {
    if (fs.statSync(join(fixture, path)).isFile())
      files.set(below + path, new Uint8Array(fs.readFileSync(join(fixture, path))))
  }
}
const flatFiles = new Map()
flat(flatFiles)
const manifest =
  [...flatFiles].find(([path]) => /^ocdbt\.process_.*manifest/.test(path))?.[1] ?? flatFiles.get('manifest.ocdbt')

function metadataOf(leaves) {
  const tree = Object.fromEntries(
    leaves.map(leaf => [
      `('${leaf}',)`,
      {
        key_metadata: [{ key: leaf, key_type: 2 }],
        value_metadata: { value_type: 'jax.Array', skip_deserialize: false },
      },
    ]),
  )
  return encode(
    JSON.stringify({
      tree_metadata: tree,
      use_ocdbt: false,
      use_zarr3: false,
      store_array_data_equal_to_fill_value: true,
      custom_metadata: null,
    }),
  )
}

const each = (n, add) => {
  for (let i = 0; i < n; i++) add(name(i), i)
}

/** @type {Record<string, (n: number, files: Map<string, Uint8Array>) => void>} */
export const layouts = {
  'chunks of one array': (n, files) => {
    files.set('w/.zarray', large(n))
    for (let i = 0; i < n; i++) files.set(`w/${i}`, chunk)
  },
  'leaves of a bare store': (n, files) => each(n / 2, i => files.set(`l${i}/.zarray`, zarray).set(`l${i}/0`, chunk)),
  'leaves of zarr 3': (n, files) => each(n / 2, i => files.set(`l${i}/zarr.json`, zarrJson).set(`l${i}/c/0`, chunk)),
  'leaves of a tree': (n, files) => {
    const leaves = []
    each(n / 2, i => {
      leaves.push(i)
      files.set(`${i}/.zarray`, zarray).set(`${i}/0`, chunk)
    })
    files.set('_METADATA', metadataOf(leaves))
  },
  'both formats of each leaf': (n, files) =>
    each(n / 3, i => files.set(`l${i}/.zarray`, zarray).set(`l${i}/zarr.json`, zarrJson).set(`l${i}/0`, chunk)),
  'arrays that no leaf has': (n, files) => {
    files
      .set('w/.zarray', zarray)
      .set('w/0', chunk)
      .set('_METADATA', metadataOf(['w']))
    each(n / 2, i => files.set(`u${i}/.zarray`, zarray).set(`u${i}/0`, chunk))
  },
  'unknown files at the top': (n, files) => {
    flat(files)
    each(n, i => files.set(`x${i}`, chunk))
  },
  'unknown files below': (n, files) => {
    flat(files)
    each(n, i => files.set(`x/y/${i}`, chunk))
  },
  'dotted directories': (n, files) => {
    flat(files)
    each(n, i => files.set(`.x${i}/y`, chunk))
  },
  'directories in a step': (n, files) => {
    flat(files, 'item/')
    files.set('_CHECKPOINT_METADATA', encode('{}'))
    each(n, i => files.set(`x${i}/y`, chunk))
  },
  'directories in directories': (n, files) => {
    flat(files, 'item/')
    files.set('_CHECKPOINT_METADATA', encode('{}'))
    each(n, i => files.set(`z/x${i}/y`, chunk))
  },
  'directories in a root': (n, files) => {
    flat(files, '1/item/')
    each(n, i => files.set(`x${i}/y`, chunk))
  },
  items: (n, files) => {
    files.set('_CHECKPOINT_METADATA', encode('{}'))
    each(n, i => files.set(`i${i}/metadata`, encode('{"a":1}')))
  },
  'items of arrays': (n, files) => {
    files.set('_CHECKPOINT_METADATA', encode('{}'))
    each(n / 3, i =>
      files
        .set(`i${i}/_METADATA`, metadataOf(['w']))
        .set(`i${i}/w/.zarray`, zarray)
        .set(`i${i}/w/0`, chunk),
    )
  },
  'unfinished items': (n, files) => {
    flat(files, 'item/')
    files.set('_CHECKPOINT_METADATA', encode('{}'))
    each(n, i => files.set(`x${i}.orbax-checkpoint-tmp/y`, chunk))
  },
  steps: (n, files) => each(n, i => files.set(`${Number(i)}/default/metadata`, encode('{"a":1}'))),
  'unfinished steps': (n, files) => {
    flat(files, '1/item/')
    each(n, i => files.set(`${Number(i) + 2}.orbax-checkpoint-tmp/y`, chunk))
  },
  'files of Flax': (n, files) =>
    each(n, i => files.set(`checkpoint_${Number(i)}`, new Uint8Array([0x81, 0xa1, 0x61, 0x01]))),
  'data files of OCDBT': (n, files) => {
    flat(files)
    each(n, i => files.set(`d/${i.padStart(32, '0')}`, chunk))
  },
  'data files of processes': (n, files) => {
    flat(files)
    each(n, i => files.set(`ocdbt.process_0/d/${i.padStart(32, '0')}`, chunk))
  },
  'process databases': (n, files) => {
    flat(files)
    each(n, i => files.set(`ocdbt.process_${Number(i) + 100}/manifest.ocdbt`, manifest))
  },
  'numbered manifests': (n, files) => {
    flat(files)
    each(n, i => files.set(`manifest.${i.padStart(16, '0')}`, manifest))
  },
  'array metadatas': (n, files) => {
    flat(files)
    const one =
      [...flatFiles].find(([path]) => path.startsWith('array_metadatas/'))?.[1] ?? encode('{"array_metadatas":[]}')
    each(n, i => files.set(`array_metadatas/process_${Number(i) + 1}`, one))
  },
  'deep directories': (n, files) => {
    flat(files)
    // Paths are up to 600 bytes, whatever n is.
    each(n / 200, i => {
      let directory = `x${i}`
      for (let k = 0; k < 200; k++) files.set(`${(directory += '/a')}/f`, chunk)
    })
  },
  'a deep tree of leaves': (n, files) =>
    each(n / 400, i => {
      let directory = `x${i}`
      for (let k = 0; k < 200; k++) files.set(`${(directory += '/a')}/.zarray`, zarray).set(`${directory}/0`, chunk)
    }),
}

/** @param {string} layout  @param {number} n */
export function filesOf(layout, n) {
  const files = new Map()
  layouts[layout](Math.floor(n), files)
  return files
}
