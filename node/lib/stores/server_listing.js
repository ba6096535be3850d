// The listing of a web server that shows its directories, or has a list of ours (`leafsum ls --files --json`) beside
// the files, as index.json. Every name is looked at: whoever runs the server wrote it.
import { indexOf, isSize } from './index_pages.js'
import { kAtOnce } from './requests.js'
import { bytesOf } from './responses.js'
import { StoreError, failureOf, safePath } from './store.js'

// Each is a connection, of which five may wait: the system tries the sixth again after a second.
const kAtOnceOfPython = 4
const kMaxPage = 32 << 20 // bytes of one page
const kMaxText = 256 << 20 // of all of them
const kMaxEntries = 1_000_000
const kMaxDirectories = 100_000
const kMaxDepth = 48 // a zarr array of 32 dimensions has a directory for each
// What nginx and Apache do not show of a zarr v2 array or group
const kHidden = ['.zarray', '.zgroup', '.zattrs']

/**
 * @typedef {import('./store.js').ListingEntry} Entry
 * @typedef {object} Server
 * @property {URL} base
 * @property {import('./requests.js').Requests} requests
 * @property {(path: string) => Promise<number>} size  by reading it, where nothing else tells
 *
 * @typedef {(server: Server) => Promise<Entry[] | undefined>} Lister  nothing where there is no listing
 *
 * @param {Server} server
 * @returns {Promise<Entry[] | undefined>} nothing where the server has none
 */
export async function serverListing(server) {
  const [page, list] = await Promise.all([
    pageAt(server, new URL(server.base)).catch(unlessRefused),
    documentAt(server, new URL('index.json', server.base)).catch(unlessRefused),
  ])
  if (page) return new Walk(server).from(page)
  return list === undefined ? undefined : ofOurs(list)
}

/** Where there is no page, the files tell what is wrong. */
function unlessRefused(/** @type {unknown} */ error) {
  if (/^refused|more than/.test(failureOf(error).message)) throw error
  return undefined
}

/** @returns {Promise<string | undefined>} nothing where it is not there */
export const documentAt = (/** @type {Server} */ { requests }, /** @type {URL} */ url, accept = 'application/json') =>
  requests.whole(url, { Accept: accept }, async response => {
    if (response?.status !== 200) return undefined
    return new TextDecoder('utf-8', { fatal: true }).decode(await bytesOf(response, kMaxPage))
  })

/** @returns {Promise<(import('./index_pages.js').Index & { length: number }) | undefined>} */
async function pageAt(/** @type {Server} */ server, /** @type {URL} */ url) {
  const text = await documentAt(server, url, 'application/json, text/html;q=0.9')
  const index = text === undefined ? undefined : indexOf(text, url)
  return index && { ...index, length: text?.length ?? 0 }
}

/** `files` of `leafsum ls --files --json`. @returns {Entry[] | undefined} */
function ofOurs(/** @type {string} */ text) {
  let files
  try {
    files = JSON.parse(text).files
  } catch {
    return undefined
  }
  if (!Array.isArray(files)) return undefined
  const kinds = /** @type {Record<string, 'f' | 'd' | 'l'>} */ ({ file: 'f', directory: 'd', symlink: 'l' })
  const seen = new Set()
  return files.map(file => {
    const { path, size, kind } = file ?? {}
    if (typeof path !== 'string' || !isSize(size) || !Object.hasOwn(kinds, kind) || seen.has(path))
      throw new StoreError(
        'unreadable',
        'refused: index.json is no list of files: make it by leafsum ls --files --json',
      )
    seen.add(path)
    if (path.startsWith('/')) throw new StoreError('unreadable', 'refused: index.json has an absolute path')
    return [safePath(path), size, kinds[kind]]
  })
}

/** @typedef {{ path: string, depth: number, inArray: boolean }} Directory */

class Walk {
  #server
  /** @type {Map<string, Entry>} */
  #entries = new Map()
  /** @type {Directory[]} */
  #todo = []
  /** @type {string[]} files whose size no page tells */
  #unsized = []
  #directories = 0
  #atOnce = kAtOnce
  #text = 0

  constructor(/** @type {Server} */ server) {
    this.#server = server
  }

  async from(/** @type {import('./index_pages.js').Index & { length: number }} */ page) {
    if (page.kind === 'python') this.#atOnce = kAtOnceOfPython
    await this.#take({ path: '', depth: 0, inArray: false }, page)
    await this.#inTurns(
      () => this.#todo.pop(),
      async directory => {
        const page = await pageAt(this.#server, this.#url(`${directory.path}/`))
        if (!page) throw new StoreError('unreadable', `it has no page for ${JSON.stringify(directory.path)}`)
        await this.#take(directory, page)
      },
    )
    await this.#inTurns(
      () => this.#unsized.pop(),
      async path => {
        const size = await this.#sizeOf(path)
        if (size !== undefined) this.#entries.set(path, [path, size, 'f'])
      },
    )
    return [...this.#entries.values()]
  }

  #url(/** @type {string} */ path) {
    return new URL(path.split('/').map(encodeURIComponent).join('/'), this.#server.base)
  }

  async #take(
    /** @type {Directory} */ { path, depth, inArray },
    /** @type {import('./index_pages.js').Index & { length: number }} */ { entries, hidesDots, length },
  ) {
    this.#text += length
    if (++this.#directories > kMaxDirectories || this.#text > kMaxText || depth > kMaxDepth) throw tooLarge()
    const names = new Set()
    const found = hidesDots && !inArray ? await this.#hidden(path, new Set(entries.map(({ name }) => name))) : []
    const isArray = inArray || [...entries, ...found].some(({ name }) => name === '.zarray')
    for (const { name, isDirectory, size } of [...entries, ...found]) {
      if (names.has(name)) continue // a page may link to one file twice
      names.add(name)
      const below = path ? `${path}/${name}` : name
      if (isDirectory) this.#todo.push({ path: below, depth: depth + 1, inArray: isArray })
      else if (size !== undefined) this.#entries.set(below, [below, size, 'f'])
      else this.#unsized.push(below)
    }
    if (entries.length === 0 && path) this.#entries.set(path, [path, 0, 'd'])
    if (this.#entries.size + this.#unsized.length + this.#todo.length > kMaxEntries) throw tooLarge()
    if (this.#directories + this.#todo.length > kMaxDirectories) throw tooLarge()
  }

  /** @returns {Promise<import('./index_pages.js').Index['entries']>} */
  async #hidden(/** @type {string} */ path, /** @type {Set<string>} */ shown) {
    if (shown.has('manifest.ocdbt') || shown.has('zarr.json') || /(^|\/)d$/.test(path)) return []
    const names = path ? kHidden : [...kHidden, '.zmetadata']
    const sizes = await Promise.all(
      names.map(name =>
        shown.has(name) ? undefined : this.#sizeOf(path ? `${path}/${name}` : name).catch(() => undefined),
      ),
    )
    return names.flatMap((name, n) => (sizes[n] === undefined ? [] : [{ name, isDirectory: false, size: sizes[n] }]))
  }

  /** Nothing where a link leads nowhere. */
  async #sizeOf(/** @type {string} */ path) {
    const { requests, size } = this.#server
    const told = await requests.whole(
      path,
      {},
      response => {
        const length = response?.headers.get('content-length') ?? ''
        if (!response || (/^\d+$/.test(length) && isSize(Number(length)) && !response.headers.get('content-encoding')))
          return response && Number(length)
        return null
      },
      'HEAD',
    )
    // Apache tells no length of an empty file.
    return told === null ? size(path) : told
  }

  /** @template T */
  async #inTurns(/** @type {() => T | undefined} */ next, /** @type {(one: T) => Promise<void>} */ run) {
    let open = 0
    let failed = false
    await new Promise((resolve, reject) => {
      const go = () => {
        for (let one; !failed && open < this.#atOnce && (one = next()) !== undefined; ) {
          open++
          run(one).then(
            () => {
              open--
              go()
            },
            error => {
              failed = true
              reject(error)
            },
          )
        }
        if (open === 0 && !failed) resolve(undefined)
      }
      go()
    })
  }
}

const tooLarge = () =>
  new StoreError('unreadable', 'refused: the server lists more files, or deeper, than a checkpoint can have')
