// The pages on which nginx, Apache, Caddy and Python's http.server show a directory. What else a page may be is none.
import { StoreError } from './store.js'

/**
 * @typedef {object} Index
 * @property {'json' | 'nginx' | 'apache' | 'python'} kind
 * @property {boolean} hidesDots  names that begin with a dot are not shown
 * @property {{ name: string, isDirectory: boolean, size?: number }[]} entries  size: exact
 */

const kHead = 4096
const kCaddysLimit = 10_000
const kTitle = /<title>\s*(Index of|Directory listing for)\s+[^<]*<\/title>/i
// Of what follows one "<a ", so that a page of many of them costs what it is long
const kLink = /^[^>]*?href="([^"]*)"[^>]*>[^<]*<\/a>([^<]{0,100})/i
const kLongestLink = 8192
// nginx: date, time, and the exact size unless it was told to round it
const kNginx = /^\s+\d\d-\w{3}-\d{4} \d\d:\d\d\s+(\d+|-|\d+[KMG])\s/

/**
 * @param {string} text
 * @param {URL} url of the page
 * @returns {Index | undefined}
 */
export function indexOf(text, url) {
  const head = text.slice(0, kHead)
  if (/^\s*(\[|null\s*$)/.test(head)) return ofJson(text)
  const title = kTitle.exec(head)?.[1].toLowerCase()
  if (!title) return undefined
  const entries = []
  let exact = true
  for (const piece of text.split(/<a\s/i).slice(1)) {
    const [, href, behind] = kLink.exec(piece.slice(0, kLongestLink)) ?? []
    const link = href === undefined ? undefined : below(href, url)
    if (!link) continue
    const size = kNginx.exec(behind)?.[1]
    if (size === undefined) exact = false
    entries.push({ ...link, ...(!link.isDirectory && isSize(Number(size)) && { size: Number(size) }) })
  }
  if (title !== 'index of') return { kind: 'python', hidesDots: false, entries }
  const kind = exact && /<hr><pre>/i.test(head) ? 'nginx' : 'apache'
  // Apache's sizes are rounded even where they have no letter.
  return { kind, hidesDots: true, entries: kind === 'nginx' ? entries : entries.map(({ size: _, ...rest }) => rest) }
}

/** Caddy and nginx (`autoindex_format json`). @returns {Index | undefined} */
function ofJson(/** @type {string} */ text) {
  let rows
  try {
    rows = JSON.parse(text) ?? []
  } catch {
    return undefined
  }
  if (!rows.every((/** @type {any} */ row) => typeof row?.name === 'string' && ('is_dir' in row || 'type' in row)))
    return undefined
  // Caddy shows no more, and does not say so.
  if (rows.length === kCaddysLimit)
    throw new StoreError('unreadable', `refused: the server lists exactly ${kCaddysLimit} names, and may have more`)
  const hidesDots = rows.some((/** @type {any} */ row) => 'type' in row)
  const entries = rows.map((/** @type {any} */ { name, size, is_dir: isDir, is_symlink: isLink, type }) => {
    const isDirectory = isDir === true || type === 'directory'
    return {
      name: checked(name.replace(/\/$/, '')),
      isDirectory,
      ...(!isDirectory && !isLink && isSize(size) && { size }),
    }
  })
  return { kind: 'json', hidesDots, entries }
}

export const isSize = (/** @type {unknown} */ size) => Number.isSafeInteger(size) && Number(size) >= 0

/** What a link leads to, directly below its page; nothing where that is elsewhere: up, to sort, to other servers. */
function below(/** @type {string} */ href, /** @type {URL} */ page) {
  const text = href.replace(/&(?:amp|lt|gt|quot|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi, unescaped)
  if (text === '' || /^[?#]/.test(text)) return undefined
  let path = text
  if (text.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(text)) {
    if (text.startsWith('/') && !text.startsWith('//')) path = text
    else if (text.startsWith(page.origin)) path = text.slice(page.origin.length)
    else return undefined
    if (!path.startsWith(page.pathname)) return undefined
    path = path.slice(page.pathname.length)
  }
  path = path.replace(/^\.\//, '')
  const isDirectory = path.endsWith('/')
  const part = isDirectory ? path.slice(0, -1) : path
  if (/^(\.\.\/?)*$/.test(path) || part === '' || part === '.') return undefined
  // A name may hold what has a meaning in an address, by an escape.
  if (/[?#]/.test(part)) throw refused(part)
  let name
  try {
    name = decodeURIComponent(part)
  } catch {
    throw refused(part)
  }
  return { name: checked(name), isDirectory }
}

const kNamed = /** @type {Record<string, string>} */ ({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' })
function unescaped(/** @type {string} */ all, /** @type {string} */ decimal, /** @type {string} */ hex) {
  const code = decimal ? Number(decimal) : Number.parseInt(hex, 16)
  return kNamed[all.toLowerCase()] ?? (code <= 0x10ffff ? String.fromCodePoint(code) : all)
}

/** The name of one file or directory, which leads nowhere else. */
export function checked(/** @type {string} */ name) {
  if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name) || name.length > 1024) throw refused(name)
  return name
}

const refused = (/** @type {string} */ name) =>
  new StoreError(
    'unreadable',
    `refused: the server's listing has a name that leads elsewhere: ${JSON.stringify(name.slice(0, 80))}`,
  )
