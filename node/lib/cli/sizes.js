// Sizes as people write and read them: MiB is 2^20, MB is 10^6.

const kUnits = /** @type {Record<string, number>} */ ({
  '': 1,
  b: 1,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
})

/**
 * @param {string} text 64MiB, 1.5GiB, 1048576
 * @returns {number} NaN for anything else
 */
export function parseSize(text) {
  const [, number, unit] = /^(\d{1,16}(?:\.\d{1,6})?) ?([a-z]*)$/i.exec(text) ?? []
  const factor = kUnits[unit?.toLowerCase()]
  return factor === undefined ? NaN : Math.floor(Number(number) * factor)
}

/** @param {number} bytes */
export function formatSize(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let n = 0
  let value = bytes
  while (value >= 1024 && n < units.length - 1) {
    value /= 1024
    n++
  }
  return n === 0 ? `${value} B` : `${value.toFixed(1)} ${units[n]}`
}

/** 4196352 → 4,196,352, whatever the locale. @param {number} number */
export const formatCount = number => String(number).replace(/\B(?=(\d{3})+$)/g, ',')
