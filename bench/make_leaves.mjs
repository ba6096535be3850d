// node bench/make_leaves.mjs OUT [--leaves 20000]: a checkpoint of small leaves as Orbax lays it out, in one OCDBT
// store, without Orbax, which takes minutes for as many.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeOcdbt } from '../tests/node/support/ocdbt.js'

const {
  positionals: [out],
  values,
} = parseArgs({ allowPositionals: true, options: { leaves: { type: 'string', default: '20000' } } })
const encode = text => new TextEncoder().encode(text)

const paths = Array.from({ length: Number(values.leaves) }, (_, n) => [
  'params',
  `layers_${Math.floor(n / 20)}`,
  ['attention', 'mlp'][n % 2],
  `${['kernel', 'bias', 'scale', 'query', 'key'][n % 5]}_${n % 20}`,
])
const document = encode(
  JSON.stringify({
    chunks: [4],
    compressor: { id: 'zstd', level: 1 },
    dimension_separator: '.',
    dtype: '<f4',
    fill_value: null,
    filters: null,
    order: 'C',
    shape: [4],
    zarr_format: 2,
  }),
)
// A zstd frame of one raw block with 16 bytes
const value = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 16, 0x81, 0, 0, ...new Uint8Array(16))
mkdirSync(join(out, 'd'), { recursive: true })
writeOcdbt(
  out,
  [
    paths.flatMap(path => [
      [`${path.join('.')}/.zarray`, document],
      [`${path.join('.')}/0`, value],
    ]),
  ],
  { leaf: 200, interior: 200, together: true },
)
const tree = paths.map(path => [
  `(${path.map(key => `'${key}'`).join(', ')})`,
  {
    key_metadata: path.map(key => ({ key, key_type: 2 })),
    value_metadata: { value_type: 'jax.Array', skip_deserialize: false, write_shape: [4] },
  },
])
writeFileSync(
  join(out, '_METADATA'),
  JSON.stringify({
    tree_metadata: Object.fromEntries(tree),
    use_ocdbt: true,
    use_zarr3: false,
    store_array_data_equal_to_fill_value: true,
    custom_metadata: null,
  }),
)
