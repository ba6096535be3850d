// Certificates are DER: one encoding for one meaning. The library behind reads more than that (long forms of short
// lengths, bytes after the end, object identifiers that overflow), so this looks first.

const kMaxDepth = 24 // a certificate has 7 outside of octet strings
const kMaxCertificate = 1 << 16

const kBoolean = 0x01
const kInteger = 0x02
const kBitString = 0x03
const kObjectId = 0x06

/** @param {Uint8Array} bytes  throws where they are not one value in DER */
export function checkDer(bytes) {
  if (bytes.length > kMaxCertificate) throw new Error(`${bytes.length} bytes, more than ${kMaxCertificate}`)
  if (value(bytes, 0, bytes.length, 0) !== bytes.length) throw new Error('bytes after the end')
}

/** @returns {number} where the next one begins */
function value(
  /** @type {Uint8Array} */ bytes,
  /** @type {number} */ at,
  /** @type {number} */ end,
  /** @type {number} */ depth,
) {
  if (depth > kMaxDepth) throw new Error(`nested deeper than ${kMaxDepth}`)
  if (end - at < 2) throw new Error(`truncated at byte ${at}`)
  const tag = bytes[at]
  if ((tag & 0x1f) === 0x1f) throw new Error(`a long tag at byte ${at}`)
  const [begin, length] = lengthAt(bytes, at + 1, end)
  const after = begin + length
  if (length > end - begin) throw new Error(`a length beyond the end at byte ${at}`)
  if (tag & 0x20) {
    for (let next = begin; next < after; ) next = value(bytes, next, after, depth + 1)
  } else checkPrimitive(tag, bytes.subarray(begin, after), at)
  return after
}

/** @returns {[number, number]} where the content begins, and its length */
function lengthAt(/** @type {Uint8Array} */ bytes, /** @type {number} */ at, /** @type {number} */ end) {
  const first = bytes[at]
  if (first < 0x80) return [at + 1, first]
  const count = first & 0x7f
  if (count === 0 || count > 3 || count >= end - at) throw new Error(`a length at byte ${at} that DER does not have`)
  let length = 0
  for (let n = 1; n <= count; n++) length = length * 256 + bytes[at + n]
  if (length < 0x80 || length < 256 ** (count - 1))
    throw new Error(`a length at byte ${at} in more bytes than it needs`)
  return [at + 1 + count, length]
}

function checkPrimitive(/** @type {number} */ tag, /** @type {Uint8Array} */ content, /** @type {number} */ at) {
  const wrong = (/** @type {string} */ what) => new Error(`${what} at byte ${at} that DER does not have`)
  if (tag === kBoolean && (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))) throw wrong('a boolean')
  if (tag === kInteger) {
    if (content.length === 0) throw wrong('an integer')
    const padded =
      content.length > 1 && (content[0] === 0 ? content[1] < 0x80 : content[0] === 0xff && content[1] >= 0x80)
    if (padded) throw wrong('an integer')
  }
  if (tag === kBitString) {
    const unused = content[0]
    const isSound =
      content.length > 1 ? unused < 8 && (content[content.length - 1] & ((1 << unused) - 1)) === 0 : unused === 0
    if (!isSound) throw wrong('a bit string')
  }
  if (tag === kObjectId) checkObjectId(content, wrong)
}

/** Arcs of at most 28 bits: the library's are 32-bit, and two object identifiers would be one. */
function checkObjectId(/** @type {Uint8Array} */ content, /** @type {(what: string) => Error} */ wrong) {
  if (content.length === 0 || content[0] >= 0x80 || content[content.length - 1] >= 0x80)
    throw wrong('an object identifier')
  for (let at = 1, length = 0; at < content.length; at++) {
    if (length === 0 && content[at] === 0x80) throw wrong('an object identifier')
    length = content[at] >= 0x80 ? length + 1 : 0
    if (length > 3) throw wrong('an object identifier')
  }
}
