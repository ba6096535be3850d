// Flax's msgpack files, written here byte by byte from tables: every element type, every kind of map key.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { check, digest, fromMap, lock, openCheckpoint, verify } from '../../node/lib/index.js'
import { arrayText } from '../../node/lib/cli/array_text.js'

const text = (/** @type {string} */ value) =>
  Buffer.concat([Buffer.from([0xd9, Buffer.byteLength(value)]), Buffer.from(value)])
const bytes = (/** @type {number[]} */ value) => Buffer.from([0xc4, value.length, ...value])
const array = (/** @type {number[]} */ shape, /** @type {string} */ dtype, /** @type {number[]} */ content) => {
  const payload = Buffer.concat([Buffer.from([0x93, 0x90 | shape.length, ...shape]), text(dtype), bytes(content)])
  return Buffer.concat([Buffer.from([0xc7, payload.length, 1]), payload])
}
const map = (/** @type {[Buffer, Buffer][]} */ members) =>
  Buffer.concat([Buffer.from([0xde, 0, members.length]), ...members.flat()])
const file = (/** @type {Buffer} */ tree) => fromMap({ checkpoint: new Uint8Array(tree) })

// numpy's name, two elements as Flax stores them, what they say; content where it is not what is stored.
/** @type {[string, number[], string, number[]?][]} */
const kTypes = [
  ['bool', [0, 1], '[False, True]'],
  ['int2', [0xfe, 1], '[-2, 1]', [2, 1]],
  ['int4', [0xf8, 7], '[-8, 7]', [8, 7]],
  ['int8', [0x80, 7], '[-128, 7]'],
  ['uint2', [3, 1], '[3, 1]'],
  ['uint4', [15, 8], '[15, 8]'],
  ['uint8', [255, 8], '[255, 8]'],
  ['int16', [0, 0x80, 1, 0], '[-32768, 1]'],
  ['uint32', [255, 255, 255, 255, 1, 0, 0, 0], '[4294967295, 1]'],
  ['uint64', [...Array(8).fill(255), 1, ...Array(7).fill(0)], '[18446744073709551615, 1]'],
  ['float16', [0, 0x3c, 0, 0xfc], '[1.0, -inf]'],
  ['bfloat16', [0x80, 0x3f, 0x80, 0xff], '[1.0, -inf]'],
  ['float8_e4m3', [0x77, 0xf8], '[240.0, -inf]'],
  ['float8_e4m3fn', [0x38, 0x7f], '[1.0, nan]'],
  ['float8_e5m2', [0x3c, 0xfc], '[1.0, -inf]'],
  ['float4_e2m1fn', [7, 8], '[6.0, -0.0]'],
  ['complex64', [0, 0, 0x80, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xbf], '[1.0+0.0j, 0.0-1.0j]'],
]

test('every element type has its digest, its values and a lockfile that verifies', async () => {
  const source = () => file(map(kTypes.map(([dtype, stored]) => [text(dtype), array([2], dtype, stored)])))
  const output = await digest(source(), { algorithms: ['blake3', 'sha256'] })
  const checkpoint = await openCheckpoint(source())
  assert.equal(checkpoint.leaves.length, kTypes.length)
  for (const [dtype, stored, values, content = stored] of kTypes) {
    const leaf = output.items[''].leaves.find(one => one.key_path.at(-1) === dtype)
    assert.deepEqual(
      [leaf?.dtype, leaf?.shape, leaf?.nbytes, leaf?.value_type],
      [dtype, [2], content.length, 'np.ndarray'],
    )
    assert.equal(leaf?.digest?.sha256, createHash('sha256').update(Uint8Array.from(content)).digest('hex'), dtype)
    const read = await checkpoint.read(leaf?.key_path ?? [])
    assert.equal(
      arrayText(dtype, [2], /** @type {Uint8Array} */ (read.bytes))
        .replace(/[\s[\]]+/g, ' ')
        .trim(),
      values.replace(/[[\],]/g, ''),
    )
  }
  const { lockfile } = await lock(source())
  assert.equal((await verify(source(), { lockfile, deep: true })).verdict, 'VERIFIED')
})

const kOne = Buffer.from([1])
/** @type {[string, Buffer, string | undefined, string][]} key, leaf's name, verdict */
const kKeys = [
  ['5', Buffer.from([5]), '5', 'SOUND'],
  ['-1', Buffer.from([0xff]), '-1', 'SOUND'],
  ['2^63 and more', Buffer.from([0xcf, ...Array(8).fill(255)]), '18446744073709551615', 'SOUND'],
  ['nil', Buffer.from([0xc0]), undefined, 'INCOMPLETE'],
  ['true', Buffer.from([0xc3]), undefined, 'INCOMPLETE'],
  ['bytes', bytes([97]), undefined, 'INCOMPLETE'],
  ['a map', Buffer.from([0x80]), undefined, 'MISMATCH'],
  ['a text longer than the file', Buffer.from([0xdb, 255, 255, 255, 255]), undefined, 'MISMATCH'],
]
for (const [name, key, leaf, verdict] of kKeys) {
  test(`a map's key: ${name}`, async () => {
    const report = await check(
      file(
        map([
          [text('a'), kOne],
          [key, kOne],
        ]),
      ),
    )
    assert.equal(report.verdict, verdict)
    if (!leaf) return assert.equal(report.findings.length, 1)
    assert.deepEqual(
      (await openCheckpoint(file(map([[key, kOne]])))).leaves.map(one => one.key_path),
      [[leaf]],
    )
  })
}

test('an integer and a text of one name are one name', async () => {
  const report = await check(
    file(
      map([
        [text('1'), kOne],
        [kOne, kOne],
      ]),
    ),
  )
  assert.deepEqual(
    report.findings.map(finding => finding.code),
    ['name-collision'],
  )
})
