// Stores: what they list, what they refuse, and zarrita's shape.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromDataTransfer, fromEntry, fromFiles, fromDirectoryHandle, fromMap, fromPath } from '../../node/lib/index.js'
import { FilesStore } from '../../node/lib/stores/files.js'
import { scratch } from './support/places.js'

const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text)
const text = (/** @type {Uint8Array | undefined} */ data) => data && new TextDecoder().decode(data)

/** @param {import('node:test').TestContext} t */
function directory(t) {
  const root = scratch(t)
  fs.mkdirSync(join(root, 'c/a/b'), { recursive: true })
  fs.mkdirSync(join(root, 'c/empty'))
  fs.writeFileSync(join(root, 'c/a/b/file'), 'hello world')
  fs.writeFileSync(join(root, 'c/top'), '')
  fs.writeFileSync(join(root, 'outside'), 'secret')
  return { root, ckpt: join(root, 'c') }
}

/** Every store over the same three names behaves alike. */
const makers = /** @type {Record<string, (t: import('node:test').TestContext) => any>} */ ({
  path: t => fromPath(directory(t).ckpt),
  map: () => fromMap({ 'a/b/file': bytes('hello world'), top: bytes('') }, { name: 'c' }),
  files: () =>
    new FilesStore(
      [
        ['a/b/file', blob('hello world')],
        ['top', blob('')],
      ],
      { name: 'c', empty: ['empty'] },
    ),
})
const blob = (/** @type {string} */ content) => /** @type {any} */ (new Blob([content]))

for (const [kind, make] of Object.entries(makers)) {
  test(`${kind}: zarrita's Readable and list`, async t => {
    const store = make(t)
    assert.equal(text(await store.get('/a/b/file')), 'hello world')
    assert.equal(text(await store.get('a/b/file')), 'hello world')
    assert.equal(text(await store.get('/top')), '')
    assert.equal(await store.get('/none'), undefined)
    assert.equal(await store.get('/a/b/file/below'), undefined)
    assert.equal(text(await store.getRange('/a/b/file', { offset: 6, length: 3 })), 'wor')
    assert.equal(text(await store.getRange('/a/b/file', { offset: 6, length: 99 })), 'world')
    assert.equal(text(await store.getRange('/a/b/file', { offset: 99, length: 1 })), '')
    assert.equal(text(await store.getRange('/a/b/file', { suffixLength: 5 })), 'world')
    assert.equal(text(await store.getRange('/a/b/file', { suffixLength: 50 })), 'hello world')
    assert.equal(await store.getRange('/none', { offset: 0, length: 1 }), undefined)
    assert.equal(store.name, 'c')
    const listed = (await store.list()).filter((/** @type {any} */ [, , one]) => one === 'f')
    assert.deepEqual(
      listed.map((/** @type {any} */ [path, size]) => [path, size]),
      [
        ['a/b/file', 11],
        ['top', 0],
      ],
    )
    for (const bad of ['/../outside', '/a/../../outside', '//top', '/a//b', '/.', '/a/b/file/', '/a\0b', '']) {
      await assert.rejects(async () => store.get(bad), { name: 'StoreError', kind: 'unreadable' }, JSON.stringify(bad))
    }
    store.close?.()
  })
}

test('path: an empty directory and symlinks are listed, none is followed that leads out', async t => {
  const { root, ckpt } = directory(t)
  fs.symlinkSync(join(root, 'outside'), join(ckpt, 'link'))
  fs.symlinkSync(root, join(ckpt, 'up'))
  fs.symlinkSync('loop', join(ckpt, 'loop'))
  const store = fromPath(ckpt)
  assert.deepEqual(store.list(), [
    ['a/b/file', 11, 'f'],
    ['empty', 0, 'd'],
    ['link', 0, 'l'],
    ['loop', 0, 'l'],
    ['top', 0, 'f'],
    ['up', 0, 'l'],
  ])
  for (const path of ['link', 'up/outside', 'loop', 'up/c/top']) {
    await assert.rejects(store.get(path), { kind: 'unreadable', message: /symlink/ }, path)
    assert.throws(() => store.readInto(path, 0, new Uint8Array(4)), { kind: 'unreadable' }, path)
  }
  store.close()
})

test('map: what is no map of paths to bytes is misuse, told as such', () => {
  for (const files of [
    undefined,
    null,
    5,
    'files',
    { a: 'text' },
    { a: [1, 2] },
    { a: new ArrayBuffer(2) },
    { a: undefined },
    { '../x': bytes('') },
    { '': bytes('') },
    { 'a//b': bytes('') },
    new Map([['.', bytes('')]]),
  ]) {
    assert.throws(() => fromMap(/** @type {any} */ (files)), {
      name: 'LeafsumError',
      code: 'usage',
      message: /^fromMap: /,
    })
  }
  assert.throws(() => fromPath(''), { name: 'LeafsumError', code: 'source' })
})

test('files, drops and handles: what is none is misuse, told as such', async () => {
  for (const nothing of /** @type {any[]} */ ([undefined, null, 5, {}])) {
    assert.throws(() => fromFiles(nothing), { name: 'LeafsumError', code: 'usage', message: /^fromFiles: / })
    assert.throws(() => fromDataTransfer(nothing), {
      name: 'LeafsumError',
      code: 'usage',
      message: /^fromDataTransfer: /,
    })
    await assert.rejects(fromDirectoryHandle(nothing), {
      name: 'LeafsumError',
      code: 'usage',
      message: /^fromDirectoryHandle: /,
    })
  }
})

test('path: the source itself may be a symlink', async t => {
  const { root, ckpt } = directory(t)
  fs.symlinkSync(ckpt, join(root, 'latest'))
  const store = fromPath(join(root, 'latest'))
  assert.equal(text(await store.get('a/b/file')), 'hello world')
  store.close()
})

test('path: a file that changes after the listing is told', async t => {
  const { ckpt } = directory(t)
  const store = fromPath(ckpt)
  store.list()
  fs.appendFileSync(join(ckpt, 'top'), 'more')
  assert.throws(() => store.readInto('top', 0, new Uint8Array(1)), { kind: 'changed' })
  // Under way: opened as listed, another time stamp at the next read.
  assert.equal(store.readInto('a/b/file', 0, new Uint8Array(5)), 5)
  fs.utimesSync(join(ckpt, 'a/b/file'), 1, 1)
  assert.throws(() => store.readInto('a/b/file', 5, new Uint8Array(5)), { kind: 'changed' })
  store.close()
})

test('path: a new listing is a new look', async t => {
  const { ckpt } = directory(t)
  const store = fromPath(ckpt)
  store.list()
  assert.equal(text(await store.get('a/b/file')), 'hello world')
  fs.writeFileSync(join(ckpt, 'a/b/file'), 'other')
  fs.rmSync(join(ckpt, 'top'))
  await assert.rejects(store.get('a/b/file'), { kind: 'changed' })
  store.list()
  assert.equal(text(await store.get('a/b/file')), 'other')
  assert.equal(await store.get('top'), undefined)
  store.close()
})

test('path: a file that is gone after the listing has changed, one that never was is missing', t => {
  const { ckpt } = directory(t)
  const store = fromPath(ckpt)
  store.list()
  fs.rmSync(join(ckpt, 'top'))
  assert.throws(() => store.size('top'), { kind: 'changed' })
  assert.throws(() => store.size('never'), { kind: 'missing' })
})

test('path: a directory that becomes a symlink is refused', t => {
  const { root, ckpt } = directory(t)
  const store = fromPath(ckpt)
  store.list()
  fs.renameSync(join(ckpt, 'a'), join(root, 'moved'))
  fs.symlinkSync(join(root, 'moved'), join(ckpt, 'a'))
  assert.throws(() => store.size('a/b/file'), { kind: 'unreadable', message: /symlink/ })
})

test('path: a pipe neither hangs nor is read', { skip: process.platform === 'win32' }, t => {
  const { ckpt } = directory(t)
  execFileSync('mkfifo', [join(ckpt, 'pipe')])
  const store = fromPath(ckpt)
  assert.ok(store.list().some(([path, size, kind]) => path === 'pipe' && size === 0 && kind === 'f'))
  assert.throws(() => store.size('pipe'), { kind: 'unreadable', message: /not a regular file/ })
  assert.throws(() => store.size('a'), { kind: 'unreadable', message: /not a regular file/ })
})

test('path: names that are not UTF-8 are escaped, read, and never shadow another', {
  skip: process.platform !== 'linux',
}, async t => {
  const { ckpt } = directory(t)
  const odd = Buffer.from([0x78, 0xff])
  fs.mkdirSync(Buffer.concat([Buffer.from(`${ckpt}/`), odd]))
  fs.writeFileSync(Buffer.concat([Buffer.from(`${ckpt}/`), odd, Buffer.from('/inner')]), 'raw')
  fs.writeFileSync(join(ckpt, 'x\\xff'), 'literal')
  const store = fromPath(ckpt)
  assert.deepEqual(
    store.list().map(([path]) => path),
    ['a/b/file', 'empty', 'top', 'x\\xff', 'x\\xff~/inner'],
  )
  assert.equal(text(await store.get('x\\xff')), 'literal')
  assert.equal(text(await store.get('x\\xff~/inner')), 'raw')
  assert.equal(text(await store.get('a/b/file')), 'hello world')
  store.close()
})

test('path: more files than stay open', async t => {
  const root = scratch(t)
  for (let n = 0; n < 150; n++) fs.writeFileSync(join(root, `f${n}`), String(n))
  const store = fromPath(root)
  store.list()
  const view = new Uint8Array(8)
  for (const round of [0, 1]) {
    for (let n = 0; n < 150; n++)
      assert.equal(text(view.subarray(0, store.readInto(`f${n}`, 0, view))), String(n), String(round))
  }
  const open =
    process.platform === 'linux'
      ? fs.readdirSync('/proc/self/fd').filter(fd => {
          try {
            return fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith(root)
          } catch {
            return false
          }
        })
      : []
  assert.ok(open.length <= 64, `${open.length} files open`)
  store.close()
})

test('path: no text of a failure holds the absolute path', async t => {
  const { ckpt } = directory(t)
  const store = fromPath(ckpt)
  for (const path of ['none', 'a', 'x'.repeat(300), '../outside']) {
    try {
      store.size(path)
      assert.fail(path)
    } catch (error) {
      assert.equal(/** @type {any} */ (error).name, 'StoreError')
      assert.ok(!(/** @type {any} */ (error).message.includes(ckpt)))
    }
  }
})

test('path: what is not there is refused in one line, a file is a source', t => {
  const { root } = directory(t)
  assert.throws(() => fromPath(join(root, 'nothing')), {
    name: 'LeafsumError',
    code: 'source',
    message: /no such file or directory: name a checkpoint/,
  })
  assert.deepEqual(
    fromPath(join(root, 'outside'))
      .list()
      .map(([path]) => path),
    ['outside'],
  )
})

test('files: the common first directory is the source', () => {
  const file = (/** @type {string} */ path) =>
    Object.assign(blob('x'), { name: path.split('/').pop(), webkitRelativePath: path })
  const store = fromFiles([file('ckpt/_METADATA'), file('ckpt/d/1')])
  assert.equal(store.name, 'ckpt')
  assert.deepEqual(
    store.list().map(([path]) => path),
    ['_METADATA', 'd/1'],
  )
  const mixed = fromFiles([file('ckpt/_METADATA'), file('other/1')])
  assert.equal(mixed.name, '')
  assert.deepEqual(
    mixed.list().map(([path]) => path),
    ['ckpt/_METADATA', 'other/1'],
  )
  assert.deepEqual(fromFiles([]).list(), [])
})

test('files: a dropped directory, a hundred entries at a time', async () => {
  const entry = (/** @type {string} */ name, /** @type {any} */ content) =>
    typeof content === 'string'
      ? { name, isFile: true, file: (/** @type {any} */ give) => give(blob(content)) }
      : {
          name,
          isDirectory: true,
          createReader() {
            const left = Object.entries(content).map(([child, inner]) => entry(child, inner))
            return { readEntries: (/** @type {any} */ give) => give(left.splice(0, 100)) }
          },
        }
  const many = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`f${n}`, 'x']))
  const store = await fromEntry(entry('ckpt', { many, empty: {}, top: 'yz' }))
  assert.equal(store.name, 'ckpt')
  assert.equal(store.list().length, 252)
  assert.deepEqual(store.list().at(-1), ['top', 2, 'f'])
  assert.deepEqual(store.list()[0], ['empty', 0, 'd'])
})

test('files: each range that is not small is one slice of the file, and nothing else is asked of the browser', async () => {
  const kMiB = 1 << 20
  const content = new Uint8Array(40 * kMiB + 5)
  for (let n = 0; n < content.length; n += 1001) content[n] = n >> 8
  const file = new Blob([content])
  /** @type {[number, number][]} */
  const slices = []
  const counting = {
    size: file.size,
    slice: (/** @type {number} */ begin, /** @type {number} */ end) => ({
      arrayBuffer: () => {
        slices.push([begin, end])
        return file.slice(begin, end).arrayBuffer()
      },
    }),
  }
  const store = new FilesStore(/** @type {any} */ ([['a', counting]]))
  // One after the other, side by side, again, and longer than the file: only what there is.
  for (const [offset, length] of [
    [0, 20_000],
    [7, 9 * kMiB],
    [7 + 9 * kMiB, 9 * kMiB],
    [20 * kMiB, 9 * kMiB],
    [0, 9 * kMiB],
    [39 * kMiB, 3 * kMiB],
  ]) {
    const pieces = Array.from({ length: Math.ceil(length / kMiB) }, (_, n) => ({
      offset: offset + n * kMiB,
      length: Math.min(kMiB, length - n * kMiB),
    }))
    slices.length = 0
    const got = await Promise.all(pieces.map(piece => store.getRange('a', piece)))
    for (const [n, piece] of pieces.entries()) {
      const end = Math.min(piece.offset + piece.length, content.length)
      const begin = Math.min(piece.offset, end)
      assert.deepEqual(slices[n], [begin, end])
      assert.ok(Buffer.compare(/** @type {any} */ (got[n]), content.subarray(begin, end)) === 0, `${piece.offset}`)
    }
    assert.equal(slices.length, pieces.length)
  }
})

test('files: a directory handle', async () => {
  const handle = (/** @type {string} */ name, /** @type {any} */ content) =>
    typeof content === 'string'
      ? { kind: 'file', getFile: async () => blob(content) }
      : {
          kind: 'directory',
          name,
          async *entries() {
            for (const [child, inner] of Object.entries(content)) yield [child, handle(child, inner)]
          },
        }
  const store = await fromDirectoryHandle(handle('ckpt', { d: { one: 'x' }, empty: {} }))
  assert.deepEqual(store.list(), [
    ['d/one', 1, 'f'],
    ['empty', 0, 'd'],
  ])
  assert.equal(text(await store.get('/d/one')), 'x')
})

test('files: a file that the browser no longer reads has changed', async () => {
  const dead = (/** @type {string} */ name) => ({
    size: 3,
    slice() {
      return this
    },
    arrayBuffer: async () => {
      throw Object.assign(new Error('no'), { name })
    },
  })
  const store = new FilesStore(
    /** @type {any} */ ([
      ['a', dead('NotReadableError')],
      ['b', dead('NotFoundError')],
    ]),
  )
  await assert.rejects(store.get('a'), { kind: 'changed' })
  await assert.rejects(store.getRange('b', { offset: 0, length: 1 }), { kind: 'changed' })
  // One piece of a file is no reason to give up what was read of it, nor to take the next.
  const length = 1 << 20
  let slices = 0
  const dying = {
    size: 4 * length,
    slice: () => ({
      arrayBuffer: async () => (slices++ === 0 ? new ArrayBuffer(length) : dead('NotReadableError').arrayBuffer()),
    }),
  }
  const dies = new FilesStore(/** @type {any} */ ([['c', dying]]))
  const [first, ...rest] = [0, 1, 2].map(n => dies.getRange('c', { offset: n * length, length }))
  assert.equal((await first)?.length, length)
  for (const read of rest) await assert.rejects(read, { kind: 'changed' })
})
