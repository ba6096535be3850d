/**
 * Nanoseconds since 1970 → 2025-11-21T23:06:40.123456789Z; what no calendar has stays a number.
 * @param {string} nsecs
 */
export function isoTime(nsecs) {
  const time = BigInt(nsecs)
  const date = new Date(Number(time / 1_000_000n))
  if (Number.isNaN(date.getTime())) return `${nsecs} ns`
  return date.toISOString().replace(/\.\d+Z$/, `.${String(time % 1_000_000_000n).padStart(9, '0')}Z`)
}
