// SHA-256 of the page (web/sha256.js) against node:crypto: every length around a block, and pieces of every size.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import { Sha256 } from '../../web/sha256.js'

const bytes = Uint8Array.from({ length: 100_000 }, (_, n) => (n * 31 + (n >> 7)) & 255)
const hex = digest => Buffer.from(digest).toString('hex')

test('every length up to three blocks', () => {
  for (let length = 0; length <= 192; length++) {
    const data = bytes.subarray(0, length)
    assert.equal(hex(new Sha256().update(data).digest()), createHash('sha256').update(data).digest('hex'), `${length}`)
  }
})

test('pieces of every size give the same', () => {
  const expected = createHash('sha256').update(bytes).digest('hex')
  for (const size of [1, 3, 63, 64, 65, 127, 1000, 4096, 99_999]) {
    const hash = new Sha256()
    for (let at = 0; at < bytes.length; at += size) hash.update(bytes.subarray(at, at + size))
    assert.equal(hex(hash.digest()), expected, `${size}`)
  }
})
