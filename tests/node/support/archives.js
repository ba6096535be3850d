// Archives as tests need them: members in, bytes out, and every field can be made wrong.
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 as zlibCrc32, deflateRawSync } from 'node:zlib'

/**
 * @typedef {object} Member
 * @property {string | Buffer} path
 * @property {Uint8Array} [data]
 * @property {string} [type]  of tar: '0' file, '1' hard link, '2' symlink, '5' directory …
 * @property {string} [target]
 * @property {number} [size]  as it is told, where that is not the data's
 */

/**
 * What lies in a directory, as an archive's members.
 * @param {string} directory
 * @param {string} [top]  name of the directory in the archive, which ends in "/" or is ""
 * @returns {Member[]}
 */
export function membersOf(directory, top = '') {
  /** @type {Member[]} */
  const members = top ? [{ path: top, type: '5' }] : []
  for (const name of readdirSync(directory).sort()) {
    const place = join(directory, name)
    const stat = lstatSync(place)
    const path = `${top}${name}`
    if (stat.isSymbolicLink()) members.push({ path, type: '2', target: readlinkSync(place) })
    else if (stat.isDirectory()) members.push(...membersOf(place, `${path}/`))
    else members.push({ path, data: readFileSync(place) })
  }
  return members
}

/**
 * One header of a tar.
 * @typedef {Member & {
 *   magic?: string, prefix?: string, checksum?: number, sizeField?: string | Buffer, edit?: (header: Buffer) => void
 * }} Header
 * @param {Header} member
 */
export function tarHeader({
  path,
  data,
  type = '0',
  target = '',
  size = data?.length ?? 0,
  magic = 'ustar\x0000',
  prefix = '',
  checksum,
  sizeField,
  edit,
}) {
  const header = Buffer.alloc(512)
  Buffer.from(path).copy(header, 0, 0, 100)
  header.write('0000644\0' + '0000000\0'.repeat(2), 100, 'latin1')
  if (sizeField !== undefined) Buffer.from(sizeField).copy(header, 124, 0, 12)
  else if (size < 8 ** 11) header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  else {
    header[124] = 0x80
    header.writeBigUInt64BE(BigInt(size), 128)
  }
  header.write('00000000000\0', 136, 'latin1')
  header.write(type, 156, 'latin1')
  header.write(target, 157, 100, 'utf8')
  header.write(magic, 257, 'latin1')
  header.write(prefix, 345, 155, 'utf8')
  edit?.(header)
  header.fill(' ', 148, 156)
  const sum = checksum ?? header.reduce((all, byte) => all + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

export const padded = (/** @type {Uint8Array} */ bytes) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 511)])
export const kTarEnd = Buffer.alloc(1024)

/** A pax header in front of a member. */
export function pax(/** @type {Record<string, string | number>} */ records, type = 'x') {
  const text = Buffer.concat(
    Object.entries(records).map(([key, value]) => {
      const rest = Buffer.byteLength(` ${key}=${value}\n`)
      let length = rest + 1
      while (`${length}`.length + rest !== length) length++
      return Buffer.from(`${length} ${key}=${value}\n`)
    }),
  )
  return Buffer.concat([tarHeader({ path: 'PaxHeaders/x', type, data: text }), padded(text)])
}

/** GNU's member whose content is the next one's name. */
const gnuLong = (/** @type {string} */ text, /** @type {string} */ type) => {
  const data = Buffer.from(`${text}\0`)
  return Buffer.concat([tarHeader({ path: '././@LongLink', type, data, magic: 'ustar  \0' }), padded(data)])
}

/** @param {Member} member @param {'pax' | 'gnu'} [form] */
export function tarMember(member, form = 'pax') {
  const path = String(member.path)
  const target = member.target ?? ''
  const parts = []
  const isLong = Buffer.byteLength(path) > 100
  const isFar = Buffer.byteLength(target) > 100
  if (form === 'gnu') {
    if (isFar) parts.push(gnuLong(target, 'K'))
    if (isLong) parts.push(gnuLong(path, 'L'))
  } else if (isLong || isFar) parts.push(pax({ ...(isLong && { path }), ...(isFar && { linkpath: target }) }))
  parts.push(
    tarHeader({ ...member, ...(form === 'gnu' && { magic: 'ustar  \0' }) }),
    padded(member.data ?? Buffer.alloc(0)),
  )
  return Buffer.concat(parts)
}

/** @param {Member[]} members @param {'pax' | 'gnu'} [form] */
export const tarOf = (members, form) => Buffer.concat([...members.map(one => tarMember(one, form)), kTarEnd])

const kTable = Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1
  return n >>> 0
})
/** @returns {number} */
const crc32 = (/** @type {Uint8Array} */ bytes) =>
  zlibCrc32?.(bytes) ?? ~bytes.reduce((crc, byte) => (crc >>> 8) ^ kTable[(crc ^ byte) & 0xff], 0xffffffff) >>> 0

/**
 * @typedef {object} Zipped
 * @property {boolean} [deflate]
 * @property {boolean} [zip64]
 * @property {boolean} [descriptor]
 * @property {string} [comment]
 * @property {(local: Buffer, n: number) => Buffer} [editLocal]
 * @property {(entry: Buffer, n: number) => Buffer} [editEntry]
 * @property {(end: Buffer) => Buffer} [editEnd]
 * @property {(n: number) => Buffer} [between]  bytes in front of a member
 *
 * @param {Member[]} members
 * @param {Zipped} [how]
 */
export function zipOf(members, how = {}) {
  const { deflate = false, zip64 = false, descriptor = false, comment = '' } = how
  /** @type {Buffer[]} */
  const parts = []
  const entries = []
  let at = 0
  const push = (/** @type {Buffer} */ bytes) => {
    parts.push(bytes)
    at += bytes.length
  }
  for (const [n, { path, data: given, type = '0', target, size }] of members.entries()) {
    const isLink = type === '2'
    const data = Buffer.from(isLink ? (target ?? '') : (given ?? Buffer.alloc(0)))
    const name = Buffer.from(path)
    const isDeflated = deflate && !isLink && data.length > 0
    const stored = isDeflated ? deflateRawSync(data) : data
    if (how.between) push(how.between(n))
    const offset = at
    const fields = { crc: crc32(data), packed: stored.length, size: size ?? data.length }
    const flags = 0x800 | (descriptor ? 8 : 0)
    const mode = isLink ? 0o120777 : type === '5' ? 0o040755 : 0o100644
    const common = { name, flags, method: isDeflated ? 8 : 0, zip64 }
    const local = zipHeader(0x04034b50, { ...common, ...(descriptor ? { crc: 0, packed: 0, size: 0 } : fields) })
    push(how.editLocal?.(local, n) ?? local)
    push(stored)
    if (descriptor) {
      const end = Buffer.alloc(zip64 ? 24 : 16)
      end.writeUInt32LE(0x08074b50, 0)
      end.writeUInt32LE(fields.crc, 4)
      if (zip64) {
        end.writeBigUInt64LE(BigInt(fields.packed), 8)
        end.writeBigUInt64LE(BigInt(fields.size), 16)
      } else {
        end.writeUInt32LE(fields.packed, 8)
        end.writeUInt32LE(fields.size, 12)
      }
      push(end)
    }
    const entry = zipHeader(0x02014b50, { ...common, ...fields, offset, mode })
    entries.push(how.editEntry?.(entry, n) ?? entry)
  }
  const directory = Buffer.concat(entries)
  const begin = at
  push(directory)
  const end = zipEnd({ count: members.length, begin, directory, zip64, comment, at })
  push(how.editEnd?.(end) ?? end)
  return Buffer.concat(parts)
}

function zipHeader(
  /** @type {number} */ mark,
  /** @type {any} */ { name, flags, method, zip64, crc, packed, size, offset = 0, mode = 0 },
) {
  const isCentral = mark === 0x02014b50
  const extra = zip64 ? Buffer.alloc(4 + (isCentral ? 24 : 16)) : Buffer.alloc(0)
  if (zip64) {
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(extra.length - 4, 2)
    for (const [n, value] of [size, packed, ...(isCentral ? [offset] : [])].entries())
      extra.writeBigUInt64LE(BigInt(value), 4 + 8 * n)
  }
  const head = Buffer.alloc(isCentral ? 46 : 30)
  head.writeUInt32LE(mark, 0)
  const at = isCentral ? 6 : 4
  if (isCentral) head.writeUInt16LE((3 << 8) | 45, 4)
  head.writeUInt16LE(45, at)
  head.writeUInt16LE(flags, at + 2)
  head.writeUInt16LE(method, at + 4)
  head.writeUInt32LE(crc, at + 10)
  head.writeUInt32LE(zip64 ? 0xffffffff : packed, at + 14)
  head.writeUInt32LE(zip64 ? 0xffffffff : size, at + 18)
  head.writeUInt16LE(name.length, at + 22)
  head.writeUInt16LE(extra.length, at + 24)
  if (isCentral) {
    head.writeUInt32LE((mode << 16) >>> 0, 38)
    head.writeUInt32LE(zip64 ? 0xffffffff : offset, 42)
  }
  return Buffer.concat([head, name, extra])
}

function zipEnd(/** @type {any} */ { count, begin, directory, zip64, comment, at }) {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(zip64 ? 0xffff : count, 8)
  end.writeUInt16LE(zip64 ? 0xffff : count, 10)
  end.writeUInt32LE(zip64 ? 0xffffffff : directory.length, 12)
  end.writeUInt32LE(zip64 ? 0xffffffff : begin, 16)
  end.writeUInt16LE(comment.length, 20)
  if (!zip64) return Buffer.concat([end, Buffer.from(comment)])
  const end64 = Buffer.alloc(56 + 20)
  end64.writeUInt32LE(0x06064b50, 0)
  end64.writeBigUInt64LE(44n, 4)
  end64.writeBigUInt64LE(BigInt(count), 24)
  end64.writeBigUInt64LE(BigInt(count), 32)
  end64.writeBigUInt64LE(BigInt(directory.length), 40)
  end64.writeBigUInt64LE(BigInt(begin), 48)
  end64.writeUInt32LE(0x07064b50, 56)
  end64.writeBigUInt64LE(BigInt(at), 64)
  end64.writeUInt32LE(1, 72)
  return Buffer.concat([end64, end, Buffer.from(comment)])
}

/**
 * zstd frames of raw blocks (RFC 8878 §3.1.1), which need no encoder.
 * @param {Buffer} bytes
 * @param {number} [frame]  bytes of content of each
 */
export function zstdOf(bytes, frame = Infinity) {
  const parts = []
  for (let at = 0; at === 0 || at < bytes.length; at += frame) {
    const content = bytes.subarray(at, Math.min(bytes.length, at + frame))
    // Magic; no content size, no checksum; a window of 128 KiB.
    parts.push(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3]))
    const kBlock = 1 << 17
    for (let from = 0; from === 0 || from < content.length; from += kBlock) {
      const block = content.subarray(from, from + kBlock)
      const isLast = from + kBlock >= content.length
      const head = (block.length << 3) | (isLast ? 1 : 0)
      parts.push(Buffer.from([head & 0xff, (head >> 8) & 0xff, head >> 16]), block)
    }
    if (bytes.length === 0) break
  }
  return Buffer.concat(parts)
}
