// Inputs whose cost could be a product of two numbers that they name: each is some n units large, in memory.
// The form is that of many_files.mjs; an OCDBT database is written without compression.
const encode = text => new TextEncoder().encode(text)
const one = encode('x')

const zarray = (shape, chunks, more = {}) =>
  encode(
    JSON.stringify({
      chunks,
      compressor: null,
      dtype: '|u1',
      fill_value: 0,
      filters: null,
      order: 'C',
      shape,
      zarr_format: 2,
      dimension_separator: '.',
      ...more,
    }),
  )
const zarrJson = (shape, chunk, codecs) =>
  encode(
    JSON.stringify({
      zarr_format: 3,
      node_type: 'array',
      shape,
      data_type: 'uint8',
      fill_value: 0,
      attributes: {},
      chunk_grid: { name: 'regular', configuration: { chunk_shape: chunk } },
      chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
      codecs,
    }),
  )
const bytes = { name: 'bytes' }
const repeat = (n, value) => Array.from({ length: Math.floor(n) }, () => value)

/** `_METADATA` of key paths; each a list of dictionary keys. */
export function treeOf(paths, { ocdbt = false, zarr3 = false, type = 'jax.Array' } = {}) {
  const text = path => `(${path.map(key => `'${key}'`).join(', ')}${path.length === 1 ? ',' : ''})`
  return encode(
    JSON.stringify({
      tree_metadata: Object.fromEntries(
        paths.map(path => [
          text(path),
          {
            key_metadata: path.map(key => ({ key, key_type: 2 })),
            value_metadata: { value_type: type, skip_deserialize: false },
          },
        ]),
      ),
      use_ocdbt: ocdbt,
      use_zarr3: zarr3,
      store_array_data_equal_to_fill_value: false,
      custom_metadata: null,
    }),
  )
}

// ---------------------------------------------------------------- OCDBT

const kCrc = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0x82f63b78 : n >>> 1
  return n
})

class Writer {
  buffer = Buffer.alloc(1 << 16)
  length = 0
  room(n) {
    if (this.length + n > this.buffer.length)
      this.buffer = Buffer.concat([this.buffer, Buffer.alloc(this.buffer.length + n)])
  }
  byte(value) {
    this.room(1)
    this.buffer[this.length++] = value
  }
  varint(n) {
    for (; n >= 128; n = Math.floor(n / 128)) this.byte((n % 128) + 128)
    this.byte(n)
  }
  bytes(value) {
    this.room(value.length)
    this.buffer.set(value, this.length)
    this.length += value.length
  }
  u64(value) {
    this.bytes(new Uint8Array(new BigUint64Array([BigInt(value)]).buffer))
  }
  column(rows, write = row => this.varint(row)) {
    for (const row of rows) write(row)
  }
  envelope(magic) {
    const w = new Writer()
    w.bytes([magic >>> 24, (magic >>> 16) & 255, (magic >>> 8) & 255, magic & 255])
    w.u64(this.length + 18)
    w.bytes([0, 0])
    w.bytes(this.buffer.subarray(0, this.length))
    let crc = ~0
    for (let i = 0; i < w.length; i++) crc = (crc >>> 8) ^ kCrc[(crc ^ w.buffer[i]) & 255]
    crc = ~crc >>> 0
    w.bytes([crc & 255, (crc >>> 8) & 255, (crc >>> 16) & 255, crc >>> 24])
    return new Uint8Array(w.buffer.subarray(0, w.length))
  }
}

const shared = (a, b) => {
  let n = 0
  while (n < a.length && n < b.length && a[n] === b[n]) n++
  return n
}
/** Texts with what each has in common with the one before: the columns `prefix` and `suffix`, and the suffixes. */
function compressed(texts) {
  const buffers = texts.map(text => Buffer.from(text))
  const prefix = buffers.map((text, i) => (i ? shared(buffers[i - 1], text) : 0))
  return {
    prefix: prefix.slice(1),
    suffix: buffers.map((text, i) => text.length - prefix[i]),
    rest: Buffer.concat(buffers.map((text, i) => text.subarray(prefix[i]))),
  }
}
function fileTable(w, files) {
  const { prefix, suffix, rest } = compressed(files)
  w.varint(files.length)
  w.column(prefix)
  w.column(suffix)
  w.column(files.map(() => 0))
  w.bytes(rest)
}

/** A node's bytes; entries are {key, inline} or {key, offset, length} of the first file. */
function leafNode(entries, files) {
  const w = new Writer()
  w.byte(0)
  fileTable(w, files)
  const { prefix, suffix, rest } = compressed(entries.map(({ key }) => key))
  w.varint(entries.length)
  w.column(prefix)
  w.column(suffix)
  w.bytes(rest)
  w.column(entries.map(({ inline, length }) => (inline ? inline.length : length)))
  w.column(
    entries.map(({ inline }) => (inline ? 0 : 1)),
    row => w.byte(row),
  )
  const outside = entries.filter(({ inline }) => !inline)
  w.column(outside.map(() => 0))
  w.column(outside.map(({ offset }) => offset))
  for (const { inline } of entries) if (inline) w.bytes(inline)
  return w.envelope(0x0cdb20de)
}
function interiorNode(height, children, file) {
  const w = new Writer()
  w.byte(height)
  fileTable(w, [file])
  const { prefix, suffix, rest } = compressed(children.map(({ key }) => key))
  w.varint(children.length)
  w.column(prefix)
  w.column(suffix)
  w.column(children.map(() => 0))
  w.bytes(rest)
  w.column(children.map(() => 0))
  for (const field of ['offset', 'length', 'keys', 'tree', 'values']) w.column(children.map(child => child[field]))
  return w.envelope(0x0cdb20de)
}
function manifestOf(roots, file, directory = '') {
  const w = new Writer()
  w.bytes(Uint8Array.from({ length: 16 }, (_, n) => n + 1))
  w.byte(0)
  for (const n of [1024, 100_000_000]) w.varint(n)
  w.bytes([16, 0])
  fileTable(w, [directory + file])
  w.varint(roots.length)
  w.column(roots.map((_, n) => n + 1))
  w.column(
    roots.map(({ height }) => height),
    row => w.byte(row),
  )
  w.column(roots.map(() => 0))
  for (const field of ['offset', 'length', 'keys', 'tree', 'values']) w.column(roots.map(root => root[field]))
  w.column(
    roots.map((_, n) => n + 1),
    row => w.u64(row),
  )
  w.varint(0)
  return w.envelope(0x0cdb3a2a)
}

/** A database of nodes side by side in d/nodes, values in d/values. */
class Database {
  nodes = []
  at = 0
  add(node, height, below) {
    const place = { offset: this.at, length: node.length, height, ...below, tree: node.length + (below.tree ?? 0) }
    this.nodes.push(node)
    this.at += node.length
    return place
  }
  leaf(entries, files = ['d/values']) {
    const values = entries.reduce((sum, { inline, length }) => sum + (inline ? 0 : length), 0)
    return { ...this.add(leafNode(entries, files), 0, { keys: entries.length, values }), key: entries[0].key }
  }
  interior(children) {
    const sum = field => children.reduce((all, child) => all + child[field], 0)
    return {
      ...this.add(interiorNode(children[0].height + 1, children, 'd/nodes'), children[0].height + 1, {
        keys: sum('keys'),
        tree: sum('tree'),
        values: sum('values'),
      }),
      key: '',
    }
  }
  write(files, roots, below = '') {
    files
      .set(`${below}manifest.ocdbt`, manifestOf(roots, 'd/nodes'))
      .set(`${below}d/nodes`, new Uint8Array(Buffer.concat(this.nodes)))
  }
}
function database(files, entries, values, { leaf = 20_000, below = '' } = {}) {
  const sorted = entries
    .map(entry => ({ ...entry, bytes: Buffer.from(entry.key) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
  const db = new Database()
  const leaves = []
  for (let i = 0; i < sorted.length; i += leaf) leaves.push(db.leaf(sorted.slice(i, i + leaf)))
  leaves[0].key = ''
  db.write(files, [leaves.length > 1 ? db.interior(leaves) : leaves[0]], below)
  if (values) files.set(`${below}d/values`, values)
}

const numbered = (n, make) => Array.from({ length: Math.floor(n) }, (_, i) => make(i))
const wide = i => String(i).padStart(7, '0')

/** A tree of one plain array. */
function plain(files, document = zarray([1], [1])) {
  files
    .set('_METADATA', treeOf([['w']]))
    .set('w/.zarray', document)
    .set('w/0', one)
}
/** One array of zarr 3 in a bare store. */
function bare3(files, document, chunks) {
  files.set('w/zarr.json', document)
  for (const [key, value] of chunks) files.set(`w/${key}`, value)
}
const shardOf = (chunk, codecs) => ({
  name: 'sharding_indexed',
  configuration: { chunk_shape: chunk, codecs, index_codecs: [{ name: 'bytes', configuration: { endian: 'little' } }] },
})
const gzip = { name: 'gzip', configuration: { level: 1 } }

/** @type {Record<string, (n: number, files: Map<string, Uint8Array>) => void>} */
export const hostile = {
  '_sharding: axes of one mesh': (n, files) => {
    plain(files)
    const names = numbered(n, i => `a${i}`)
    files.set(
      '_sharding',
      encode(
        JSON.stringify({
          'dw==': JSON.stringify({
            sharding_type: 'NamedSharding',
            shape: repeat(n, 1),
            axis_names: names,
            partition_spec: names.reverse(),
          }),
        }),
      ),
    )
  },
  '_sharding: one axis of a large mesh, many times': (n, files) => {
    plain(files)
    const names = numbered(n, i => `a${i}`)
    files.set(
      '_sharding',
      encode(
        JSON.stringify({
          'dw==': JSON.stringify({
            sharding_type: 'NamedSharding',
            shape: repeat(n, 1),
            axis_names: names,
            partition_spec: [repeat(n, names.at(-1))],
          }),
        }),
      ),
    )
  },
  '_sharding: texts': (n, files) => {
    plain(files)
    const text = JSON.stringify({ sharding_type: 'NamedSharding', shape: [1], axis_names: ['x'], partition_spec: [] })
    files.set(
      '_sharding',
      encode(
        JSON.stringify(Object.fromEntries(numbered(n, i => [Buffer.from(`l${wide(i)}x`).toString('base64url'), text]))),
      ),
    )
  },
  '_sharding: members twice': (n, files) => {
    plain(files)
    files.set(
      '_sharding',
      encode(`{${numbered(n, () => '"dw==":"{\\"sharding_type\\":1,\\"sharding_type\\":2}"').join(',')}}`),
    )
  },
  'codecs: crc32c after crc32c': (n, files) =>
    bare3(files, zarrJson([1], [1], [bytes, ...repeat(n, { name: 'crc32c' })]), [['c/0', one]]),
  'codecs: gzip after gzip, many chunks': (n, files) =>
    bare3(
      files,
      zarrJson([n], [1], [bytes, ...repeat(n / 4, gzip)]),
      numbered(n, i => [`c/${i}`, one]),
    ),
  'codecs: transposes': (n, files) =>
    bare3(
      files,
      zarrJson(repeat(32, 1), repeat(32, 1), [
        ...repeat(n, { name: 'transpose', configuration: { order: numbered(32, i => 31 - i) } }),
        bytes,
      ]),
      [[`c/${repeat(32, 0).join('/')}`, one]],
    ),
  'codecs: shards in shards': (n, files) => {
    let codecs = [bytes]
    for (let level = 0; level < 18; level++) codecs = [shardOf([1], codecs)]
    bare3(
      files,
      zarrJson([n], [1], codecs),
      numbered(n, i => [`c/${i}`, new Uint8Array(16 * 18 + 1)]),
    )
  },
  'shards: one range for all sub-chunks': (n, files) => {
    const shard = new Uint8Array(16 * n + 1)
    const view = new DataView(shard.buffer)
    for (let i = 0; i < n; i++) view.setBigUint64(1 + 16 * i + 8, 1n, true)
    bare3(files, zarrJson([n], [n], [shardOf([1], [bytes])]), [['c/0', shard]])
  },
  'shards: indexes of shards that hold nothing': (n, files) => {
    bare3(files, zarrJson([n], [n], [shardOf([1], [bytes])]), [['c/0', new Uint8Array(16 * n).fill(255)]])
  },
  'filters of zarr 2': (n, files) =>
    plain(files, zarray([1], [1], { filters: repeat(n, { id: 'delta', dtype: '|u1' }) })),
  dimensions: (n, files) => plain(files, zarray(repeat(n, 1), repeat(n, 1))),
  'chunks of 32 dimensions': (n, files) => {
    const key = i =>
      numbered(32, bit => Math.floor(i / 2 ** bit) % 2)
        .reverse()
        .join('.')
    files.set('w/.zarray', zarray(repeat(32, 2), repeat(32, 1)))
    for (let i = 0; i < n; i++) files.set(`w/${key(i)}`, one)
  },
  'chunks that are not there, of one byte': (n, files) => {
    files.set('w/.zarray', zarray([n * 64, 64], [1, 1])).set(`w/${n}.7`, one)
  },
  'chunks that are not there, every second one': (n, files) => {
    files.set('w/.zarray', zarray([2 * n], [1]))
    for (let i = 0; i < n; i++) files.set(`w/${2 * i}`, one)
  },
  'depth of a key path': (n, files) =>
    files
      .set('_METADATA', treeOf([repeat(n, 'a'), ['w']]))
      .set('w/.zarray', zarray([1], [1]))
      .set('w/0', one),
  'key paths that are prefixes of others': (n, files) => {
    const deep = Math.floor(Math.sqrt(n))
    files
      .set('_METADATA', treeOf([['w'], ...numbered(deep, i => repeat(i + 1, 'a'))]))
      .set('w/.zarray', zarray([1], [1]))
      .set('w/0', one)
  },
  'key paths of one name': (n, files) => {
    const bits = Math.ceil(Math.log2(n))
    const paths = numbered(n, i =>
      numbered(bits, bit => (Math.floor(i / 2 ** bit) % 2 ? '.a' : '\n a'))
        .join('')
        .slice(1)
        .replaceAll(' ', '')
        .split('\n')
        .map((part, at) => (at ? part : part || 'a')),
    )
    const names = paths.map(path => path.join('.')).filter(name => name === paths[0].join('.'))
    files.set('_METADATA', treeOf(paths)).set(`${names[0]}/.zarray`, zarray([n], [1]))
    for (let i = 0; i < n; i++) files.set(`${names[0]}/${i}`, one)
  },
  item_handlers: (n, files) => {
    plain(files)
    files.set(
      '_CHECKPOINT_METADATA',
      encode(
        JSON.stringify({
          item_handlers: Object.fromEntries(numbered(n, i => [`i${i}`, 'x.PyTreeCheckpointHandler'])),
          metrics: {},
          init_timestamp_nsecs: 1,
          commit_timestamp_nsecs: 2,
          custom_metadata: {},
        }),
      ),
    )
  },
  'storage_statistics and other members': (n, files) => {
    plain(files)
    const many = Object.fromEntries(numbered(n, i => [`m${i}`, i]))
    files.set(
      '_METADATA',
      encode(
        JSON.stringify({
          ...JSON.parse(Buffer.from(files.get('_METADATA')).toString()),
          storage_statistics: many,
          custom_metadata: many,
          ...many,
        }),
      ),
    )
  },
  'array_metadatas: entries of one name': (n, files) => {
    plain(files)
    files.set(
      'array_metadatas/process_0',
      encode(
        JSON.stringify({
          array_metadatas: repeat(n, {
            array_metadata: { param_name: 'w', write_shape: [1], chunk_shape: [1], ext_metadata: null },
          }),
        }),
      ),
    )
  },
  'array_metadatas: files with entries': (n, files) => {
    plain(files)
    const entries = encode(
      JSON.stringify({
        array_metadatas: numbered(16, i => ({
          array_metadata: { param_name: i ? `x${i}` : 'w', write_shape: [1], chunk_shape: [1], ext_metadata: null },
        })),
      }),
    )
    for (let i = 0; i < n / 16; i++) files.set(`array_metadatas/process_${i}`, entries)
  },
  'bare items with documents': (n, files) => {
    for (let i = 0; i < n; i++)
      files
        .set(`${i}/state/x/.zarray`, zarray([1], [1]))
        .set(`${i}/state/x/0`, one)
        .set(`${i}/_CHECKPOINT_METADATA`, encode('{"item_handlers":{"state":null}}'))
  },
  'msgpack: maps in maps': (n, files) =>
    files.set(
      'checkpoint',
      Buffer.concat([...repeat(Math.min(n, 500), Buffer.from([0x81, 0xa1, 0x61])), Buffer.from([1])]),
    ),
  'msgpack: long names around many leaves': (n, files) => {
    const name = Buffer.concat([Buffer.from([0x81, 0xda, 0x03, 0xe8]), Buffer.alloc(1000, 'k')])
    const many = Buffer.concat([
      Buffer.from([0xdf, 0, 0, 0, 0]),
      ...numbered(n, i => Buffer.from(`\xa7${wide(i)}\x01`, 'latin1')),
    ])
    many.writeUInt32BE(Math.floor(n), 1)
    files.set('checkpoint', new Uint8Array(Buffer.concat([...repeat(30, name), many])))
  },
  'msgpack: extensions': (n, files) => {
    const ext = Buffer.concat([
      Buffer.from([0xc7, 0x0a, 1]),
      Buffer.from([0x93, 0x91, 1, 0xa5]),
      Buffer.from('uint8'),
      Buffer.from([0xc4]),
    ]) // cut short
    const many = Buffer.concat([
      Buffer.from([0xdf, 0, 0, 0, 0]),
      ...numbered(n, i => Buffer.concat([Buffer.from(`\xa7${wide(i)}`, 'latin1'), ext.subarray(0, 13)])),
    ])
    many.writeUInt32BE(Math.floor(n), 1)
    files.set('checkpoint', new Uint8Array(many))
  },
  'OCDBT: keys that share a long beginning': (n, files) =>
    database(
      files,
      numbered(n, i => ({ key: `${'k'.repeat(60_000)}${wide(i)}`, inline: one })),
    ),
  'OCDBT: one document for all leaves': (n, files) => {
    const document = Buffer.concat([zarray([1], [1]), Buffer.alloc(n * 16, ' ')])
    database(
      files,
      numbered(n, i => [
        { key: `l${wide(i)}/.zarray`, offset: 0, length: document.length },
        { key: `l${wide(i)}/0`, inline: one },
      ]).flat(),
      new Uint8Array(document),
    )
  },
  'OCDBT: one value for all leaves': (n, files) =>
    database(
      files,
      numbered(n, i => [
        { key: `l${wide(i)}/.zarray`, inline: zarray([n], [n]) },
        { key: `l${wide(i)}/0`, offset: 0, length: n },
      ]).flat(),
      new Uint8Array(n),
    ),
  'OCDBT: keys that no leaf has': (n, files) => {
    files.set('_METADATA', treeOf([['w']], { ocdbt: true }))
    database(files, [
      { key: 'w/.zarray', inline: zarray([1], [1]) },
      { key: 'w/0', inline: one },
      ...numbered(n, i => ({ key: `x${wide(i)}/y`, inline: one })),
    ])
  },
  'OCDBT: arrays within arrays': (n, files) => {
    const deep = Math.min(1000, Math.floor(n / 4))
    const name = k => repeat(k + 1, 'a').join('/')
    files.set(
      '_METADATA',
      treeOf(
        numbered(deep, k => [name(k)]),
        { ocdbt: true },
      ),
    )
    database(files, [
      ...numbered(deep, k => ({ key: `${name(k)}/.zarray`, inline: zarray([1], [1]) })),
      ...numbered(n, i => ({ key: `${name(deep - 1)}/${i}`, inline: one })),
    ])
  },
  'OCDBT: key paths of one name': (n, files) => {
    const paths = numbered(n, i => {
      const path = ['a']
      for (let bit = 0; bit < 20; bit++) {
        if (Math.floor(i / 2 ** bit) % 2) path.push('a')
        else path.push(`${path.pop()}.a`)
      }
      return path
    })
    files.set('_METADATA', treeOf(paths, { ocdbt: true }))
    const name = paths[0].join('.')
    database(files, [
      { key: `${name}/.zarray`, inline: zarray([n], [1]) },
      ...numbered(n, i => ({ key: `${name}/${i}`, inline: one })),
    ])
  },
  'OCDBT: one node for all children': (n, files) => {
    const db = new Database()
    const leaf = db.leaf(numbered(n, i => ({ key: wide(i), inline: one })))
    const children = numbered(n, i => ({ ...leaf, key: i ? `~${wide(i)}` : '' }))
    db.write(files, [db.interior(children)])
  },
  'OCDBT: a node of its own for each key': (n, files) =>
    database(
      files,
      numbered(n, i => ({ key: wide(i), inline: one })),
      undefined,
      { leaf: 1 },
    ),
  'OCDBT: file tables with long paths': (n, files) => {
    const db = new Database()
    const table = numbered(500, i => `d/${'f'.repeat(60_000)}${wide(i)}`)
    const leaves = numbered(n / 500 + 1, i => db.leaf([{ key: wide(i), offset: 0, length: 1 }], table))
    leaves[0].key = ''
    db.write(files, [db.interior(leaves)])
  },
  'OCDBT: generations': (n, files) => {
    const db = new Database()
    const leaf = db.leaf([
      { key: 'a/.zarray', inline: zarray([1], [1]) },
      { key: 'a/0', inline: one },
    ])
    db.write(files, repeat(Math.min(n, 65_000), leaf))
  },
  'OCDBT: processes with keys that were not merged': (n, files) => {
    files.set('_METADATA', treeOf([['w'], ['v']], { ocdbt: true }))
    database(files, [
      { key: 'w/.zarray', inline: zarray([1], [1]) },
      { key: 'w/0', inline: one },
    ])
    for (let p = 0; p < 16; p++)
      database(
        files,
        numbered(n / 16, i => ({ key: `v/${wide(i)}`, inline: one })),
        undefined,
        { below: `ocdbt.process_${p}/` },
      )
  },
  'leaves that lack an array, items beside': (n, files) => {
    const each = Math.floor(Math.sqrt(n))
    for (let i = 0; i < each; i++) {
      files.set(`i${i}/_METADATA`, treeOf(numbered(each, k => [`l${k}`])))
      for (let k = 0; k < each; k++) if (k !== i) files.set(`i${i}/x${k}/.zarray`, zarray([1], [1]))
    }
    files.set('_CHECKPOINT_METADATA', encode('{}'))
  },
  '_strings.json: texts that nobody has': (n, files) => {
    plain(files)
    files.set('_strings.json', encode(JSON.stringify(Object.fromEntries(numbered(n, i => [`s${i}`, 'x'])))))
  },
}
