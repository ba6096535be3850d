// Where two sources lie to each other: one that lies in another, or around it, came with it and vouches for nothing.

/**
 * @typedef {object} Places  what one source is told by; any name that two have in common says something
 * @property {string[]} own  of the place itself
 * @property {string[]} around  of everything that it lies in, and of itself
 * @property {string} [repository]  that it was published in
 */

/**
 * @param {any} a a store
 * @param {any} b
 * @returns {'same' | 'with' | undefined} with: whoever made the one could make the other
 */
export function relationOf(a, b) {
  if (a === b) return 'same'
  /** @type {[Places | undefined, Places | undefined]} */
  const [x, y] = [a.places?.(), b.places?.()]
  if (!x || !y) return undefined
  const meet = (/** @type {string[]} */ some, /** @type {string[]} */ others) =>
    some.some(name => others.includes(name))
  if (meet(x.own, y.own)) return 'same'
  const isPublishedWith = x.repository !== undefined && x.repository === y.repository
  return meet(x.own, y.around) || meet(y.own, x.around) || isPublishedWith ? 'with' : undefined
}

/**
 * The directory of a source in which another one lies, ending in "/"; "" where it lies elsewhere or that is not known.
 * @param {any} outer a store
 * @param {any} inner
 */
export function directoryOf(outer, inner) {
  /** @type {[Places | undefined, Places | undefined]} */
  const [x, y] = [outer.places?.(), inner.places?.()]
  for (const place of x?.own ?? []) {
    const within = y?.own.find(name => name.startsWith(`${place}/`))
    if (within !== undefined) return `${within.slice(place.length + 1)}/`
  }
  return ''
}

// A hub's files: /owner/name/resolve/revision/path, with /datasets or the like before it.
const kRevision = ['resolve', 'raw', 'tree', 'blob']

/**
 * Of a directory on a web server. Servers take escapes, empty parts and `.` for what they stand for, and one name
 * answers http and https.
 * @param {URL} url
 * @returns {Places}
 */
export function placesOfUrl({ host, pathname }) {
  /** @type {string[]} */
  const parts = []
  for (const part of decodedParts(pathname)) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  const base = host.replace(/\.(?=:|$)/, '')
  const around = Array.from({ length: parts.length + 1 }, (_, n) => [base, ...parts.slice(0, n)].join('/'))
  const revision = parts.findIndex((part, n) => n >= 2 && kRevision.includes(part))
  return { own: around.slice(-1), around, ...(revision > 0 && { repository: around[revision] }) }
}

function decodedParts(/** @type {string} */ pathname) {
  try {
    return decodeURIComponent(pathname).split(/[\\/]/)
  } catch {
    return pathname.split('/') // a "%" that begins no escape, which servers take as it is
  }
}
