// The product's own modules with less memory than they have: a module that gets no more pages than this, wherever it
// runs. The real thing, down to what the engine and Emscripten's glue do where memory cannot grow.
import fs from 'node:fs'

const kMemory = 5
const kGlobal = 6

export const kPage = 65536

/** @param {'core' | 'codecs'} name */
export const wasmOf = name => fs.readFileSync(new URL(`../../../build/wasm/${name}.wasm`, import.meta.url))

/** Pages that a module takes before anything is allocated: its data and its stack, at whose top the heap begins. */
export function leastPages(/** @type {Uint8Array} */ wasm) {
  const at = sectionOf(wasm, kGlobal)
  let [, i] = leb(wasm, at.begin) // how many globals; the first is the stack pointer
  if (wasm[i] !== 0x7f || wasm[i + 1] !== 1 || wasm[i + 2] !== 0x41)
    throw new Error('the first global is no stack pointer')
  i += 3
  return Math.ceil(leb(wasm, i)[0] / kPage)
}

/** The module whose memory begins with as few pages as it can, and never has more than `most`. */
export function limited(/** @type {Uint8Array} */ wasm, /** @type {number} */ most) {
  const { begin, end, header } = sectionOf(wasm, kMemory)
  if (wasm[begin] !== 1 || wasm[begin + 1] !== 1) throw new Error('one memory with a maximum is wanted')
  const body = [1, 1, ...toLeb(leastPages(wasm)), ...toLeb(most)]
  return Buffer.concat([
    wasm.subarray(0, header),
    Uint8Array.of(kMemory, ...toLeb(body.length), ...body),
    wasm.subarray(end),
  ])
}

function sectionOf(/** @type {Uint8Array} */ wasm, /** @type {number} */ wanted) {
  for (let header = 8; header < wasm.length; ) {
    const [length, begin] = leb(wasm, header + 1)
    if (wasm[header] === wanted) return { header, begin, end: begin + length }
    header = begin + length
  }
  throw new Error(`no section ${wanted}`)
}

/** @returns {[value: number, next: number]} unsigned, which these all are */
function leb(/** @type {Uint8Array} */ bytes, /** @type {number} */ at) {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]
    value += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) return [value, at]
  }
}

function toLeb(/** @type {number} */ value) {
  const bytes = []
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80)
  return [...bytes, value]
}
