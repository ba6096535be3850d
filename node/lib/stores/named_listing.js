// What a hub and a bucket list. Page after page; every name and number is looked at.
import { LeafsumError } from '../errors.js'
import { checked, isSize } from './index_pages.js'
import { Refusal, Requests } from './requests.js'
import { bytesOf } from './responses.js'
import { StoreError, safePath } from './store.js'
import { Tags } from './tags.js'

const kMaxPage = 32 << 20 // bytes
const kMaxEntries = 1_000_000

/**
 * @typedef {import('./store.js').ListingEntry} Entry
 * @typedef {import('./named.js').Named} Named
 * @typedef {import('./url_address.js').UrlOptions} UrlOptions
 *
 * @param {Named} named
 * @param {UrlOptions & { absent?: any }} options
 * @returns {Promise<import('./url_address.js').Address>}
 */
export async function openNamed(named, options) {
  if (named.bucket) return { ...addressWith(named, named.base, options), lister: server => listingOf(named, server) }
  return openHub(named, options)
}

/** @returns {import('./url_address.js').Address} */
const addressWith = (/** @type {Named} */ { name, places }, /** @type {URL} */ base, /** @type {any} */ options) => ({
  base,
  name,
  places,
  options: { ...options, absent: options?.absent === undefined ? [] : [options.absent].flat() },
  hubDirectory: undefined,
  lister: undefined,
})

/** @returns {Promise<{ text: string, headers: Headers } | undefined>} */
const textAt = (/** @type {Requests} */ requests, /** @type {URL} */ url) =>
  requests.whole(url, { Accept: 'application/json, application/xml' }, async response => {
    if (response?.status !== 200) return undefined
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await bytesOf(response, kMaxPage))
    return { text, headers: response.headers }
  })

/** @returns {any} */
function parsed(/** @type {string} */ text) {
  try {
    return JSON.parse(text)
  } catch {
    throw new StoreError('unreadable', 'the hub answers with something else than JSON')
  }
}

/** The revision is looked up once: what is published meanwhile is another one. */
async function openHub(/** @type {Named} */ named, /** @type {UrlOptions} */ given) {
  const { kind, repository, path, endpoint } = /** @type {NonNullable<Named['hub']>} */ (named.hub)
  const { requests, options, sha, tree } = await revisionOf(named, given)
  const base = new URL(named.base)
  const front = `${kind === 'models' ? '' : `${kind}/`}${repository}/resolve/`
  base.pathname = `${endpoint.pathname}${front}${sha}/${path ? `${path.split('/').map(encodeURIComponent).join('/')}/` : ''}`
  return {
    ...addressWith(named, base, options),
    hubDirectory: path,
    lister: () => hubListing(pagesOf(requests, tree), path ? `${path}/` : ''),
  }
}

/**
 * What a hub says of every file of a repository's directory, as its tree API has it.
 * @param {Named} named
 * @param {UrlOptions} [given]
 * @returns {AsyncGenerator<any>} rows, of any form
 */
export async function* hubRows(named, given = {}) {
  const { requests, tree } = await revisionOf(named, given)
  let rows = 0
  for await (const page of pagesOf(requests, tree)) {
    rows += page.length
    if (rows > kMaxEntries) throw new LeafsumError('evidence', "the hub's tree refused: over 1,000,000 rows")
    yield* page
  }
}

async function revisionOf(/** @type {Named} */ named, /** @type {UrlOptions} */ given) {
  const { kind, repository, revision, path, endpoint } = /** @type {NonNullable<Named['hub']>} */ (named.hub)
  const options = { ...given, headers: { ...tokenFor(endpoint), ...given?.headers } }
  const requests = new Requests(endpoint, /** @type {any} */ ({ ...options, absent: [] }), new Tags())
  const api = `api/${kind}/${repository.split('/').map(encodeURIComponent).join('/')}`
  const where = new URL(`${api}/revision/${encodeURIComponent(revision)}`, endpoint)
  const answer = await textAt(requests, where).catch(error => {
    const isClosed = error instanceof Refusal && /answered 40[13]/.test(error.message)
    throw new LeafsumError('source', `hf://${repository}: ${isClosed ? kClosed : error.message}`)
  })
  if (!answer)
    throw new LeafsumError('source', `hf://${repository}: the hub has no such repository, or no revision ${revision}`)
  const { sha } = parsed(answer.text) ?? {}
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(sha))
    throw new LeafsumError('source', `hf://${repository}: the hub does not tell the revision's digest`)
  const below = path ? `/${path.split('/').map(encodeURIComponent).join('/')}` : ''
  return { requests, options, sha, tree: new URL(`${api}/tree/${sha}${below}?recursive=true`, endpoint) }
}

const kClosed = 'the hub lets nobody read it, or there is none: set HF_TOKEN where it is private or gated'

/** Of the environment, for the hub alone: requests never carry headers to another origin. */
function tokenFor(/** @type {URL} */ endpoint) {
  const token = globalThis.process?.env?.HF_TOKEN?.trim()
  if (!token) return {}
  if (endpoint.protocol !== 'https:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(endpoint.hostname))
    throw new LeafsumError('usage', 'HF_TOKEN is not sent over http: name the hub by https (HF_ENDPOINT)')
  return { Authorization: `Bearer ${token}` }
}

/** Pages follow each other by the header Link. @returns {AsyncGenerator<any[]>} */
async function* pagesOf(/** @type {Requests} */ requests, /** @type {URL} */ first) {
  const seen = new Set()
  for (let url = first; ; ) {
    if (seen.has(url.href)) throw new StoreError('unreadable', "refused: the hub's pages lead in a circle")
    seen.add(url.href)
    const page = await textAt(requests, url)
    if (!page) throw new StoreError('unreadable', 'the hub has no such directory')
    const rows = parsed(page.text)
    if (!Array.isArray(rows)) throw new StoreError('unreadable', "the hub's list is none")
    yield rows
    const next = /<([^>]{1,8192})>\s*;\s*rel="?next"?/.exec(page.headers.get('link') ?? '')?.[1]
    if (next === undefined) return
    if (rows.length === 0) throw new StoreError('unreadable', "refused: the hub's list has an empty page")
    url = new URL(next, url)
  }
}

async function hubListing(/** @type {AsyncIterable<any[]>} */ pages, /** @type {string} */ prefix) {
  const entries = new Entries()
  for await (const rows of pages) {
    for (const row of rows) {
      if (row?.type === 'directory') continue // git knows no empty ones
      if (typeof row?.path !== 'string' || !row.path.startsWith(prefix)) throw leadsElsewhere(String(row?.path))
      entries.add(row.path.slice(prefix.length), row.lfs?.size ?? row.size)
    }
  }
  return entries.all
}

/** A bucket that may not be listed can have a list of ours, as any server. */
const listingOf = async (/** @type {Named} */ named, /** @type {import('./server_listing.js').Server} */ server) =>
  (await bucketListing(named, server)) ??
  (named.bucket?.query ? (await import('./server_listing.js')).serverListing(server) : undefined)

/** As S3 lists (ListObjectsV2), and Google in the same form. Nothing where the bucket may not be listed. */
async function bucketListing(
  /** @type {Named} */ { bucket },
  /** @type {import('./server_listing.js').Server} */ { requests },
) {
  const { prefix, root, query = [] } = /** @type {NonNullable<Named['bucket']>} */ (bucket)
  const entries = new Entries()
  const seen = new Set()
  for (let token = ''; ; ) {
    const url = new URL(root)
    url.search = String(
      new URLSearchParams([
        ['list-type', '2'],
        ['prefix', prefix],
        ...(token ? [['continuation-token', token]] : []),
        ...query,
      ]),
    )
    const page = await textAt(requests, url).catch(error => {
      if (error instanceof Refusal && /answered 40[13]/.test(error.message) && !token) return undefined
      throw error
    })
    if (!page) return undefined
    const [head, ...objects] = page.text.split('<Contents>')
    if (!/<ListBucketResult[\s>]/.test(head.slice(0, 2048))) return undefined
    for (const one of objects) {
      const key = textOf(one, 'Key')
      const size = textOf(one, 'Size') ?? ''
      if (!key?.startsWith(prefix)) throw leadsElsewhere(String(key))
      if (key.endsWith('/') && size === '0') continue // what consoles make of an empty directory
      entries.add(key.slice(prefix.length), /^\d{1,16}$/.test(size) ? Number(size) : -1)
    }
    const behind = `${head}${objects.at(-1)?.split('</Contents>')[1] ?? ''}`
    if (textOf(behind, 'IsTruncated') !== 'true') return entries.all
    token = textOf(behind, 'NextContinuationToken') ?? ''
    if (!token || seen.has(token) || objects.length === 0)
      throw new StoreError('unreadable', "refused: the bucket's list does not go on as it says")
    seen.add(token)
  }
}

const kEntities = /** @type {Record<string, string>} */ ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })

/** @returns {string | undefined} */
function textOf(/** @type {string} */ xml, /** @type {string} */ element) {
  const begin = xml.indexOf(`<${element}>`)
  const end = begin < 0 ? -1 : xml.indexOf(`</${element}>`, begin)
  if (end < 0) return undefined
  return xml
    .slice(begin + element.length + 2, end)
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (all, decimal, hex, name) => {
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16)
      return name ? kEntities[name.toLowerCase()] : code <= 0x10ffff ? String.fromCodePoint(code) : all
    })
}

class Entries {
  /** @type {Entry[]} */
  all = []
  #paths = new Set()

  add(/** @type {string} */ path, /** @type {unknown} */ size) {
    for (const part of path.split('/')) checked(part)
    if (!isSize(size) || this.#paths.has(path))
      throw new StoreError('unreadable', `refused: ${JSON.stringify(path)} is listed twice, or without a size`)
    if (this.all.length >= kMaxEntries) throw new StoreError('unreadable', 'refused: over 1,000,000 files')
    this.#paths.add(path)
    this.all.push([safePath(path), Number(size), 'f'])
  }
}

const leadsElsewhere = (/** @type {string} */ path) =>
  new StoreError('unreadable', `refused: a name that leads elsewhere: ${JSON.stringify(path.slice(0, 80))}`)
