/**
 * SHA-256 (FIPS 180-4) in pieces, which Web Crypto does not have: for the files that sums name. The core has its own
 * for leaves. About 120 MB/s.
 */

const constants = Int32Array.from(primes(64), prime => fraction(Math.cbrt(prime)))
const initial = Uint32Array.from(primes(8), prime => fraction(Math.sqrt(prime)))

/** The first 32 bits behind the point. @param {number} x */
function fraction(x) {
  return Math.floor((x - Math.floor(x)) * 2 ** 32)
}

/** @param {number} count */
function primes(count) {
  /** @type {number[]} */
  const found = []
  for (let n = 2; found.length < count; n++) if (found.every(prime => n % prime !== 0)) found.push(n)
  return found
}

/** @implements {Sha256Engine} */
export class Sha256 {
  #state = Uint32Array.from(initial)
  #schedule = new Int32Array(64)
  #block = new Uint8Array(64)
  #held = 0
  #length = 0

  /** @param {Uint8Array} bytes */
  update(bytes) {
    this.#length += bytes.length
    let at = 0
    if (this.#held > 0) {
      at = Math.min(64 - this.#held, bytes.length)
      this.#block.set(bytes.subarray(0, at), this.#held)
      this.#held += at
      if (this.#held < 64) return this
      this.#compress(this.#block, 0)
      this.#held = 0
    }
    for (; at + 64 <= bytes.length; at += 64) this.#compress(bytes, at)
    this.#block.set(bytes.subarray(at))
    this.#held = bytes.length - at
    return this
  }

  digest() {
    const length = this.#length
    const padded = new Uint8Array(((this.#held + 9 + 63) & ~63) - this.#held)
    padded[0] = 0x80
    const view = new DataView(padded.buffer)
    view.setUint32(padded.length - 8, Math.floor(length / 2 ** 29))
    view.setUint32(padded.length - 4, (length << 3) >>> 0)
    this.update(padded)
    const digest = new Uint8Array(32)
    const out = new DataView(digest.buffer)
    for (const [n, word] of this.#state.entries()) out.setUint32(4 * n, word)
    return digest
  }

  /** @param {Uint8Array} bytes @param {number} at */
  #compress(bytes, at) {
    const w = this.#schedule
    for (let t = 0; t < 16; t++, at += 4)
      w[t] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
    for (let t = 16; t < 64; t++) {
      const x = w[t - 15]
      const y = w[t - 2]
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
      w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0
    }
    const state = this.#state
    let a = state[0] | 0
    let b = state[1] | 0
    let c = state[2] | 0
    let d = state[3] | 0
    let e = state[4] | 0
    let f = state[5] | 0
    let g = state[6] | 0
    let h = state[7] | 0
    for (let t = 0; t < 64; t++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[t] + w[t]) | 0
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    state[0] += a
    state[1] += b
    state[2] += c
    state[3] += d
    state[4] += e
    state[5] += f
    state[6] += g
    state[7] += h
  }
}

/** @typedef {import('../src/bindings/core.mjs').Sha256} Sha256Engine */
