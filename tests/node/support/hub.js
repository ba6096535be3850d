// A stand-in of the Hugging Face Hub on this machine: revisions, the tree in pages, small files from the hub itself and
// large ones from another origin, as LFS and xet are served. tests/campaigns/hub.sh holds it against huggingface_hub.
import crypto from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import { join, relative } from 'node:path'

const kLarge = 1000 // bytes: what exceeds it is a file of LFS
const kPage = 4 // rows
export const kRepository = 'org/repo'
export const kSha = 'c0ffee'.padEnd(40, '0')

/** @typedef {import('node:http').IncomingMessage} Request @typedef {import('node:http').ServerResponse} Response */

function filesBelow(/** @type {string} */ root) {
  const all = fs.readdirSync(root, { recursive: true, withFileTypes: true })
  return all
    .filter(one => one.isFile())
    .map(one => relative(root, join(one.parentPath ?? one.path, one.name)))
    .sort()
}

/** The tree as the hub's API tells it. */
export const treeOf = (/** @type {string} */ root, large = kLarge) =>
  filesBelow(root).map(path => {
    const bytes = fs.readFileSync(join(root, path))
    const isLarge = bytes.length > large
    const sha256 = crypto.createHash('sha256').update(bytes).digest('hex')
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${bytes.length}\n`
    const blob = isLarge ? Buffer.from(pointer) : bytes
    const oid = crypto.createHash('sha1').update(`blob ${blob.length}\0`).update(blob).digest('hex')
    const lfs = isLarge
      ? { lfs: { oid: sha256, size: bytes.length, pointerSize: pointer.length }, xetHash: sha256 }
      : {}
    return { type: 'file', oid, size: bytes.length, path, ...lfs }
  })

/**
 * @param {string} root  of the repository
 * @param {{ token?: string, port?: number, first?: (request: Request, response: Response) => boolean }} [options]
 *   token: that readers need; first: answers in place of the hub where it returns true
 */
export async function startHub(root, { token, port = 0, first = () => false } = {}) {
  const tree = treeOf(root)
  /** @type {{ where: 'hub' | 'cdn', url: string, headers: http.IncomingHttpHeaders }[]} */
  const asked = []
  const listen = async (/** @type {(request: Request, response: Response) => void} */ answer, port = 0) => {
    const server = http.createServer(answer)
    await new Promise(resolve => server.listen(port, '127.0.0.1', () => resolve(undefined)))
    const address = /** @type {import('node:net').AddressInfo} */ (server.address())
    return { server, url: `http://127.0.0.1:${address.port}` }
  }
  const cdn = await listen((request, response) => {
    asked.push({ where: 'cdn', url: request.url ?? '', headers: request.headers })
    send(join(root, decodeURIComponent((request.url ?? '').split('?')[0])), {}, request, response)
  })
  const hub = await listen((request, response) => {
    asked.push({ where: 'hub', url: request.url ?? '', headers: request.headers })
    const url = new URL(request.url ?? '', `http://${request.headers.host}`)
    const path = decodeURIComponent(url.pathname)
    if (first(request, response)) return
    if (token && request.headers.authorization !== `Bearer ${token}`)
      return void response.writeHead(401, { 'x-error-code': 'RepoNotFound' }).end('{"error":"unauthorized"}')
    const api = /^\/api\/models\/org\/repo(?:\/(revision|tree)\/(main|c0ffee0{34})(?:\/(.*))?)?$/.exec(path)
    if (api?.[1] === 'tree') return sendTree(tree, api[3], url, response)
    if (api)
      return json(response, { id: kRepository, sha: kSha, siblings: tree.map(({ path }) => ({ rfilename: path })) })
    const [, name] = /^\/org\/repo\/resolve\/(?:main|c0ffee0{34})\/(.+)$/.exec(path) ?? []
    const row = tree.find(one => one.path === name)
    if (!row) return void response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end()
    const headers = { 'x-repo-commit': kSha }
    if (!row.lfs) return send(join(root, name), { ...headers, etag: `"${row.oid}"` }, request, response)
    response.writeHead(302, {
      ...headers,
      location: `${cdn.url}/${name.split('/').map(encodeURIComponent).join('/')}?X-Signature=secret`,
      'x-linked-etag': `"${row.lfs.oid}"`,
      'x-linked-size': row.size,
    })
    response.end()
  }, port)
  const close = () => {
    for (const { server } of [hub, cdn]) {
      server.closeAllConnections()
      server.close()
    }
  }
  return { url: hub.url, asked, close }
}

const json = (/** @type {Response} */ response, /** @type {unknown} */ value, headers = {}) =>
  void response.writeHead(200, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(value))

function sendTree(/** @type {any[]} */ tree, prefix = '', /** @type {URL} */ url, /** @type {Response} */ response) {
  const rows = tree.filter(({ path }) => prefix === '' || path.startsWith(`${prefix}/`))
  if (rows.length === 0) return void response.writeHead(404).end()
  const from = Number(url.searchParams.get('cursor') ?? 0)
  const next = new URL(url)
  next.searchParams.set('cursor', String(from + kPage))
  const link = from + kPage < rows.length ? { link: `<${next}>; rel="next"` } : {}
  json(response, rows.slice(from, from + kPage), link)
}

function send(
  /** @type {string} */ file,
  /** @type {Record<string, string>} */ headers,
  /** @type {Request} */ request,
  /** @type {Response} */ response,
) {
  const bytes = fs.readFileSync(file)
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  const begin = Number(range?.[1] ?? 0)
  if (range && begin >= bytes.length) return void response.writeHead(416, headers).end()
  const end = Math.min(Number(range?.[2] || bytes.length) + 1, bytes.length)
  response.writeHead(range ? 206 : 200, {
    ...headers,
    'content-length': end - begin,
    ...(range && { 'content-range': `bytes ${begin}-${end - 1}/${bytes.length}` }),
  })
  response.end(request.method === 'HEAD' ? undefined : bytes.subarray(begin, end))
}
