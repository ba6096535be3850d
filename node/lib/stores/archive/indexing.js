// From the bytes of an archive to its members and to what is wrong with it.
import { LeafsumError } from '../../errors.js'
import { Unpacked } from './unpacked.js'

/**
 * @import { Archives } from '../../../../src/bindings/codecs.mjs'
 * @typedef {'tar' | 'zip' | 'gzip' | 'zstd'} Format
 *
 * @typedef {object} Remark
 * @property {string} code
 * @property {string} message
 * @property {string} [severity]
 * @property {string} [file]
 * @property {string} [expected]
 * @property {string} [actual]
 *
 * @typedef {object} Member
 * @property {string} path
 * @property {'file' | 'directory' | 'symlink' | 'hardlink' | 'other'} kind
 * @property {boolean} deflated
 * @property {number} offset
 * @property {number} packed
 * @property {number} size
 * @property {string} target
 * @property {string} refusal
 *
 * @typedef {{ members: Member[], remarks: Remark[], unpacked?: Unpacked }} Index  unpacked: the tar in what is
 * compressed
 */

const kKinds = /** @type {const} */ (['file', 'directory', 'symlink', 'hardlink', 'other'])
const kHead = 512
// A few bytes of zstd can stand for any number of zeros.
const kFree = 2 ** 30
const kRatio = 1100 // deflate's own bound is 1,032

/** @returns {Format | undefined} by what it begins with */
export function formatOf(/** @type {Uint8Array} */ head) {
  const [a, b, c, d] = head
  if (a === 0x1f && b === 0x8b) return 'gzip'
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd'
  if (a >= 0x50 && a <= 0x5f && b === 0x2a && c === 0x4d && d === 0x18) return 'zstd' // a skippable frame before
  if (a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6))) return 'zip'
  return head.length >= kHead ? 'tar' : undefined
}

/**
 * @param {Archives} codecs
 * @param {number} size  of the archive
 * @param {(content: Uint8Array) => void} [spill]  takes the content of a compressed tar
 * @returns {import('./machine.js').Reading<Index & { format: Format }>}
 */
export function* indexOf(codecs, size, spill) {
  const head = size > 0 ? yield { offset: 0, length: Math.min(size, kHead) } : new Uint8Array(0)
  const format = formatOf(head)
  if (!format) throw notAnArchive()
  const index = new codecs.ArchiveIndex(format === 'zip' ? 'zip' : 'tar', size)
  try {
    /** @type {Partial<Index>} */
    const how =
      format === 'tar' || format === 'zip'
        ? yield* plain(index, size)
        : yield* compressed(codecs, index, format, size, spill)
    if (index.isNone()) throw notAnArchive(format === 'zip' ? 'its end is missing: it was cut off' : undefined)
    const remarks = [...(how.remarks ?? []), ...JSON.parse(index.remarks())]
    const [first] = remarks
    const members = membersOf(index)
    if (members.length === 0 && (first?.code === 'unsupported' || first?.code === 'limit'))
      throw new LeafsumError('source', first.message)
    const cut = (how.remarks ?? []).some(({ code }) => code !== 'trailing-bytes')
    return {
      ...how,
      format,
      members,
      // What the tar lacks then is no second piece of damage.
      remarks: cut ? remarks.filter((one, n) => n < (how.remarks?.length ?? 0) || one.code !== 'truncated') : remarks,
    }
  } finally {
    index.delete()
  }
}

/** @returns {import('./machine.js').Reading<Partial<Index>>} */
function* plain(/** @type {any} */ index, /** @type {number} */ size) {
  for (let want = index.next(); want; want = index.next()) {
    const length = Math.min(want.length, Math.max(0, size - want.offset))
    index.feed(length > 0 ? yield { offset: want.offset, length } : new Uint8Array(0))
  }
  return {}
}

/**
 * One pass over all of it, on which the points are made where reading can begin again.
 * @returns {import('./machine.js').Reading<Partial<Index>>}
 */
function* compressed(
  /** @type {Archives} */ codecs,
  /** @type {any} */ index,
  /** @type {'gzip' | 'zstd'} */ kind,
  /** @type {number} */ size,
  /** @type {((content: Uint8Array) => void) | undefined} */ spill,
) {
  const unpacked = new Unpacked(codecs, kind, { offset: 0, length: size })
  const cursor = unpacked.begin()
  /** @type {Remark[]} */
  const remarks = []
  const feed = feeder(index)
  while (!cursor.ended) {
    yield* unpacked.advance(cursor)
    if (cursor.end === cursor.begin) continue
    const bytes = cursor.unpacker.output()
    spill?.(bytes)
    feed.take(cursor.begin, bytes)
    if (cursor.end > kFree && cursor.end > kRatio * size)
      throw new LeafsumError(
        'source',
        'the archive holds more than 1,100 times its own size: unpack it, if that is as it should be, and name the ' +
          'directory',
      )
  }
  if (cursor.failed) remarks.push(damageOf(cursor.failed))
  else {
    const used = unpacked.usedOf(cursor)
    if (yield* hasMore(used, size))
      remarks.push({
        code: 'trailing-bytes',
        expected: 'the end of the archive',
        actual: `${size - used} bytes`,
        message: `at byte ${used.toLocaleString('en')} something follows the compressed archive that is no part of it`,
      })
  }
  feed.end()
  return { unpacked, remarks }
}

/** @returns {Remark} */
const damageOf = (/** @type {import('./unpacked.js').UnpackError} */ { code, message, at }) => ({
  code,
  message:
    `at byte ${at.toLocaleString('en')} of the archive, ${message}` +
    (code === 'unsupported' || code === 'limit'
      ? ': unpack it and name the directory'
      : ': the archive is damaged or was cut off: get it again'),
})

/** Zeros fill up what was on a tape. @returns {import('./machine.js').Reading<boolean>} */
function* hasMore(/** @type {number} */ from, /** @type {number} */ size) {
  for (let at = from; at < size; ) {
    const bytes = yield { offset: at, length: Math.min(1 << 18, size - at) }
    if (bytes.length === 0) return false
    if (bytes.some(byte => byte !== 0)) return true
    at += bytes.length
  }
  return false
}

/** Gives an index what it wants of a stream that only goes forwards. */
function feeder(/** @type {any} */ index) {
  let want = index.next()
  /** @type {Uint8Array | undefined} */
  let held
  let at = 0 // bytes of `held` that are there
  const give = (/** @type {Uint8Array} */ bytes) => {
    index.feed(bytes)
    want = index.next()
    held = undefined
    at = 0
  }
  return {
    take(/** @type {number} */ begin, /** @type {Uint8Array} */ bytes) {
      const end = begin + bytes.length
      while (want && want.offset + at < end) {
        const from = Math.max(begin, want.offset + at)
        const part = bytes.subarray(from - begin, Math.min(end, want.offset + want.length) - begin)
        held ??= new Uint8Array(want.length)
        held.set(part, at)
        at += part.length
        if (at < want.length) return
        give(held)
      }
    },
    end() {
      while (want) give(held ? held.subarray(0, at) : new Uint8Array(0))
    },
  }
}

/** @returns {Member[]} */
function membersOf(/** @type {any} */ index) {
  /** @type {Member[]} */
  const members = []
  for (;;) {
    const rows = JSON.parse(index.members(members.length))
    if (rows.length === 0) return members
    for (const [path, kind, packing, offset, packed, size, , target, refusal] of rows)
      members.push({ path, kind: kKinds[kind], deflated: packing === 1, offset, packed, size, target, refusal })
  }
}

const notAnArchive = (why = 'what it begins with is none of them') =>
  new LeafsumError(
    'source',
    `this is no tar, tar.gz, tar.zst or zip archive: ${why}. Was it downloaded whole? Name the archive itself, or the ` +
      'directory that was packed',
  )
