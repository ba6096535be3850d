// JSON with one meaning: no member twice, no depth that a stack feels, valid UTF-8 without a mark in front. Two parsers
// that read a bundle differently would check one thing and use another.

const kMaxDepth = 32 // bundles and trusted roots have 8
const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g

/**
 * @param {Uint8Array} bytes
 * @param {number} most  bytes
 * @returns {any}
 */
export function parseStrictJson(bytes, most) {
  if (bytes.length > most) throw new Error(`${bytes.length} bytes, more than ${most}`)
  const text = decoded(bytes)
  checkDepth(text)
  const value = JSON.parse(text)
  checkMembers(text)
  return value
}

function decoded(/** @type {Uint8Array} */ bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Error('bytes that are not UTF-8')
  }
}

/** Before anything recursive sees it. */
function checkDepth(/** @type {string} */ text) {
  let depth = 0
  for (const [word] of text.matchAll(token)) {
    if (word === '{' || word === '[') depth++
    else if (word === '}' || word === ']') depth--
    if (depth > kMaxDepth) throw new Error(`nested deeper than ${kMaxDepth}`)
  }
}

/** Of text that is valid JSON: a string before a colon is a member's name. */
function checkMembers(/** @type {string} */ text) {
  /** @type {(Set<string> | undefined)[]} */
  const open = []
  let last = ''
  for (const [word] of text.matchAll(token)) {
    if (word === '{') open.push(new Set())
    else if (word === '[') open.push(undefined)
    else if (word === '}' || word === ']') open.pop()
    else if (word === ':') {
      const name = JSON.parse(last)
      const names = /** @type {Set<string>} */ (open.at(-1))
      if (names.has(name)) throw new Error(`member ${last} twice`)
      names.add(name)
    }
    last = word
  }
}
